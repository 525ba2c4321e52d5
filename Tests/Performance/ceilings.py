"""What the parts could do at best, measured in the same run."""
import json
import shutil
import time

from load import wrk
from machine import Server, free_port, run
from postern import PROOF
from postfix import smtp_source


def measure(folder, sink_port, options, figures):
    port = free_port()
    bare = Server([PROOF, "http", "--listen", f"127.0.0.1:{port}"], folder / "bare.log").wait_for(port)
    figures.http.add(wrk(port, options.seconds, kind="bare")["rate"])
    bare.stop()

    scratch = folder / "store"
    scratch.mkdir()
    answer = run(PROOF, "store", "--folder", scratch, "--seconds", options.seconds, "--json")
    figures.store.add(json.loads(answer)["lettersPerSecond"])
    shutil.rmtree(scratch)

    mails = options.mails * 5
    began = time.monotonic()
    smtp_source(sink_port, mails)
    figures.sink.add(mails / (time.monotonic() - began))
