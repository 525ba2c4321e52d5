"""A correspondence through the running service, and the links that its mails bring, as the demo mailbox has them."""
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

from demo_mailbox import Mailbox

LINK = re.compile(r"/(reply|mute|report|pause|letter|prove)/([0-9a-z]{36}(?:/[0-9a-z]{26})?)")


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
        return Mailbox(self.postern).all(to, about=self.name)

    def links(self, to, seconds=30, count=1):
        """Where the newest of that many mails leads, by purpose."""
        mail = Mailbox(self.postern).wait(to, self.name, seconds, count)[-1]
        return {purpose: f"{self.postern.url}/{purpose}/{token}" for purpose, token in LINK.findall(mail)}

    @property
    def recipient(self):
        """The links of the recipient's first mail."""
        return self.links("pat@private.example")
