"""Bytes out, answers in: an HTTP client that corrects nothing."""
import dataclasses
import socket
import time


@dataclasses.dataclass(frozen=True)
class Patience:
    """For how many seconds of silence an answer is waited for. For the first one longer, since a letter is on disk before it
    is answered."""
    first: float
    between: float


# Most of what is sent leaves its connection open, and of hundreds of cases each costs what is waited in vain.
BRIEF = Patience(first=1, between=0.25)
# Before something is called a fault: a machine may be busy for longer than a moment.
LONG = Patience(first=10, between=10)
# For what is closed after the answer, so that nothing is waited for in vain.
TO_THE_CLOSE = Patience(first=20, between=20)


def exchange(port, data, source="127.0.0.1", patience=BRIEF):
    """Sends it all and reads until the other side closes or says nothing for as long as the patience lasts."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0)) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass    # closed before it had everything; what it answered can still be read
        received = b""
        end = time.monotonic() + patience.first
        while time.monotonic() < end:
            connection.settimeout(max(end - time.monotonic(), 0.01))
            try:
                part = connection.recv(65_536)
            except OSError:
                break
            if not part:
                break
            received += part
            end = time.monotonic() + patience.between
        return received


def statuses(received, heads_only=False):
    """The status of every final answer. What cannot be read as answers is a fault of the test or of the service."""
    found = []
    while received:
        head, blank, rest = received.partition(b"\r\n\r\n")
        assert blank and head.startswith(b"HTTP/1."), f"no answer: {received[:200]!r}"
        status = int(head[9:12])
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        if status < 200:
            received = rest
            continue
        found.append(status)
        length = 0 if heads_only else int(fields.get(b"content-length", b"-1"))
        if length < 0 and fields.get(b"transfer-encoding", b"").strip() == b"chunked":
            size = -1
            while size != 0:
                line, _, rest = rest.partition(b"\r\n")
                size = int(line, 16)
                rest = rest[size + 2:]
        elif length < 0:
            rest = b""    # to the end of the connection
        else:
            assert len(rest) >= length, "half an answer"
            rest = rest[length:]
        received = rest
    return found
