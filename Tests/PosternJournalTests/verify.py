"""Verifies a journal's folder with Python's standard library and the openssl command: a second opinion that shares no code with the
program. What it knows is in RFC 6962 and in c2sp.org/tlog-tiles, tlog-checkpoint, signed-note and tlog-proof.

    verify.py FOLDER VKEY             the whole journal
    verify.py --proof FILE VKEY       one .tlog-proof
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile


def fail(what):
    print(what)
    sys.exit(1)


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return node(root(hashes[:middle]), root(hashes[middle:]))


def is_signed(text, signature, public):
    """Ed25519, by openssl: the key in DER is twelve fixed bytes and itself (RFC 8410)."""
    with tempfile.TemporaryDirectory() as folder:
        def write(name, content):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
            return os.path.join(folder, name)

        key = write("key", bytes.fromhex("302a300506032b6570032100") + public)
        arguments = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-rawin"]
        arguments += ["-in", write("text", text), "-sigfile", write("signature", signature)]
        return subprocess.run(arguments, capture_output=True, env={"PATH": "/usr/bin:/bin"}).returncode == 0


def checkpoint(note, vkey):
    """The size and the root that the key has signed."""
    name, number, material = vkey.split("+", 2)
    material = base64.b64decode(material)
    identity = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if material[0] != 1 or identity.hex() != number:
        fail("this is no Ed25519 key")
    text, _, signatures = note.rpartition(b"\n\n")
    text += b"\n"
    for line in signatures.decode().splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded)
        if dash == "\u2014" and signer == name and signature[:4] == identity:
            if not is_signed(text, signature[4:], material[1:]):
                fail("the signature is wrong")
            origin, size, encoded = text.decode().splitlines()[:3]
            if origin != name:
                fail("the checkpoint is another journal's")
            return int(size), base64.b64decode(encoded)
    fail("the key did not sign it")


def number_of(index):
    steps = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        steps.append("x%03d" % (index % 1000))
    return "/".join(reversed(steps))


def read(folder, kind, index, width):
    path = os.path.join(folder, "tile", kind, number_of(index))
    if width < 256:
        path += ".p/%d" % width
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        fail("%s is missing" % path)


def verify(folder, vkey):
    try:
        with open(os.path.join(folder, "checkpoint"), "rb") as file:
            size, signed = checkpoint(file.read(), vkey)
    except OSError:
        fail("there is no checkpoint")
    leaves = []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        bundle, place = read(folder, "entries", index, width), 0
        while place < len(bundle):
            length = int.from_bytes(bundle[place:place + 2], "big")
            entry = bundle[place + 2:place + 2 + length]
            if len(entry) != length or json.loads(entry)["n"] != len(leaves):
                fail("entry %d is not one" % len(leaves))
            leaves.append(leaf(entry))
            place += 2 + length
        if len(leaves) != index * 256 + width:
            fail("bundle %d has not as many entries as it should" % index)
    if root(leaves) != signed:
        fail("the entries do not give the root that was signed")
    level, hashes = 0, leaves
    while hashes:
        for index in range((len(hashes) + 255) // 256):
            tile = hashes[index * 256:index * 256 + 256]
            if read(folder, str(level), index, len(tile)) != b"".join(tile):
                fail("tile %d of level %d is not what its entries give" % (index, level))
        hashes = [root(hashes[start:start + 256]) for start in range(0, len(hashes) - 255, 256)]
        level += 1
    print("holds", size)


def prove(path, vkey):
    with open(path, "rb") as file:
        head, _, note = file.read().partition(b"\n\n")
    lines = head.decode().splitlines()
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        fail("this is no proof")
    extra, index = json.loads(base64.b64decode(lines[1][6:])), int(lines[2][6:])
    size, signed = checkpoint(note, vkey)
    hash, last, place = leaf(extra["entry"].encode()), size - 1, index
    for line in lines[3:]:
        step = base64.b64decode(line)
        if last == 0:
            fail("the proof is too long")
        if place & 1 or place == last:
            hash = node(step, hash)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            hash = node(hash, step)
        place, last = place >> 1, last >> 1
    if last or hash != signed:
        fail("the proof does not lead to the root that was signed")
    print("proves", index, extra.get("subject", ""))


if sys.argv[1] == "--proof":
    prove(sys.argv[2], sys.argv[3])
else:
    verify(sys.argv[1], sys.argv[2])
