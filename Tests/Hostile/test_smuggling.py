"""Requests that two parsers may read differently, to Postern itself and through nginx: no more answers than requests, no letter
that nobody posted, nothing left in a connection for the next visitor, and no forged client address."""
import json
import socket
import threading
import time

import pytest

import corpus
import front
import wire
from conftest import Installation, free_port

CASES = corpus.cases()
NEXT = b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def back():
    installation = Installation(POSTERN_TRUSTED_PROXIES="127.0.0.1/32").start()
    yield installation
    installation.stop()


def letters(installation):
    return sum(json.loads(installation.run("queue", "count", "--json")).values())


def strays(case, received, requests, lawful=()):
    """The faults in the answers to a case, and the answers."""
    found = wire.statuses(received, heads_only=case.bytes.startswith(b"HEAD"))
    wrong = []
    if len(found) > requests:
        wrong.append(f"{len(found)} answers to {requests} requests: {found}")
    if any(status >= 500 and status not in lawful for status in found):
        wrong.append(f"an error of the server: {found}")
    return wrong, found


def judged(look):
    """Runs `look(patience)`, which returns a list of faults and the answers. A fault counts only if it is found again with more
    patience: a busy machine may answer late."""
    try:
        wrong, found = look(wire.BRIEF)
    except AssertionError as unreadable:
        wrong, found = [str(unreadable)], []
    if wrong:
        # Answers that came too late for the first look must not count in the second.
        time.sleep(1)
        wrong, found = look(wire.LONG)
    return wrong, found


def test_postern_cuts_every_request_where_the_standard_does(back, tell):
    faults, tally = [], {}
    for case in CASES:
        def look(patience):
            before = letters(back)
            wrong, found = strays(case, wire.exchange(back.port, case.bytes, patience=patience), case.requests)
            stored = letters(back) - before
            if stored != found.count(202):
                wrong.append(f"{stored} letters stored, {found.count(202)} accepted")
            return wrong, found

        wrong, found = judged(look)
        for status in found:
            tally[status] = tally.get(status, 0) + 1
        faults += [f"{case.name}: {fault}" for fault in wrong]
    tell("smuggling, directly", f"{len(CASES)} cases, answers " + " ".join(f"{s}×{n}" for s, n in sorted(tally.items())),
         f"{len(faults)} faults")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_behind_nginx_nothing_is_left_for_the_next_visitor(back, reports, tell, buffering):
    nginx = front.Front(reports, back.port, buffering).start()
    alive = wire.exchange(back.port, NEXT, patience=wire.TO_THE_CLOSE).partition(b"\r\n\r\n")[2]
    assert alive
    faults = []
    try:
        for case in CASES:
            def look(patience):
                before = letters(back)
                nginx.forget()
                received = wire.exchange(nginx.port, case.bytes, patience=patience)
                following = [wire.exchange(nginx.port, NEXT, patience=wire.TO_THE_CLOSE) for _ in range(2)]
                requests, accepted = nginx.counted(behind=len(following))
                # nginx speaks HTTP/0.9, whose answers have no head. 501 is nginx's own answer to an unknown coding.
                wrong, found = strays(case, received, requests, lawful=[501]) if received.startswith(b"HTTP/1.") else ([], [])
                for answer in following:
                    if wire.statuses(answer) != [200] or answer.partition(b"\r\n\r\n")[2] != alive:
                        wrong.append(f"the next visitor got {answer[:120]!r}")
                stored = letters(back) - before
                if stored != accepted:
                    wrong.append(f"{stored} letters stored, {accepted} that nginx knows of")
                return wrong, found

            faults += [f"{case.name}: {fault}" for fault in judged(look)[0]]
    finally:
        nginx.stop()
    tell(f"smuggling, nginx, buffering {buffering}", f"{len(CASES)} cases, {2 * len(CASES)} visitors behind them",
         f"{len(faults)} faults")
    assert not faults, "\n".join(faults)


def test_the_clients_address_is_the_one_nginx_saw(reports, tell):
    """One letter an hour: a forged address, if believed, would have a limit of its own."""
    limited = Installation(POSTERN_TRUSTED_PROXIES="127.0.0.1/32", POSTERN_LIMIT_CLIENT="1,1/1h").start()
    nginx = front.Front(reports, limited.port, "on").start()
    forgeries = ["", "X-Forwarded-For: 203.0.113.1\r\n", "X-Forwarded-For: 203.0.113.2\r\nX-Forwarded-For: 203.0.113.3\r\n",
                 "X-Forwarded-For: 127.0.0.1, 203.0.113.4\r\n", "X-Forwarded-For: 203.0.113.5,\r\n",
                 "x-forwarded-for:203.0.113.6\r\nX_Forwarded_For: 203.0.113.6\r\n",
                 "Connection: X-Forwarded-For\r\nX-Forwarded-For: 203.0.113.7\r\n"]
    try:
        for number, visitor in enumerate(["127.0.0.5", "127.0.0.6"]):
            found = []
            for forgery in forgeries:
                request = corpus.LETTER.replace("Host: x\r\n", f"Host: x\r\n{forgery}Connection: close\r\n")
                found += wire.statuses(
                    wire.exchange(nginx.port, request.encode(), source=visitor, patience=wire.TO_THE_CLOSE))
            assert found == [202] + [429] * (len(forgeries) - 1), f"{visitor}: {found}"
        # From a peer that is no proxy, the field is ignored.
        request = corpus.LETTER.replace("Host: x\r\n", "Host: x\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n")
        found = [wire.statuses(wire.exchange(
            limited.port, request.encode(), source="127.0.0.7", patience=wire.TO_THE_CLOSE))[0] for _ in range(2)]
        assert found == [202, 429], found
    finally:
        nginx.stop()
        limited.stop()
    tell("forged client addresses", f"{2 * len(forgeries) + 2} letters", "none believed")


class Gullible:
    """A server that obeys every Content-Length and takes LF as a line end: the corpus must find that."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                data = b""
                try:
                    while part := connection.recv(65_536):
                        data += part
                        connection.settimeout(0.2)
                except OSError:
                    pass
                data = data.replace(b"\r\n", b"\n")
                while b"\n\n" in data:
                    head, _, data = data.partition(b"\n\n")
                    lengths = [line.split(b":")[1] for line in head.split(b"\n") if line.lower().startswith(b"content-length:")]
                    data = data[int(lengths[0]) if lengths and lengths[0].strip().isdigit() else 0:]
                    try:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    except OSError:
                        break

    def __exit__(self, *_):
        self.listener.close()


def test_the_corpus_finds_a_server_that_believes_everything(tell):
    with Gullible() as server:
        found = [case.name for case in CASES
                 if strays(case, wire.exchange(server.port, case.bytes, patience=wire.TO_THE_CLOSE), case.requests)[0]]
    tell("smuggling, a gullible server", f"{len(CASES)} cases", f"{len(found)} found, as they have to be")
    assert {"cl-te", "cl-twice-unlike", "cl-plus", "chunk-size-overflow", "te-te-first-unknown"} <= set(found), found
