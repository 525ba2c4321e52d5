"""The mail server and the certificate authority of deploy/prove bare: what an operator finds in the world, and this machine lacks.

    smarthost.py certificate FOLDER NAME…     a CA, and a certificate of its for these names
    smarthost.py serve FOLDER PASSWORD        127.0.0.1:465, TLS, AUTH PLAIN; each letter becomes a file in FOLDER/mailbox
"""
import base64
import pathlib
import socketserver
import ssl
import subprocess
import sys


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certificate(folder, names):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=Authority of the proof", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
    openssl("req", *key, "-subj", f"/CN={names[0]}", "-keyout", folder / "key.pem", "-out", folder / "request.pem")
    (folder / "extensions").write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", folder / "request.pem", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", folder / "extensions", "-out", folder / "certificate.pem")


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 mail.example.org ESMTP")
        may_send, envelope = False, []
        for line in self.rfile:
            line = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = line.upper().partition(" ")[0]
            if verb == "EHLO":
                self.say("250-mail.example.org")
                self.say("250-AUTH PLAIN")
                self.say("250 8BITMIME")
            elif verb == "AUTH":
                given = line.split()[2] if len(line.split()) > 2 else self.challenge()
                may_send = base64.b64decode(given).decode() == f"\0postern\0{self.server.password}"
                self.say("235 2.7.0 welcome" if may_send else "535 5.7.8 wrong user or password")
            elif verb == "QUIT":
                return self.say("221 2.0.0 bye")
            elif verb in ("RSET", "NOOP"):
                envelope = []
                self.say("250 2.0.0 done")
            elif not may_send:
                self.say("530 5.7.0 log in first")
            elif verb == "DATA":
                self.say("354 go on")
                self.keep(envelope)
                envelope = []
                self.say("250 2.0.0 taken")
            else:
                envelope.append(line)
                self.say("250 2.1.0 good")

    def challenge(self):
        self.say("334 ")
        return self.rfile.readline().decode().strip()

    def keep(self, envelope):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        number = len(list(self.server.mailbox.iterdir()))
        (self.server.mailbox / f"{number}.eml").write_bytes("".join(f"{line}\n" for line in envelope).encode() + b"\n" + b"".join(lines))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, folder, password):
        super().__init__(("127.0.0.1", 465), Session)
        self.mailbox, self.password = folder / "mailbox", password
        self.mailbox.mkdir(exist_ok=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


if __name__ == "__main__":
    order, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if order == "certificate":
        certificate(folder, sys.argv[3:])
    else:
        Server(folder, sys.argv[3]).serve_forever()
