"""Reads corpus.txt."""
import dataclasses
import pathlib
import re

PATH = "/api/v1/sites/photos/recipients/pat/letters"
BODY = '{"name":"Vera Visitor","email":"vera@visitor.example","message":"This letter was not meant to be one."}'
LETTER = (f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}")
WORDS = {"path": PATH, "body": BODY, "length": len(BODY), "body-hex": f"{len(BODY):x}", "letter": LETTER,
         "letter-length": len(LETTER), "letter-hex": f"{len(LETTER):x}"}
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0"}


@dataclasses.dataclass
class Case:
    name: str
    requests: int
    sentence: str
    bytes: bytes


def text_of(line):
    # Escapes first: the values that replace words contain none.
    line = re.sub(r"\\(?:x([0-9a-f]{2})|([rnt0]))", lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES[m[2]], line)
    return re.sub(r"\{([a-z-]+)\}", lambda m: str(WORDS[m[1]]), line)


def cases():
    found = []
    for block in re.split(r"^== ", pathlib.Path(__file__).with_name("corpus.txt").read_text(), flags=re.M)[1:]:
        head, *lines = block.splitlines()
        name, requests, sentence = (part.strip() for part in head.split("|"))
        found.append(Case(name, int(requests), sentence, "".join(map(text_of, lines)).encode("latin-1")))
    return found
