"""The pages behind the links of mails: every one and every state of it, in every language, width and scheme; the way through a
correspondence by keyboard and without JavaScript (requirements W1, W8)."""
import base64
import struct

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from correspondence import Correspondence, get, post
from test_pages import LANGUAGES, check, fill, requested, wait_for

ANSWER = "Thank you. Which of the two do you mean?"


def press(browser, value):
    """The button of the form for that action."""
    button = browser.find_element(By.CSS_SELECTOR, f"form:has([name=action][value={value}]) button")
    browser.execute_script("arguments[0].click()", button)


def has(browser, selector):
    return wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, selector))


def answer_page(browser, talk, lang):
    browser.get(f"{talk.recipient['reply']}?lang={lang}")
    assert has(browser, ".letterhead")


def sent_with_link(browser, talk, lang):
    browser.get(talk.sent + ("" if "lang=" in talk.sent else f"&lang={lang}"))
    has(browser, ".keep")


def pending(browser, talk, lang):
    answer_page(browser, talk, lang)
    fill(browser, message=ANSWER)
    press(browser, "reply")
    has(browser, ".pending")


def taken_back(browser, talk, lang):
    pending(browser, talk, lang)
    press(browser, "withdraw")
    wait_for(lambda: not browser.find_elements(By.CSS_SELECTOR, ".pending") and browser.find_elements(By.ID, "message"))
    assert len(browser.find_elements(By.CSS_SELECTOR, ".correspondence .own")) == 1


def empty_answer(browser, talk, lang):
    answer_page(browser, talk, lang)
    press(browser, "reply")
    has(browser, "#message-fault")


def doubtful(browser, talk, lang):
    answer_page(browser, talk, lang)
    fill(browser, message="Call me on +49 30 901820, or write to pat@private.example.")
    press(browser, "reply")
    has(browser, ".question .found")


def too_large(browser, talk, lang):
    answer_page(browser, talk, lang)
    browser.execute_script("document.getElementById('message').value = 'Grüße '.repeat(100000)")
    press(browser, "reply")
    has(browser, "#notice")


def expired(browser, talk, lang):
    answer_page(browser, talk, lang)
    fill(browser, message=ANSWER)
    old = base64.urlsafe_b64encode(struct.pack(">iq", 1, 0) + bytes(32)).decode().rstrip("=")
    browser.execute_script("document.querySelector('[name=form]').value = arguments[0]", old)
    press(browser, "reply")
    has(browser, "#notice")


def closed(browser, talk, lang):
    answer_page(browser, talk, lang)
    press(browser, "close")
    has(browser, "[name=action][value=reopen]")


def closed_by_the_other(browser, talk, lang):
    post(talk.recipient["reply"], action="close")
    browser.get(f"{talk.visitor}?lang={lang}")
    has(browser, ".standing a")


def ended_meanwhile(browser, talk, lang):
    answer_page(browser, talk, lang)
    fill(browser, message=ANSWER)
    post(talk.visitor, action="close")
    press(browser, "reply")
    has(browser, "#written")


def unanswered(browser, talk, lang):
    browser.get(f"{talk.visitor}?lang={lang}")
    has(browser, ".standing")


def mute(browser, talk, lang):
    browser.get(f"{talk.recipient['mute']}?lang={lang}")
    has(browser, "[name=action][value=mute]")


def muted(browser, talk, lang):
    mute(browser, talk, lang)
    press(browser, "mute")
    has(browser, "[value=unmute]")


def unmuted(browser, talk, lang):
    muted(browser, talk, lang)
    press(browser, "unmute")
    has(browser, "[value=mute]")


def connection_muted(browser, talk, lang):
    muted(browser, talk, lang)
    press(browser, "mute-connection")
    has(browser, "[value=unmute-connection]")


def muted_from_the_page(browser, talk, lang):
    answer_page(browser, talk, lang)
    press(browser, "mute")
    has(browser, ".muted")


def pause(browser, talk, lang):
    browser.get(f"{talk.recipient['pause']}?lang={lang}")
    has(browser, "[name=action][value=pause], [name=action][value=resume]")


def leads_nowhere(browser, talk, lang):
    browser.get(f"{talk.postern.url}/reply/{'0' * 32}?lang={lang}")
    assert has(browser, "main h1") and not browser.find_elements(By.TAG_NAME, "form")


PAGES = [answer_page, sent_with_link, pending, taken_back, empty_answer, doubtful, too_large, expired, closed, closed_by_the_other,
         ended_meanwhile, unanswered, mute, muted, unmuted, connection_muted,
         muted_from_the_page, pause, leads_nowhere]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_a_page_behind_a_link_is_accessible_in_every_shape(browser, postern, page, lang):
    talk = Correspondence(postern, lang)
    list(requested(browser))
    page(browser, talk, lang)
    check(browser, page.__name__, lang, [postern])
    assert browser.execute_script("return document.scripts.length") == 0
    title = browser.title
    assert "Vera" not in title and "Pat" not in title and talk.name not in title
    if page is connection_muted:
        # All visitors of these tests write over this one.
        press(browser, "unmute-connection")
        wait_for(lambda: not browser.find_elements(By.CSS_SELECTOR, "[value=unmute-connection]"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_paused_letters_and_the_way_back(browser, quick, lang):
    """On an installation of its own, since nobody else can write meanwhile."""
    talk = Correspondence(quick, lang)
    list(requested(browser))
    pause(browser, talk, lang)
    press(browser, "pause")
    has(browser, "[value=resume]")
    check(browser, "paused", lang, [quick])
    browser.get(f"{talk.visitor}?lang={lang}")
    has(browser, ".standing")
    assert not browser.find_elements(By.ID, "message")
    check(browser, "takes no letters", lang, [quick])
    # Letters that came before can be answered.
    answer_page(browser, talk, lang)
    has(browser, "#message")
    pause(browser, talk, lang)
    press(browser, "resume")
    has(browser, "[value=pause]")
    check(browser, "resumed", lang, [quick])


def test_a_correspondence_by_keyboard_alone(browser, quick):
    talk = Correspondence(quick)
    answer_page(browser, talk, "en")
    active = lambda: browser.switch_to.active_element
    browser.find_element(By.ID, "message").click()
    active().send_keys(ANSWER)
    active().send_keys(Keys.TAB)
    assert active().text == "Send answer"
    active().send_keys(Keys.ENTER)
    has(browser, ".pending")
    visitor = talk.links(f"{talk.name}@visitor.example")["letter"]
    # The proof that the mailbox was reached stands after the link.
    assert visitor.startswith(talk.visitor.rsplit("/", 1)[0]) and len(visitor.split("/")[-1]) == 26
    browser.get(visitor)
    browser.find_element(By.ID, "message").click()
    active().send_keys("The one with the ship.")
    active().send_keys(Keys.TAB, Keys.ENTER)
    has(browser, ".pending")
    assert browser.current_url == visitor
    answered = talk.links("pat@private.example", count=3)["reply"]
    browser.get(answered)
    assert [e.text for e in browser.find_elements(By.CLASS_NAME, "who")] == [
        "Vera Visitor wrote", "You wrote", "Vera Visitor wrote"]


def test_a_correspondence_without_javascript(plain_browser, quick):
    browser = plain_browser
    talk = Correspondence(quick)
    answer_page(browser, talk, "en")
    browser.find_element(By.ID, "message").send_keys("Call +49 30 901820.")
    browser.find_element(By.CSS_SELECTOR, "[name=action][value=reply] ~ p button").click()
    has(browser, ".question")
    assert browser.find_element(By.ID, "message").get_attribute("value") == "Call +49 30 901820."
    browser.find_element(By.CSS_SELECTOR, "button[name=sure]").click()
    has(browser, ".pending")
    browser.find_element(By.CSS_SELECTOR, ".pending button").click()
    wait_for(lambda: not browser.find_elements(By.CSS_SELECTOR, ".pending"))
    assert "taken back" in browser.page_source
    browser.find_element(By.CSS_SELECTOR, ".aside button").click()
    has(browser, ".standing button")[0].click()
    wait_for(lambda: browser.find_elements(By.ID, "message"))
    browser.get(talk.recipient["mute"])
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    has(browser, "[value=unmute]")


def test_a_visitor_is_muted_from_the_page_of_the_conversation(plain_browser, quick):
    browser = plain_browser
    talk = Correspondence(quick)
    button = lambda action: has(browser, f".aside form:has([value={action}]) button")[0]
    answer_page(browser, talk, "en")
    button("mute").click()
    assert button("unmute").text == "Hear from Vera Visitor again"
    assert "You hear no more from Vera Visitor" in browser.page_source
    browser.get(talk.recipient["mute"])
    has(browser, "main [value=unmute]")
    # Who is muted is not told, and the recipient can answer all the same.
    browser.get(talk.visitor)
    assert "mute" not in has(browser, "main")[0].text.lower()
    answer_page(browser, talk, "en")
    assert has(browser, "#message")
    button("unmute").click()
    button("mute")
    assert "You hear no more" not in browser.page_source


def test_one_click_unsubscription_pauses_and_is_undone(quick):
    talk = Correspondence(quick)
    link = talk.recipient["pause"]
    for _ in range(2):
        status, headers, page = post(link, **{"List-Unsubscribe": "One-Click"})
        assert status == 200 and "Your letters are paused" in page
        assert "script-src 'none'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    status, _, page = post(link, action="resume")
    assert status == 200 and "You are taking letters again" in page
    assert "Pause letters" in get(link)
