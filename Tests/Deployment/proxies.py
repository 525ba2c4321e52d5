"""nginx and Caddy with the configuration that we ship: of the file itself only ports, certificate and folders are replaced."""
import http.client
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

from conftest import free_port

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
NAME = "contact.example.org"


class Proxy:
    """In front of what listens at the port `back`."""

    def __init__(self, folder, back):
        self.folder, self.back = pathlib.Path(folder), back
        self.plain, self.secure = free_port(), free_port()
        self.output = self.folder / "output"

    def start(self):
        self.process = subprocess.Popen(self.command(), stdout=self.output.open("wb"), stderr=subprocess.STDOUT,
                                        env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(self.folder)})
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with self.connect():
                    return self
            except OSError:
                assert self.process.poll() is None, self.output.read_text()
                time.sleep(0.05)
        raise AssertionError(f"{type(self).__name__} did not start: {self.output.read_text()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def connect(self, visitor="127.0.0.1"):
        # Its certificate is its own; whom to trust is not what is tested here.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.secure), timeout=30, source_address=(visitor, 0))
        try:
            return context.wrap_socket(plain, server_hostname=NAME)
        except OSError:
            plain.close()
            raise

    def ask(self, method, path, body=None, headers=(), visitor="127.0.0.1"):
        """The answer with its whole body in `.content`, and its fields as a list of pairs in `.fields`."""
        with self.connect(visitor) as connection:
            head = f"{method} {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in headers)
            if body is not None:
                head += f"Content-Length: {len(body)}\r\n"
            try:
                connection.sendall(head.encode() + b"\r\n" + (body or b""))
            except OSError:
                pass  # It may answer before it has read everything.
            return read(connection, method)

    def everything_written(self):
        """What lies in its folder, logs and temporary files alike."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


def read(connection, method="GET"):
    answer = http.client.HTTPResponse(connection, method=method)
    answer.begin()
    answer.content = answer.read()
    answer.fields = sorted((name.lower(), value) for name, value in answer.getheaders())
    return answer


class Nginx(Proxy):
    source = DEPLOY / "nginx/postern.conf"
    #: What else is replaced, for a test that wants to see more or wants a fault.
    changes = ()

    def command(self):
        text = self.with_certificate(self.source.read_text())
        for old, new in self.changes:
            assert old in text, old
            text = text.replace(old, new)
        for old, new in [("127.0.0.1:8080", f"127.0.0.1:{self.back}"), ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
                         ("listen 443 ssl;", f"listen 127.0.0.1:{self.secure} ssl;")]:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        # Whether a machine has IPv6 is not what is tested here.
        text = re.sub(r"\n *listen \[::\].*;", "", text)
        return ["nginx", "-p", self.folder, "-c", self.around(text)]

    def with_certificate(self, text):
        if not (self.folder / "key.pem").exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", f"/CN={NAME}", "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem"],
                           check=True, capture_output=True)
        return text.replace("/etc/letsencrypt/live/contact.example.org/fullchain.pem", f"{self.folder}/certificate.pem") \
                   .replace("/etc/letsencrypt/live/contact.example.org/privkey.pem", f"{self.folder}/key.pem")

    def around(self, text):
        """The nginx.conf that includes it."""
        (self.folder / "postern.conf").write_text(text)
        # Started by root, its workers would be another user, who cannot enter this folder.
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(f"""
{user} daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {self.folder}/access.log;
    client_body_temp_path {self.folder}/t1; proxy_temp_path {self.folder}/t2; fastcgi_temp_path {self.folder}/t3;
    uwsgi_temp_path {self.folder}/t4; scgi_temp_path {self.folder}/t5;
    include {self.folder}/postern.conf;
}}
""")
        return self.folder / "nginx.conf"

    def check(self):
        """Reads the file as it is but for the certificate."""
        config = self.around(self.with_certificate(self.source.read_text()))
        return subprocess.run(["nginx", "-t", "-p", self.folder, "-c", config], capture_output=True, text=True)


class Caddy(Proxy):
    source = DEPLOY / "caddy/Caddyfile"

    def command(self):
        text = self.source.read_text()
        assert text.count("\n{\n") == 1 and text.count("127.0.0.1:8080") == 1
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{self.back}")
        text = text.replace("\n{\n", f"""
{{
	admin off
	local_certs
	skip_install_trust
	http_port {self.plain}
	https_port {self.secure}
	default_bind 127.0.0.1
	storage file_system {self.folder}/storage
""")
        (self.folder / "Caddyfile").write_text(text)
        return ["caddy", "run", "--config", self.folder / "Caddyfile", "--adapter", "caddyfile"]

    def check(self):
        return subprocess.run(["caddy", "validate", "--config", self.source, "--adapter", "caddyfile"], capture_output=True,
                              text=True, env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(self.folder)})


PROXIES = {"nginx": Nginx, "caddy": Caddy}


def is_there(name):
    return shutil.which(name) is not None
