"""Letters to somebody who takes those of proven addresses alone: the page with the code, every state of it, in every language, width
and scheme; the way through it by keyboard and without JavaScript (requirements W1, W8)."""
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from correspondence import get, post
from demo_mailbox import Mailbox
from test_pages import LANGUAGES, LETTER, check, fill, is_sent, requested, send, wait_for

CODE = re.compile(r"(?<![0-9])([0-9]{3})[ \u00a0]?([0-9]{3})(?![0-9])")


def counts(postern):
    return json.loads(postern.run("queue", "count", "--json"))


class Waiting:
    """A letter that was written on the page and waits for its code."""

    def __init__(self, postern, lang="en", browser=None):
        self.postern, self.browser = postern, browser
        self.address = f"{uuid.uuid4().hex[:12]}@visitor.example"
        self.mailbox = Mailbox(postern)
        if browser:
            browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
            fill(browser, **{**LETTER, "email": self.address})
            send(browser)
            wait_for(lambda: "/prove/" in browser.current_url)
            self.page = browser.current_url
        else:
            status, headers, page = post(f"{postern.url}/c/photos/pat?lang={lang}", **{**LETTER, "email": self.address}, lang=lang)
            assert status == 303, page
            self.page = urllib.parse.urljoin(postern.url, headers["Location"])
        assert "/prove/" in self.page

    @property
    def mail(self):
        return self.mailbox.wait(self.address)[-1]

    @property
    def code(self):
        found = CODE.search(self.mail)
        assert found, self.mail
        return "".join(found.groups())

    @property
    def wrong(self):
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    @property
    def link(self):
        return re.search(r"http\S+/prove/[0-9a-z]{36}", self.mail)[0]


def type_code(browser, code):
    """Types a code, and waits for the page that answers."""
    form = browser.find_element(By.ID, "code")
    fill(browser, code=code)
    send(browser)
    wait_for(lambda: is_gone(form))


def status_of(url):
    try:
        return urllib.request.urlopen(url, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


def is_gone(element):
    try:
        element.is_enabled()
        return False
    except Exception:
        return True


def fault(browser):
    return wait_for(lambda: browser.find_elements(By.ID, "code-fault"))[0].text


def asked(browser, waiting, lang):
    browser.get(waiting.page)
    assert browser.find_element(By.ID, "code").get_attribute("value") == "" and not browser.find_elements(By.ID, "code-fault")


def empty(browser, waiting, lang):
    asked(browser, waiting, lang)
    type_code(browser, "")
    fault(browser)


def not_six_digits(browser, waiting, lang):
    asked(browser, waiting, lang)
    type_code(browser, "12 34")
    fault(browser)
    assert browser.find_element(By.ID, "code").get_attribute("value") == "12 34"


def wrong(browser, waiting, lang):
    asked(browser, waiting, lang)
    type_code(browser, waiting.wrong)
    # How many are left.
    assert "9" in fault(browser)


def spent(browser, waiting, lang):
    for _ in range(9):
        post(waiting.page, action="prove", code=waiting.wrong)
    asked(browser, waiting, lang)
    type_code(browser, waiting.wrong)
    wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, "main a[href^='/c/photos/pat']"))
    assert not browser.find_elements(By.ID, "code")


def proven(browser, waiting, lang):
    asked(browser, waiting, lang)
    type_code(browser, waiting.code)
    wait_for(lambda: is_sent(browser))


def proven_again(browser, waiting, lang):
    status, headers, _ = post(waiting.page, action="prove", code=waiting.code)
    assert status == 303
    browser.get(waiting.page)
    # The letter is on its way: there is nothing to type, and no reason to write it again.
    assert browser.find_elements(By.TAG_NAME, "h1") and not browser.find_elements(By.CSS_SELECTOR, "form, main a")
    assert status_of(waiting.page) == 200


PAGES = [asked, empty, not_six_digits, wrong, spent, proven, proven_again]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_the_page_of_a_letter_that_waits_is_accessible_in_every_shape(browser, proving, page, lang):
    waiting = Waiting(proving, lang)
    list(requested(browser))
    page(browser, waiting, lang)
    check(browser, page.__name__, lang, [proving])
    assert browser.execute_script("return document.scripts.length") == 0
    title = browser.title
    assert "Vera" not in title and "Pat" not in title


def test_a_letter_goes_out_when_its_code_is_typed_and_not_before(browser, proving):
    waiting = Waiting(proving, browser=browser)
    before = len(waiting.mailbox.all("pat@private.example"))
    # Looking, following the mail's link and pressing the button prove nothing.
    for url in [waiting.page, waiting.link]:
        get(url)
        assert post(url)[0] == 422 and post(url, action="prove")[0] == 422
    # One that these had let go would be due, or under way.
    wait_for(lambda: not {"ready", "leased"} & {state for state, count in counts(proving).items() if count})
    assert len(waiting.mailbox.all("pat@private.example")) == before
    # Not even with a wrong code, or with that of another letter.
    assert post(waiting.page, action="prove", code=waiting.wrong)[0] == 422
    assert post(waiting.page, action="prove", code=Waiting(proving).code)[0] == 422
    type_code(browser, waiting.code)
    wait_for(lambda: is_sent(browser))
    # The visitor gets the link to keep, as after any letter.
    page = browser.find_element(By.CSS_SELECTOR, ".keep a").get_attribute("href")
    wait_for(lambda: len(waiting.mailbox.all("pat@private.example")) == before + 1)
    assert "delivered" in wait_for(lambda: (lambda html: html if "delivered" in html else None)(get(page)))


def test_the_mail_leads_back_to_the_page_and_tells_nothing(browser, proving):
    waiting = Waiting(proving)
    assert LETTER["message"] not in waiting.mail and "pat@private.example" not in waiting.mail
    browser.get(waiting.link)
    type_code(browser, f"{waiting.code[:3]} {waiting.code[3:]}")
    wait_for(lambda: is_sent(browser))


def test_the_code_is_typed_by_keyboard_alone(browser, proving):
    waiting = Waiting(proving, browser=browser)
    active = lambda: browser.switch_to.active_element
    # From the top of the page. A click would begin wherever the middle of the window happens to be.
    for _ in range(4):
        if active().get_attribute("id") != "code":
            active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "code"
    active().send_keys(waiting.wrong, Keys.ENTER)
    wait_for(lambda: browser.find_elements(By.ID, "code-fault"))
    # The field has the focus, and says what is wrong with it.
    assert active().get_attribute("id") == "code" and "code-fault" in active().get_attribute("aria-describedby")
    active().send_keys(Keys.CONTROL, "a")
    active().send_keys(Keys.NULL, waiting.code, Keys.TAB)
    assert active().text == "Send my letter"
    active().send_keys(Keys.ENTER)
    wait_for(lambda: is_sent(browser))


def test_the_code_is_typed_without_javascript(plain_browser, proving):
    browser = plain_browser
    waiting = Waiting(proving)
    browser.get(waiting.page)
    browser.find_element(By.ID, "code").send_keys(waiting.code)
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    wait_for(lambda: is_sent(browser))


def test_the_back_button_still_has_what_was_written(browser, proving):
    """Who has mistyped the address goes back and writes it again."""
    Waiting(proving, browser=browser)
    browser.back()
    wait_for(lambda: browser.find_elements(By.ID, "message"))
    assert browser.find_element(By.ID, "message").get_attribute("value") == LETTER["message"]
