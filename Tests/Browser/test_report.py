"""Reporting a letter: the page behind the link in its mail, every state of it, in every language, width and scheme; the way through
it by keyboard and without JavaScript (requirements W1, W8)."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from correspondence import Correspondence, get, post
from test_links import has, press
from test_pages import LANGUAGES, check, requested, wait_for

REMARK = "The same letter came from three addresses."


def choose(browser, reason="fraud", remark=REMARK, mute=False):
    for field in [f"reason-{reason}"] + (["mute"] if mute else []):
        browser.execute_script("arguments[0].click()", browser.find_element(By.ID, field))
    browser.find_element(By.ID, "remark").send_keys(remark)


def asked(browser, talk, lang):
    browser.get(f"{talk.recipient['report']}?lang={lang}")
    has(browser, "[name=reason], [value=withdraw]")


def without_a_reason(browser, talk, lang):
    asked(browser, talk, lang)
    browser.find_element(By.ID, "remark").send_keys(REMARK)
    press(browser, "report")
    has(browser, "#reason-fault")
    assert browser.find_element(By.ID, "remark").get_attribute("value") == REMARK


def too_long(browser, talk, lang):
    asked(browser, talk, lang)
    browser.execute_script("document.getElementById('remark').value = 'Grüße '.repeat(200)")
    press(browser, "report")
    has(browser, "#remark-fault")


def reported(browser, talk, lang):
    asked(browser, talk, lang)
    choose(browser)
    press(browser, "report")
    has(browser, "[value=withdraw]")


def reported_and_muted(browser, talk, lang):
    asked(browser, talk, lang)
    choose(browser, mute=True)
    press(browser, "report")
    has(browser, "[value=unmute]")
    assert "unmute" in get(talk.recipient["mute"])


def taken_back(browser, talk, lang):
    reported(browser, talk, lang)
    press(browser, "withdraw")
    has(browser, "#notice")
    assert browser.find_elements(By.NAME, "reason") and 'value="withdraw"' not in get(talk.recipient["report"])


PAGES = [asked, without_a_reason, too_long, reported, reported_and_muted, taken_back]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_the_page_of_a_report_is_accessible_in_every_shape(browser, postern, page, lang):
    talk = Correspondence(postern, lang)
    list(requested(browser))
    page(browser, talk, lang)
    check(browser, page.__name__, lang, [postern])
    assert browser.execute_script("return document.scripts.length") == 0
    title = browser.title
    assert "Vera" not in title and "Pat" not in title and talk.name not in title


def test_a_letter_is_reported_by_keyboard_alone(browser, postern):
    talk = Correspondence(postern)
    asked(browser, talk, "en")
    active = lambda: browser.switch_to.active_element
    browser.find_element(By.TAG_NAME, "h1").click()
    active().send_keys(Keys.TAB)
    assert active().get_attribute("name") == "reason"
    active().send_keys(Keys.SPACE)
    active().send_keys(Keys.ARROW_DOWN)
    chosen = browser.find_element(By.CSS_SELECTOR, "[name=reason]:checked").get_attribute("value")
    active().send_keys(Keys.TAB, REMARK)
    active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "mute"
    active().send_keys(Keys.TAB)
    assert active().text == "Send report"
    active().send_keys(Keys.ENTER)
    has(browser, "[value=withdraw]")
    assert chosen == "sexual" and "Sexual content" in browser.page_source
    # What was said of the letter is sealed: no page shows it again.
    assert REMARK not in browser.page_source


def test_a_letter_is_reported_without_javascript_and_the_report_taken_back(plain_browser, postern):
    browser = plain_browser
    talk = Correspondence(postern)
    asked(browser, talk, "en")
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    has(browser, "#reason-fault")
    browser.find_element(By.ID, "reason-spam").click()
    browser.find_element(By.CSS_SELECTOR, "form button").click()
    has(browser, "[value=withdraw]")
    browser.find_element(By.CSS_SELECTOR, "form:has([value=withdraw]) button").click()
    has(browser, "#notice")
    assert browser.find_elements(By.ID, "reason-spam")


def test_a_program_that_presses_every_button_reports_nothing(postern):
    talk = Correspondence(postern)
    link = talk.recipient["report"]
    for fields in [{}, {"action": "report"}, {"action": "report", "remark": ""}, {"action": "withdraw"}]:
        post(link, **fields)
    page = get(link)
    assert "Report this letter" in page and 'value="withdraw"' not in page
