"""A correspondence through the running service, and the links that its mails bring, as the demo mailbox has them."""
import email
import email.policy
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

LINK = re.compile(r"/(reply|mute|pause|letter)/([0-9a-z]{32}(?:/[0-9a-z]{26})?)")


def post(url, **fields):
    """Posts a form and follows no redirect. Returns the status, the header fields and the page."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None
    request = urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode())
    try:
        answer = urllib.request.build_opener(Stay).open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read().decode()


def get(url):
    return urllib.request.urlopen(url, timeout=30).read().decode()


class Correspondence:
    """One that a visitor has begun, with what each of the two got so far."""

    def __init__(self, postern, lang="en", about="photo 4711"):
        self.postern = postern
        # Every mail of it has this in its subject.
        self.name = uuid.uuid4().hex[:12]
        status, headers, page = post(
            f"{postern.url}/c/photos/pat?lang={lang}", name="Vera Visitor", email=f"{self.name}@visitor.example",
            subject=f"Your photo {self.name}", message="I like the photo of the harbour.", about=about, lang=lang)
        assert status == 303, page
        self.sent = urllib.parse.urljoin(postern.url, headers["Location"])
        token = urllib.parse.urlsplit(self.sent).path.split("/")[-2]
        self.visitor = f"{postern.url}/letter/{token}"

    def mails(self, to):
        """The text of each mail to that address, oldest first."""
        staff = f"http://127.0.0.1:{self.postern.staff_port}/demo/mailbox"
        found = []
        for row in re.findall(r'<li>.*?</li>|<tr>.*?</tr>', get(staff), re.S):
            path = re.search(r'href="(/demo/mailbox/[0-9]+)"', row)
            if path and self.name in row:
                raw = urllib.request.urlopen(f"http://127.0.0.1:{self.postern.staff_port}{path[1]}/raw", timeout=30).read()
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                if to in mail["To"]:
                    found.append(mail.get_body(("plain",)).get_content())
        return found[::-1]

    def links(self, to, seconds=30, count=1):
        """Where the newest of that many mails leads, by purpose."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            mails = self.mails(to)
            if len(mails) >= count:
                return {purpose: f"{self.postern.url}/{purpose}/{token}" for purpose, token in LINK.findall(mails[-1])}
            time.sleep(0.1)
        raise AssertionError(f"no mail to {to}")

    @property
    def recipient(self):
        """The links of the recipient's first mail."""
        return self.links("pat@private.example")
