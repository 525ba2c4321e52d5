"""An SMTP server that misbehaves at random at every stage, and remembers every letter it took.

It offers STARTTLS and a login, and says so truly to most. What it does wrong is drawn from a table for each stage, refusals of our
sender, account and quota in the words of real servers among it; the seed makes a run repeatable as far as the order of connections
allows. Letters to a few recipients it takes again and again without a word.
"""
import asyncio
import base64
import collections
import contextlib
import csv
import dataclasses
import hashlib
import pathlib
import random
import re
import socket
import ssl
import subprocess
import threading

USER, PASSWORD = "relay", "pass word"


# What servers say against our sender, account or quota, from public reports.
CORPUS = pathlib.Path(__file__).parent.parent / "PosternMailTests/SMTP/replies.tsv"


def read_refusals_of_us():
    """Stage → replies."""
    refusals = collections.defaultdict(list)
    with CORPUS.open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["meaning"] == "us":
                refusals[row["stage"]].append(row["reply"].encode() + b"\r\n")
    return refusals


REFUSALS_OF_US = read_refusals_of_us()


@dataclasses.dataclass
class Fault:
    """One misbehaviour: how often in a hundred, and what is said: one of these. None hangs up without a word."""
    name: str
    percent: float
    replies: list[bytes]
    hangs_up: bool = False


def fault(name, percent, says=None, hangs_up=False):
    return Fault(name, percent, [says.encode() + b"\r\n"] if says else [], hangs_up)


def refusal_of_us(name, percent, stage):
    """Refuses our sender, account or quota in words that servers have used at that stage."""
    return Fault(name, percent, REFUSALS_OF_US[stage])


LONG = "\r\n".join(f"{{code}}-line {number} of a long reply, which says nothing" for number in range(100))

# What each stage does wrong. A letter meets about one of these on its way, at one attempt or another.
FAULTS = {
    "greeting": [
        fault("greets with 421", 2, "421 4.3.2 not now", True),
        fault("greets with 554", 1, "554 5.7.0 nobody is served here", True),
        fault("hangs up before the greeting", 2, None, True),
        fault("greets with garbage", 1, "\x00\x01\xff GARBAGE", True),
        fault("sends half a greeting and hangs up", 1, "22", True),
        fault("greets after a while", 2),
        fault("greets in a hundred lines", 1, LONG.format(code=220) + "\r\n220 at last"),
    ],
    "ehlo": [
        fault("EHLO: 421", 1, "421 4.3.2 closing", True),
        fault("EHLO: 502", 1, "502 5.5.1 what is that"),
        fault("EHLO: hangs up", 1, None, True),
        fault("EHLO: garbage among the lines", 1, "250-mx\r\nwhat?\r\n250 ok"),
        fault("EHLO: a reply that never ends", 0.5, "\r\n".join(["250-more"] * 400)),
        fault("leaves out STARTTLS", 3),
    ],
    "tls": [
        fault("STARTTLS: 454", 1, "454 4.7.0 TLS not available"),
        fault("STARTTLS: 501", 0.5, "501 5.5.4 no"),
        fault("STARTTLS: hangs up", 1, None, True),
        fault("STARTTLS: 220, then no TLS", 1, "220 go ahead\r\nthis is not TLS", True),
    ],
    "ehlo in TLS": [
        fault("leaves out AUTH", 3),
        fault("EHLO in TLS: hangs up", 1, None, True),
    ],
    "auth": [
        fault("AUTH: 454", 1, "454 4.7.0 temporary authentication failure"),
        fault("AUTH: 535 once", 1, "535 5.7.8 authentication failed"),
        fault("AUTH: 421", 1, "421 4.7.0 too many connections for this user", True),
        fault("AUTH: hangs up", 0.5, None, True),
        fault("AUTH: S1, our account is disabled", 0.3, "535 5.7.139 Authentication unsuccessful, the account is disabled"),
        refusal_of_us("AUTH: refuses us as others do", 0.3, "login"),
    ],
    "mail": [
        fault("MAIL: 421", 1, "421 4.7.0 try again later", True),
        fault("MAIL: 451", 1, "451 4.3.0 later"),
        fault("MAIL: 452, too many in this session", 1, "452 4.7.0 too many messages in this session"),
        fault("MAIL: S1, not allowed to send as this sender", 0.2,
              "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        fault("MAIL: S2, the day's quota", 0.3, "550 5.4.5 Daily user sending limit exceeded"),
        refusal_of_us("MAIL: refuses us as others do", 0.3, "mail-from"),
        fault("MAIL: hangs up", 1, None, True),
        fault("MAIL: half a line and hangs up", 0.5, "25", True),
        fault("MAIL: garbage", 0.5, "\xfe\xff"),
    ],
    "rcpt": [
        fault("RCPT: 450 greylisted", 2, "450 4.2.0 greylisted"),
        fault("RCPT: 421", 1, "421 4.7.0 slow down", True),
        fault("RCPT: 452", 1, "452 4.5.3 too many recipients"),
        fault("RCPT: hangs up", 1, None, True),
        fault("RCPT: after a while", 1),
        fault("RCPT: S2, unusual sending", 0.3, "550 5.4.6 Unusual sending activity detected. Please try again later."),
        refusal_of_us("RCPT: refuses us as others do", 0.3, "rcpt-to"),
    ],
    "data": [
        fault("DATA: 451", 1, "451 4.3.0 later"),
        fault("DATA: 250 instead of 354", 0.5, "250 2.0.0 ok"),
        fault("DATA: hangs up", 1, None, True),
        fault("DATA: S1, a bad outbound sender", 0.2, "550 5.1.8 Access denied, bad outbound sender"),
        refusal_of_us("DATA: refuses us as others do", 0.3, "data"),
    ],
    "text": [fault("hangs up in the middle of the text", 2, None, True)],
    "dot": [
        fault("dot: 451", 2, "451 4.3.0 content filter is busy"),
        fault("dot: 452", 1, "452 4.3.1 disk full"),
        fault("dot: 552 mailbox full", 1, "552 5.2.2 mailbox full"),
        fault("dot: 432 too many connections", 1, "432 4.3.2 Concurrent connections limit exceeded"),
        fault("dot: 421 and hangs up", 1, "421 4.3.2 closing", True),
        fault("dot: hangs up without having taken the letter", 2, None, True),
        fault("dot: takes the letter and hangs up", 2, None, True),
        fault("dot: half a 250 and hangs up, having taken it", 1, "25", True),
        fault("dot: garbage, then 250", 1, "\x00what\r\n250 2.0.0 taken"),
        fault("dot: 250 after a while", 2),
        fault("dot: 250 in a hundred lines", 1, LONG.format(code=250) + "\r\n250 2.0.0 taken"),
        fault("dot: 250 and hangs up", 2, "250 2.0.0 taken", True),
        fault("dot: 250, then 421", 1, "250 2.0.0 taken\r\n421 4.4.2 idle", True),
        fault("dot: S1, SendAsDenied", 0.2, "554 5.2.252 SendAsDenied; relay not allowed to send as contact"),
        fault("dot: S2, the day's quota", 0.3, "550 5.4.5 Daily user sending limit exceeded"),
        refusal_of_us("dot: refuses us as others do", 0.3, "final-dot"),
    ],
    "quit": [fault("QUIT: hangs up", 30, None, True), fault("QUIT: says nothing", 10)],
}
TAKES_SILENTLY = {"dot: takes the letter and hangs up", "dot: half a 250 and hangs up, having taken it"}
# After these nobody but the server knows whether it has the letter.
SILENT_ENDS = TAKES_SILENTLY | {"dot: hangs up without having taken the letter"}
TWICE_SILENT = "dot: takes the letter and hangs up, twice (every fortieth recipient, always)"
EVER_SILENT = "dot: takes the letter and hangs up, each time (every fortieth recipient, always)"
REFUSED = "RCPT: 550, no such user (every fortieth recipient, always)"
TOO_MANY = "greets one connection too many with 421"
AWAY = "is away for a second"
ENOUGH = "421 after a few letters on one connection"


@dataclasses.dataclass
class Copy:
    """A letter that the server took."""
    digest: str
    message_id: str
    is_confirmed: bool


class ChaosServer:
    """Runs on a thread of its own, on one port of 127.0.0.1."""

    def __init__(self, folder, seed=1, percent=100, port=None):
        """percent: how much of the table's misbehaviour there is; 0 makes it a server in order."""
        self.random = random.Random(seed)
        self.percent = percent
        self.times = collections.Counter()
        # The envelope sender is one for each letter, the same at every attempt.
        self.met = collections.defaultdict(set)
        self.copies = collections.defaultdict(list)
        self.silent_ends = collections.Counter()
        self.in_the_clear = []
        self.connections = self.most = self.peak = 0
        self.authority = make_certificate(folder)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.port = port or free_port()
        self.loop = asyncio.new_event_loop()
        # A handshake that the client gives up is none of our business.
        self.loop.set_exception_handler(lambda loop, context: None)
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(10), "the server does not listen"

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.listen())
        self.ready.set()
        self.loop.create_task(self.be_moody())
        self.loop.run_forever()

    async def listen(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=200, limit=1 << 20)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    async def be_moody(self):
        """Every few seconds it allows another number of connections; now and then it is away."""
        while True:
            await asyncio.sleep(self.random.uniform(3, 8))
            self.most = 0 if self.percent == 0 else self.random.choice([0, 0, 2, 3, 5])
            if self.percent > 0 and self.random.random() < 0.15:
                self.times[AWAY] += 1
                self.server.close()
                await asyncio.sleep(1)
                await self.listen()

    def draw(self, stage, sender=None):
        """What goes wrong at this stage, if anything."""
        place = self.random.uniform(0, 100)
        for fault in FAULTS[stage]:
            place -= fault.percent * self.percent / 100
            if place < 0:
                self.note(fault.name, sender)
                return fault
        return None

    def note(self, name, sender):
        self.times[name] += 1
        if sender:
            self.met[name].add(sender)

    async def serve(self, reader, writer):
        self.connections += 1
        self.peak = max(self.peak, self.connections)
        try:
            await Session(self, reader, writer).run()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError, HungUp, TimeoutError):
            pass
        finally:
            self.connections -= 1
            with contextlib.suppress(Exception):
                writer.transport.abort()


class HungUp(Exception):
    """The server has closed the connection."""


class Session:
    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.is_encrypted = self.is_known = False
        self.sender = self.recipient = None
        self.letters, self.enough = 0, server.random.randint(3, 40)

    async def say(self, text):
        self.writer.write(text if isinstance(text, bytes) else text.encode() + b"\r\n")
        await self.writer.drain()

    async def hang_up(self):
        raise HungUp

    async def act(self, stage, reply):
        """Says the reply, or what goes wrong. Returns the fault that took its place; None after the reply."""
        fault = self.server.draw(stage, self.sender)
        if fault is None:
            await self.say(reply)
            return None
        if fault.name.endswith("after a while"):
            await asyncio.sleep(self.server.random.uniform(0.5, 2))
            await self.say(reply)
            return None
        await self.commit(fault)
        return fault

    async def commit(self, fault):
        """Says what the fault says, and hangs up if it does."""
        if fault.replies:
            says = self.server.random.choice(fault.replies)
            # Half a line has no end.
            await self.say(says if len(says) > 4 else says[:2])
        if fault.hangs_up:
            await self.hang_up()

    async def run(self):
        if self.server.most and self.server.connections > self.server.most:
            self.server.note(TOO_MANY, None)
            await self.say("421 4.7.0 mx.example Error: too many connections from 127.0.0.1")
            await self.hang_up()
        await self.act("greeting", "220 mx.example ESMTP")
        while line := await self.reader.readline():
            verb, _, argument = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            if not self.is_encrypted and verb not in ("EHLO", "HELO", "STARTTLS", "QUIT"):
                self.server.in_the_clear.append(verb)
            command = getattr(self, verb.lower(), None) if verb in VERBS else None
            if command is None:
                await self.say("500 5.5.2 unknown command")
            else:
                await command(argument)

    async def ehlo(self, _):
        words = ["mx.example", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN" if self.is_encrypted else "STARTTLS"]
        stage = "ehlo in TLS" if self.is_encrypted else "ehlo"
        fault = self.server.draw(stage)
        if fault and fault.name.startswith("leaves out"):
            words.pop()
        elif fault:
            return await self.commit(fault)
        await self.say("\r\n".join(f"250{' ' if word is words[-1] else '-'}{word}" for word in words))

    async def helo(self, _):
        await self.say("250 mx.example")

    async def starttls(self, _):
        if await self.act("tls", "220 2.0.0 go ahead"):
            return
        await self.writer.start_tls(self.server.tls, ssl_handshake_timeout=20)
        self.is_encrypted = True

    async def auth(self, argument):
        mechanism, _, first = argument.partition(" ")
        if mechanism.upper() == "LOGIN":
            await self.say("334 VXNlcm5hbWU6")
            user = base64.b64decode(await self.reader.readline()).decode()
            await self.say("334 UGFzc3dvcmQ6")
            word = base64.b64decode(await self.reader.readline()).decode()
        else:
            if not first:
                await self.say("334 ")
                first = (await self.reader.readline()).decode()
            _, user, word = base64.b64decode(first).decode().split("\0")
        if (user, word) != (USER, PASSWORD):
            return await self.say("535 5.7.8 wrong")
        if await self.act("auth", "235 2.7.0 ok") is None:
            self.is_known = True

    async def mail(self, argument):
        if not self.is_known:
            return await self.say("530 5.7.0 authentication required")
        sender = re.search("<([^>]*)>", argument)[1]
        if self.letters >= self.enough:
            self.server.note(ENOUGH, sender)
            await self.say("421 4.7.0 too many messages in this connection")
            await self.hang_up()
        self.sender, self.recipient = sender, None
        if await self.act("mail", "250 2.1.0 ok"):
            self.sender = None

    async def rcpt(self, argument):
        if not self.sender:
            return await self.say("503 5.5.1 MAIL first")
        recipient = re.search("<([^>]*)>", argument)[1]
        if is_gone(recipient):
            self.server.note(REFUSED, self.sender)
            return await self.say("550 5.1.1 no such user")
        if await self.act("rcpt", "250 2.1.5 ok") is None:
            self.recipient = recipient

    async def data(self, _):
        if not self.recipient:
            return await self.say("503 5.5.1 RCPT first")
        if await self.act("data", "354 go ahead"):
            return
        if self.server.draw("text", self.sender):
            await self.reader.read(100)
            await self.hang_up()
        text = await self.reader.readuntil(b"\r\n.\r\n")
        self.letters += 1
        await self.end(text)
        self.sender = self.recipient = None

    async def end(self, text):
        stubborn = self.stubbornness()
        if stubborn:
            self.server.note(stubborn, self.sender)
            self.take(text, is_confirmed=False)
            self.server.silent_ends[self.sender] += 1
            await self.hang_up()
        fault = self.server.draw("dot", self.sender)
        name = fault.name if fault else ""
        is_confirmed = not fault or "250" in name and name not in TAKES_SILENTLY
        if is_confirmed or name in TAKES_SILENTLY:
            self.take(text, is_confirmed)
        if name in SILENT_ENDS:
            self.server.silent_ends[self.sender] += 1
        if name.endswith("after a while"):
            await asyncio.sleep(self.server.random.uniform(0.5, 2))
        if not fault or name.endswith("after a while"):
            return await self.say("250 2.0.0 taken")
        await self.commit(fault)

    def stubbornness(self):
        """Letters to some recipients it takes without a word, always or the first two times."""
        number = int(re.match(r"member(\d+)@", self.recipient)[1]) % 40
        if self.server.percent == 0:
            return None
        if number == 20 and self.server.silent_ends[self.sender] < 2:
            return TWICE_SILENT
        return EVER_SILENT if number == 30 else None

    def take(self, text, is_confirmed):
        found = re.search(rb"(?im)^message-id:\s*(\S+)", text)
        self.server.copies[self.sender].append(
            Copy(hashlib.sha256(text).hexdigest(), found[1].decode() if found else "", is_confirmed))

    async def rset(self, _):
        self.sender = self.recipient = None
        await self.say("250 2.0.0 ok")

    async def noop(self, _):
        await self.say("250 2.0.0 ok")

    async def quit(self, _):
        if await self.act("quit", "221 2.0.0 bye") is None:
            await self.hang_up()


VERBS = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"}


def is_gone(recipient):
    """Whether the server knows no such user: every fortieth."""
    return int(re.match(r"member(\d+)@", recipient)[1]) % 40 == 0


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def make_certificate(folder):
    """A certificate for localhost that is its own authority. Returns its path."""
    folder = pathlib.Path(folder)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "server.key", "-out",
         folder / "server.pem"], check=True, capture_output=True)
    return folder / "server.pem"
