"""The shipped examples for nginx and Caddy, in front of Postern: what a visitor posts arrives, who the visitor is cannot be forged,
Postern's answers come through as they are, and nothing of it is written down on the way."""
import http.server
import json
import re
import socket
import threading
import urllib.parse

import pytest

import proxies
from conftest import Installation, free_port

API = "/api/v1/sites/photos/recipients/pat/letters"
JSON = [("Content-Type", "application/json")]


def letter(message="I like the photo of the harbour."):
    return json.dumps({"name": "Vera Visitor", "email": "vera@visitor.example", "message": message}).encode()


def letters(installation):
    return sum(json.loads(installation.run("queue", "count", "--json")).values())


@pytest.fixture(params=proxies.PROXIES)
def kind(request):
    if not proxies.is_there(request.param):
        pytest.skip(f"{request.param} is not installed: apt-get install {request.param}")
    return proxies.PROXIES[request.param]


@pytest.fixture(scope="module")
def back():
    installation = Installation(POSTERN_TRUSTED_PROXIES="127.0.0.1/32", POSTERN_PUBLIC_URL=f"https://{proxies.NAME}").start()
    yield installation
    installation.stop()


@pytest.fixture
def proxy(kind, back, tmp_path):
    with kind(tmp_path, back.port) as running:
        yield running


def test_the_file_is_read_without_a_warning(kind, tmp_path):
    done = kind(tmp_path, 8080).check()
    assert done.returncode == 0, done.stderr
    assert not re.search(r"\[(warn|error|emerg)\]|\"level\":\"(warn|error)\"", done.stderr), done.stderr


def test_http_leads_to_https_and_a_post_stays_a_post(proxy):
    with socket.create_connection(("127.0.0.1", proxy.plain), timeout=30) as connection:
        connection.sendall(f"POST /c/photos/pat?about=x HTTP/1.1\r\nHost: {proxies.NAME}\r\nContent-Length: 0\r\n\r\n".encode())
        answer = proxies.read(connection)
    location = urllib.parse.urlsplit(answer.headers["Location"])
    # Caddy names the port that it was given for this test.
    assert answer.status == 308 and location.scheme == "https" and location.hostname == proxies.NAME
    assert (location.path, location.query) == ("/c/photos/pat", "about=x")


def test_a_form_that_a_visitor_fills_in_arrives(proxy, back, tell):
    before = letters(back)
    page = proxy.ask("GET", "/c/photos/pat")
    assert page.status == 200
    hidden = {}
    for field in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page.content.decode()):
        value = re.search(r"value=\"([^\"]*)\"", field)
        hidden[re.search(r"name=\"([^\"]+)\"", field).group(1)] = value.group(1) if value else ""
    typed = {**hidden, "name": "Vera Visitor", "email": "vera@visitor.example", "subject": "The harbour", "message": "I like it."}
    sent = proxy.ask("POST", "/c/photos/pat", urllib.parse.urlencode(typed).encode(),
                     [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", f"https://{proxies.NAME}"),
                      ("Sec-Fetch-Site", "same-origin")])
    assert sent.status == 303 and re.fullmatch("/c/photos/pat/[0-9a-z]{36}/sent", sent.headers["Location"])
    assert letters(back) == before + 1
    tell(f"{type(proxy).__name__}, the form", "one letter", "stored once")


def test_the_client_address_is_the_proxys_and_not_what_a_visitor_claims(kind, tmp_path, tell):
    """One letter an hour: a forged address, if it were believed, would have a limit of its own."""
    limited = Installation(POSTERN_TRUSTED_PROXIES="127.0.0.1/32", POSTERN_LIMIT_CLIENT="1,1/1h").start()
    forgeries = [[], [("X-Forwarded-For", "203.0.113.1")], [("X-Forwarded-For", "203.0.113.2"), ("X-Forwarded-For", "203.0.113.3")],
                 [("Forwarded", "for=203.0.113.4")], [("X-Real-IP", "203.0.113.5")], [("X_Forwarded_For", "203.0.113.6")],
                 [("Forwarded", "for=203.0.113.7"), ("X-Forwarded-For", "203.0.113.8, 127.0.0.1")], [("Client-IP", "203.0.113.9")]]
    try:
        with kind(tmp_path, limited.port) as proxy:
            for visitor in ["127.0.0.5", "127.0.0.6"]:
                answers = [proxy.ask("POST", API, letter(), JSON + forgery, visitor) for forgery in forgeries]
                assert [answer.status for answer in answers] == [202] + [429] * (len(forgeries) - 1), visitor
                assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers[1:])
    finally:
        limited.stop()
    tell(f"{kind.__name__}, forged client addresses", f"{2 * len(forgeries)} letters", "none believed")


def test_postern_itself_says_what_is_too_large(proxy):
    def post(size):
        body = letter("")
        body = body.replace(b'"message": ""', b'"message": "' + b"x" * (size - len(body)) + b'"')
        assert len(body) == size
        return proxy.ask("POST", API, body, JSON)

    # Too long a text, and not too large a body.
    assert post(250 * 1024).status == 422
    large = post(300 * 1024)
    assert large.status == 413 and large.headers["Content-Type"].startswith("application/problem+json")
    assert post(600 * 1024).status in (413, 502, 503), "far above, the proxy ends it"


@pytest.mark.parametrize("path", ["/c/photos/pat", "/privacy/photos", "/api/v1/openapi.json", "/live", "/ready", "/c/photos/nobody"])
def test_posterns_header_fields_come_through_as_they_are(proxy, back, path):
    def fields(answer):
        # What a proxy may say in its own name.
        own = {"date", "connection", "server", "keep-alive", "alt-svc", "transfer-encoding", "content-length"}
        return [field for field in answer.fields if field[0] not in own]

    with socket.create_connection(("127.0.0.1", back.port), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {proxies.NAME}\r\nConnection: close\r\n\r\n".encode())
        direct = proxies.read(connection)
    through = proxy.ask("GET", path)
    assert (through.status, fields(through)) == (direct.status, fields(direct))


@pytest.mark.parametrize("path", ["/metrics", "/log", "/demo/mailbox", "//metrics", "/c/../metrics", "/%6detrics"])
def test_nobody_gets_to_the_staff_page(proxy, path):
    answer = proxy.ask("GET", path)
    assert answer.status in (400, 404, 308, 301) and b"postern_" not in answer.content


def test_a_head_that_is_too_large_ends_at_the_proxy_or_at_postern_with_a_4xx(proxy):
    assert 400 <= proxy.ask("GET", "/c/photos/pat", headers=[("X-Long", "x" * 40_000)]).status < 500


class Overloaded(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"type":"about:blank","title":"a later try will work"}'
        self.send_response(503)
        for name, value in [("Retry-After", "17"), ("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_503_of_posterns_comes_through_with_its_words_and_its_time(kind, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Overloaded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with kind(tmp_path, server.server_address[1]) as proxy:
            answer = proxy.ask("POST", API, letter(), JSON)
            assert answer.status == 503 and answer.headers["Retry-After"] == "17"
            assert json.loads(answer.content)["title"] == "a later try will work"
    finally:
        server.shutdown()
        server.server_close()


def test_while_postern_restarts_a_visitor_is_told_when_to_try_again(kind, tmp_path):
    with kind(tmp_path, free_port()) as proxy:
        for method, body in [("GET", None), ("POST", letter())]:
            answer = proxy.ask(method, "/c/photos/pat", body)
            assert answer.status == 503 and int(answer.headers["Retry-After"]) > 0
            assert b"send it again in a minute" in answer.content


class Started(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_behind_caddy_a_visitor_waits_for_a_postern_that_starts_again(tmp_path):
    """As at a reload, when nothing listens for a moment. A post that Caddy 2.6 cannot repeat is answered with 503, as each request
    is behind nginx, which has nothing like it."""
    if not proxies.is_there("caddy"):
        pytest.skip("caddy is not installed: apt-get install caddy")
    port, servers = free_port(), []

    def start():
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", port), Started))
        servers[0].serve_forever()

    with proxies.PROXIES["caddy"](tmp_path, port) as proxy:
        starting = threading.Timer(1.5, start)
        starting.daemon = True
        starting.start()
        assert proxy.ask("GET", "/c/photos/pat").status == 200
        servers[0].shutdown()


def test_neither_who_wrote_nor_to_whom_is_written_down(kind, back, tmp_path, tell):
    """Neither when it works nor when Postern is gone."""
    message = "canary " + "harbour " * 2_000
    with kind(tmp_path, back.port) as proxy:
        assert proxy.ask("POST", API, letter(message), JSON, visitor="127.0.0.77").status == 202
        assert proxy.ask("GET", "/c/photos/pat?about=canary", visitor="127.0.0.77").status == 200
        proxy.ask("POST", API, letter("x" * 700_000), JSON, visitor="127.0.0.77")
    # Once it has ended: a line may come after its answer.
    written = proxy.everything_written()
    gone = tmp_path / "gone"
    gone.mkdir()
    with kind(gone, free_port()) as proxy:
        assert proxy.ask("POST", API, letter(message), JSON, visitor="127.0.0.77").status == 503
    written += proxy.everything_written()
    for secret in [b"127.0.0.77", b"/photos/recipients", b"/c/photos/pat", b"canary"]:
        assert secret not in written, secret
    tell(f"{kind.__name__}, what it writes down", "client address, path, text", "not there")


@pytest.mark.parametrize("has_room", [True, False])
def test_a_letter_never_lies_on_nginxs_disk(back, tmp_path, has_room):
    """nginx says so in its log of errors, which is read here for once. Without room in memory it does: the control."""
    log = tmp_path / "seen.log"
    nginx = proxies.Nginx(tmp_path, back.port)
    nginx.changes = [("error_log /dev/null crit", f"error_log {log} warn")]
    if not has_room:
        nginx.changes += [("client_body_buffer_size 512k;", "client_body_buffer_size 8k;")]
    with nginx:
        assert nginx.ask("POST", API, letter("x" * 200_000), JSON).status == 422
    assert ("temporary file" in log.read_text()) != has_room
