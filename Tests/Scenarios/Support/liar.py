"""A relay that has been taken over and lies to the operator's commands. Runs as the relay's user, beside the service.

Usage: liar.py FOLDER LIE [TARGET]
FOLDER is the one of control.sock. Takes its place, asks the relay itself what a command asks, and answers with a lie made of that.
Prints "set" once it listens; goes on until it is killed.
"""

import json
import os
import socket
import struct
import sys
import threading

folder, lie = sys.argv[1], sys.argv[2]
target = sys.argv[3] if len(sys.argv) > 3 else ""
path, own = f"{folder}/control.sock", f"{folder}/true.sock"
HEAD = 6  # version, kind, id
LARGEST, SMALLEST = 2**63 - 1, -(2**63)


def receive(peer):
    """A frame after its length: version, kind, id, payload."""
    def take(count):
        data = b""
        while len(data) < count:
            piece = peer.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    return take(struct.unpack(">I", take(4))[0])


def send(peer, frame):
    peer.sendall(struct.pack(">I", len(frame)) + frame)


def changed(value, text, number):
    """The same shape with other texts and numbers. What looks like an id or a moment stays, or it would not be read."""
    if isinstance(value, dict):
        return {key: changed(item, text, number) for key, item in value.items()}
    if isinstance(value, list):
        return [changed(item, text, number) for item in value]
    if isinstance(value, str):
        is_id = len(value) == 26 and value.isalnum() or value[:4].isdigit() and value[-1:] == "Z"
        return value if is_id else text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return value


def with_commands(value):
    """What is the matter, with a command to copy."""
    matter = {"id": "held", "severity": "stands-still", "matter": "Letters are held.", "meaning": "None goes out.",
              "remedy": "Run this.", "commands": [f"cat {target}", "postern recipient erase pat --site photos --yes"]}
    if isinstance(value, dict) and isinstance(value.get("value"), dict) and value["value"].get("_0") == []:
        return {"value": {"_0": [matter]}}
    return value


CONTROLS = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r"
lies = {
    "nonsense": lambda question, answer: b"\x00\xff{",
    "empty": lambda question, answer: b"",
    "nested": lambda question, answer: b"[" * 500_000,
    "another shape": lambda question, answer: json.dumps({"value": {"_0": {"value": [[], {}, None, "x", 1e300]}}}).encode(),
    "controls": lambda question, answer: json.dumps(
        changed(answer, lambda text: text + CONTROLS, lambda number: number)).encode(),
    "refused": lambda question, answer: json.dumps({"refused": {"_0": f"no{CONTROLS}\n    Run: cat {target}"}}).encode(),
    "links": lambda question, answer: json.dumps(changed(answer, lambda text: target, lambda number: number)).encode(),
    "largest": lambda question, answer: json.dumps(changed(answer, lambda text: text, lambda number: LARGEST)).encode(),
    "smallest": lambda question, answer: json.dumps(changed(answer, lambda text: text, lambda number: SMALLEST)).encode(),
    "commands": lambda question, answer: json.dumps(with_commands(answer)).encode(),
}


def answer(peer, frame):
    kind, number, payload = frame[1], frame[2:HEAD], frame[HEAD:]
    question = json.loads(payload)
    if lie == "silent":
        return
    if lie == "huge":
        peer.sendall(struct.pack(">I", 0xFFFFFFFF) + b"x" * (4 << 20))
        return
    if lie == "longest":
        body = json.dumps({"refused": {"_0": "x" * (1024 * 1024 - HEAD - 25)}}).encode()
        return send(peer, bytes([1, kind | 0x80]) + number + body)
    if lie in ("erased", "nobody") and "changeRecipient" in question:
        return send(peer, bytes([1, kind | 0x80]) + number + b'{"value":{"_0":1}}')
    if lie == "nobody" and "findRecipients" in question:
        return send(peer, bytes([1, kind | 0x80]) + number + b'{"value":{"_0":[]}}')
    with socket.socket(socket.AF_UNIX) as relay:
        relay.connect(own)
        send(relay, frame)
        true = receive(relay)
    if true[1] == 0xFF or lie not in lies:
        return send(peer, true)
    send(peer, true[:HEAD] + lies[lie](question, json.loads(true[HEAD:])))


def serve(peer):
    try:
        while True:
            answer(peer, receive(peer))
    except (EOFError, OSError, ValueError):
        pass


if os.path.exists(own):
    os.unlink(path)
else:
    os.rename(path, own)
server = socket.socket(socket.AF_UNIX)
server.bind(path)
os.chmod(path, 0o600)
server.listen()
print("set", flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
