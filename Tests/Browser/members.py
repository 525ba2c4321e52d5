"""Members of a running service: enrolled by the operator, reached through the demo mailbox, signed in by the link that is mailed."""
import email
import email.policy
import re
import time
import urllib.request
import uuid

from correspondence import get, post

MANAGE = re.compile(r"/manage/[0-9a-z]{52}")
UNDO = re.compile(r"/undo/[0-9a-z]{52}")


class Member:
    """One of their own, so that no test meets another's settings."""

    def __init__(self, postern, name="Nora Nachbar", lang="en"):
        self.postern, self.language = postern, lang
        self.handle = f"m{uuid.uuid4().hex[:10]}"
        self.address = f"{self.handle}@private.example"
        postern.run("recipient", "add", self.handle, "--site", "photos", "--name", name, "--locale", lang, "--confirmed",
                    input=self.address + "\n")

    def mails(self, to=None):
        """The plain text of each mail to that address, oldest first."""
        staff = f"http://127.0.0.1:{self.postern.staff_port}"
        found = []
        for row in re.findall(r"<li>.*?</li>", get(f"{staff}/demo/mailbox"), re.S):
            path = re.search(r'href="(/demo/mailbox/[0-9]+)"', row)
            if path and (to or self.address) in row:
                raw = urllib.request.urlopen(f"{staff}{path[1]}/raw", timeout=30).read()
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                found.append(mail.get_body(("plain",)).get_content())
        return found[::-1]

    def mailed(self, pattern, to=None, seconds=30):
        """What the newest mail that has it says."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for text in reversed(self.mails(to)):
                found = re.search(pattern, text)
                if found:
                    return found[0]
            time.sleep(0.1)
        raise AssertionError(f"no {pattern} in a mail to {to or self.address}")

    def code(self, to):
        """The six digits of the newest mail that has some."""
        return re.sub(r"\D", "", self.mailed(r"(?<![0-9])[0-9]{3}[ \u00a0][0-9]{3}(?![0-9])", to=to))

    def ask(self):
        status, headers, page = post(f"{self.postern.url}/manage", action="ask", page=f"photos/{self.handle}")
        assert status == 303 and headers["Location"] == "/manage/asked", page
        return self.postern.url + self.mailed(MANAGE)

    def sign_in(self, browser, lang=None):
        """Opens the mailed link in a browser and presses its button."""
        from selenium.webdriver.common.by import By
        from test_pages import wait_for
        query = f"?lang={lang}" if lang else ""
        browser.get(self.ask() + query)
        press = wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, "main form button"))[0]
        press.click()
        wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, ".menu"))

    def letter(self, name="Vera Visitor", message="I like the photo of the harbour.", about="photo 4711",
               email="vera@visitor.example"):
        status, _, page = post(f"{self.postern.url}/c/photos/{self.handle}", name=name, email=email,
                               subject="Your photo", message=message, about=about)
        assert status == 303, page
