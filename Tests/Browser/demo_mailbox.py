"""What the service has sent, as its demo mailbox has it."""
import email
import email.policy
import re
import time
import urllib.error
import urllib.request


class Mailbox:
    """The mails to all addresses. It keeps the newest, and only so many."""

    def __init__(self, postern):
        self.url = f"http://127.0.0.1:{postern.staff_port}"

    def _get(self, path):
        return urllib.request.urlopen(self.url + path, timeout=30).read()

    def all(self, to, about=""):
        """The text of each mail to that address whose row in the list has those words, oldest first."""
        found = []
        for row in re.findall(r"<li>.*?</li>", self._get("/demo/mailbox").decode(), re.S):
            path = re.search(r'href="(/demo/mailbox/[0-9]+)"', row)
            if path and to in row and about in row:
                try:
                    raw = self._get(path[1] + "/raw")
                except urllib.error.HTTPError as refused:
                    # It had to go since the list was made.
                    assert refused.code == 404
                    continue
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                found.append(mail.get_body(("plain",)).get_content())
        return found[::-1]

    def wait(self, to, about="", seconds=30, count=1):
        """The same, once there are so many."""
        return self._until(lambda mails: mails if len(mails) >= count else None, to, about, seconds)

    def newest(self, pattern, to, seconds=30):
        """What the newest mail to that address that has it says, once there is one."""
        return self._until(lambda mails: next((m for m in map(re.compile(pattern).search, mails[::-1]) if m), None), to, "", seconds)

    def code(self, to, seconds=30):
        """The six digits of the newest mail to that address that has some."""
        return "".join(self.newest(r"(?<!\d)(\d{3})[\u00a0 ]?(\d{3})(?!\d)", to, seconds).groups())

    def _until(self, answer, to, about, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = answer(self.all(to, about))
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"no such mail to {to}")
