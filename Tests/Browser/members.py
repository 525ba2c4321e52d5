"""Members of a running service: enrolled by the operator, reached through the demo mailbox, signed in by the link that is mailed."""
import re
import uuid

from correspondence import post
from demo_mailbox import Mailbox

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
        return Mailbox(self.postern).all(to or self.address)

    def mailed(self, pattern, to=None):
        """What the newest mail that has it says."""
        return Mailbox(self.postern).newest(pattern, to or self.address)[0]

    def code(self, to):
        """The six digits of the newest mail that has some."""
        return Mailbox(self.postern).code(to)

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
