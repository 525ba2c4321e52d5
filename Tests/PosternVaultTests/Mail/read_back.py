"""Reads mails with Python's own parser, which knows nothing of ours, and prints what it found as JSON.

Argument: a folder of <number>.eml files. Output: one object per mail, in the order of the numbers.
"""
import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import sys


def mailbox(message, old, field):
    """The address by today's parser, the name by the older one: before 3.12.9 today's leaves a space between two
    encoded-words (gh-128110), which RFC 2047 section 6.2 tells a reader to drop."""
    if message[field] is None:
        return None
    (address,) = message[field].addresses
    name, _ = email.utils.parseaddr(old[field])
    return {"name": str(email.header.make_header(email.header.decode_header(name))), "address": address.addr_spec}


def defects(message):
    found = [repr(d) for part in message.walk() for d in part.defects]
    return found + [f"{name}: {d!r}" for part in message.walk() for name, value in part.items() for d in value.defects]


def content(message, kind):
    part = message.get_body((kind,))
    return part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")


def read(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    old = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    return {
        "subject": str(message["Subject"]),
        "from": mailbox(message, old, "From"),
        "to": mailbox(message, old, "To"),
        "replyTo": mailbox(message, old, "Reply-To"),
        "date": str(message["Date"].datetime),
        "types": [part.get_content_type() for part in message.walk()],
        "plain": content(message, "plain"),
        "html": content(message, "html"),
        "defects": defects(message),
    }


if __name__ == "__main__":
    mails = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"), key=lambda path: int(path.stem))
    json.dump([read(path) for path in mails], sys.stdout)
