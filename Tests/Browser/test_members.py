"""The members' own pages: each of them and every state of it, in every language, width and scheme; the whole way by keyboard and
without JavaScript; hostile names inert (requirements W1, W6, W8)."""
import json
import urllib.error
import urllib.request

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from correspondence import post
from member_states import OPEN, SIGNED_IN, UNDO_PAGES, has
from members import Member
from test_pages import LANGUAGES, check, requested, wait_for

HOSTILE = "<b onclick=alert(1)>\"'&amp;{{heading}}</textarea>"


def checked(browser, name, lang, postern):
    assert browser.execute_script("return document.scripts.length") == 0
    assert "Nora" not in browser.title
    # The session's cookie is the only one, and no script could read it.
    cookies = browser.get_cookies()
    assert [c["name"] for c in cookies] in ([], ["__Host-postern"])
    assert all(c["httpOnly"] and c["secure"] and c["sameSite"] == "Strict" for c in cookies)
    check(browser, name, lang, [postern], cookies=cookies)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", OPEN, ids=lambda p: p.__name__)
def test_a_page_before_signing_in_is_accessible_in_every_shape(browser, postern, page, lang):
    browser.delete_all_cookies()
    list(requested(browser))
    page(browser, Member(postern, lang=lang), lang)
    checked(browser, page.__name__, lang, postern)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", SIGNED_IN + UNDO_PAGES, ids=lambda p: p.__name__)
def test_a_members_page_is_accessible_in_every_shape(browser, postern, page, lang):
    member = Member(postern, lang=lang)
    browser.delete_all_cookies()
    member.sign_in(browser, lang)
    list(requested(browser))
    page(browser, member, lang)
    checked(browser, page.__name__, lang, postern)


def test_the_whole_way_by_keyboard(browser, postern):
    member = Member(postern)
    browser.delete_all_cookies()
    active = lambda: browser.switch_to.active_element
    browser.get(f"{postern.url}/manage?for=photos/{member.handle}")
    browser.find_element(By.ID, "page").click()
    active().send_keys(Keys.TAB)
    active().send_keys(Keys.ENTER)
    has(browser, ".points")
    browser.get(postern.url + member.mailed(r"/manage/[0-9a-z]{52}"))
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    while active().tag_name != "button":
        active().send_keys(Keys.TAB)
    active().send_keys(Keys.ENTER)
    has(browser, ".menu")
    assert "/manage/" not in browser.current_url
    link = browser.find_element(By.CSS_SELECTOR, ".menu a")
    link.send_keys(Keys.ENTER)
    has(browser, "#name")
    browser.find_element(By.ID, "name").click()
    active().send_keys(Keys.CONTROL, "a")
    active().send_keys("Nora Neu")
    active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "language"
    active().send_keys(Keys.TAB)
    assert active().get_attribute("name") == "writers"
    active().send_keys(Keys.ARROW_DOWN)
    active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "daily"
    active().send_keys("7", Keys.TAB)
    assert active().get_attribute("id") == "plain"
    active().send_keys(Keys.SPACE, Keys.TAB)
    assert active().tag_name == "button"
    active().send_keys(Keys.ENTER)
    has(browser, ".done")
    assert browser.find_element(By.TAG_NAME, "h1").text == "Nora Neu"
    browser.get(f"{postern.url}/manage/settings")
    assert browser.find_element(By.ID, "daily").get_attribute("value") == "7"
    assert browser.find_element(By.ID, "writers-proven").is_selected()
    assert browser.find_element(By.ID, "plain").is_selected()


def test_the_whole_way_without_javascript(plain_browser, postern):
    browser = plain_browser
    member = Member(postern)
    browser.delete_all_cookies()
    link = member.ask()
    browser.get(link)
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    has(browser, ".menu")
    # Once is enough.
    status, _, page = post(link)
    assert status == 404 and "does not work any more" in page
    browser.find_element(By.CSS_SELECTOR, "section form button").click()
    has(browser, ".paused button")[0].click()
    wait_for(lambda: not browser.find_elements(By.CSS_SELECTOR, ".paused"))
    browser.get(f"{postern.url}/manage/address")
    browser.find_element(By.ID, "address").send_keys(f"new-{member.address}")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    has(browser, "#code")
    digits = member.code(to=f"new-{member.address}")
    browser.find_element(By.ID, "code").send_keys(f"{digits[:3]} {digits[3:]}")
    browser.find_element(By.CSS_SELECTOR, "main form button").click()
    has(browser, ".done")
    member.letter(message="To the new address.")
    member.mailed("To the new address", to=f"new-{member.address}")
    # The cookie of the browser also fetches the file.
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in browser.get_cookies())
    request = urllib.request.Request(f"{postern.url}/manage/export", headers={"Cookie": cookie})
    export = json.load(urllib.request.urlopen(request, timeout=30))
    assert export["handle"] == member.handle and member.address not in json.dumps(export)
    browser.find_element(By.CSS_SELECTOR, ".aside button").click()
    has(browser, "#page")
    assert browser.get_cookies() == []


def test_hostile_names_are_inert(browser, postern):
    member = Member(postern, name=HOSTILE)
    browser.delete_all_cookies()
    member.letter(name=HOSTILE, about=HOSTILE)
    member.mailed("harbour")
    member.sign_in(browser)
    for path in ["", "/letters", "/settings", "/data", "/erase"]:
        browser.get(f"{postern.url}/manage{path}")
        assert browser.find_elements(By.CSS_SELECTOR, "main b") == []
        # It is there, as text: a page without it would be as harmless.
        assert "onclick=alert(1)" in browser.find_element(By.TAG_NAME, "main").get_attribute("innerHTML") or path == "/erase"
        assert "{{" not in browser.title
        if path == "":
            assert browser.find_element(By.TAG_NAME, "h1").get_attribute("textContent") == HOSTILE


def test_another_site_cannot_press_a_members_buttons(browser, postern):
    member = Member(postern)
    browser.delete_all_cookies()
    member.sign_in(browser)
    token = browser.find_element(By.NAME, "form").get_attribute("value")
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in browser.get_cookies())
    for headers in [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]:
        request = urllib.request.Request(f"{postern.url}/manage", data=f"action=pause&form={token}".encode(),
                                         headers={"Cookie": cookie, **headers})
        try:
            urllib.request.urlopen(request, timeout=30)
            assert False
        except urllib.error.HTTPError as error:
            assert error.code == 422
    browser.get(f"{postern.url}/manage")
    assert browser.find_elements(By.CSS_SELECTOR, ".paused") == []
