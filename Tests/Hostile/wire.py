"""An HTTP client that sends exactly the given bytes and corrects nothing."""
import dataclasses
import socket
import time


@dataclasses.dataclass(frozen=True)
class Patience:
    """How many seconds of silence to wait for an answer; longer for the first one, because a letter must be on disk before its
    answer."""
    first: float
    between: float


# Most cases leave their connection open, and waiting in vain costs time in each of hundreds of cases.
BRIEF = Patience(first=1, between=0.25)
# Before anything counts as a fault: a machine may be busy for a while.
LONG = Patience(first=10, between=10)
# For connections that are closed after the answer: there is no waiting in vain.
TO_THE_CLOSE = Patience(first=20, between=20)


def exchange(port, data, source="127.0.0.1", patience=BRIEF):
    """Sends the bytes and reads until the other side closes, or says nothing for longer than the patience lasts."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0)) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass    # it closed before it had everything; its answer can still be read
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
    """The status of every final answer. Bytes that are no answers are a fault of the test or of the service."""
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
