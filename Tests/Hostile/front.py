"""nginx in front of Postern, as operators use it: connections to the back end are kept and reused for the next visitor."""
import pathlib
import subprocess
import time
import urllib.request

from conftest import free_port

CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    log_format counted '$status $request_method $uri';
    access_log {folder}/access.log counted;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    # One connection, so that anything an attack leaves in it reaches the next visitor.
    upstream postern {{ server 127.0.0.1:{back}; keepalive 1; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://postern;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_request_buffering {buffering};
        }}
    }}
}}
"""


class Front:
    def __init__(self, folder, back, buffering):
        self.folder, self.port = pathlib.Path(folder), free_port()
        (self.folder / "nginx.conf").write_text(
            CONFIGURATION.format(folder=self.folder, back=back, port=self.port, buffering=buffering))

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"],
                                        stdout=subprocess.DEVNULL, stderr=(self.folder / "start.log").open("wb"))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/live", timeout=2)
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "start.log").read_text()
                time.sleep(0.05)
        raise AssertionError("nginx did not start: " + (self.folder / "error.log").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def forget(self):
        self.known = len(self.lines())

    def lines(self):
        return (self.folder / "access.log").read_text().splitlines()

    def counted(self, behind):
        """How many requests there were since `forget`, and how many letters were accepted among them, as nginx logged them. It
        writes a line after the answer is sent. The last `behind` requests are the test's own."""
        end = time.monotonic() + 60
        while sum("GET /live" in line for line in self.lines()[self.known:]) < behind and time.monotonic() < end:
            time.sleep(0.01)
        lines = self.lines()[self.known:]
        return len(lines) - behind, sum(line.startswith("202 POST ") for line in lines)
