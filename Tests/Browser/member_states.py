"""How each of the members' own pages, and every state of it, is reached in a browser."""
import urllib.error
import urllib.request

from selenium.webdriver.common.by import By

from correspondence import get, post
from members import UNDO
from test_pages import fill, wait_for


def press(browser, value):
    button = browser.find_element(By.CSS_SELECTOR, f"form:has([name=action][value={value}]) button")
    browser.execute_script("arguments[0].click()", button)


def has(browser, selector):
    return wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, selector))


def go(browser, member, path, lang, wanted):
    """To the page that has what is wanted, which the page that asks for a link has not."""
    browser.get(f"{member.postern.url}{path}?lang={lang}")
    has(browser, wanted)


def status(url, **fields):
    """Of the answer to somebody who is not signed in."""
    if fields:
        return post(url, **fields)[0]
    try:
        return urllib.request.urlopen(url, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


# Without being signed in.

def ask(browser, member, lang):
    browser.get(f"{member.postern.url}/manage?for=photos/{member.handle}&lang={lang}")
    has(browser, "#page")


def ask_unclear(browser, member, lang):
    go(browser, member, "/manage", lang, "#page")
    fill(browser, page="just my name")
    press(browser, "ask")
    has(browser, "#page-fault")


def asked(browser, member, lang):
    ask(browser, member, lang)
    press(browser, "ask")
    has(browser, ".points")


def link(browser, member, lang):
    link = member.ask()
    browser.get(f"{link}?lang={lang}")
    action = has(browser, "main form")[0].get_attribute("action")
    assert action == f"{link}?lang={lang}"
    assert member.language == lang and f"lang={lang}" in member.mailed(r"/manage/\S+")


def link_over(browser, member, lang):
    url = f"{member.postern.url}/manage/{'0' * 52}"
    assert status(url) == 404
    browser.get(f"{url}?lang={lang}")
    has(browser, "#page")


def signed_out(browser, member, lang):
    go(browser, member, "/manage/settings", lang, "#notice")
    assert "ended=" in browser.current_url and has(browser, "#page")


OPEN = [ask, ask_unclear, asked, link, link_over, signed_out]


# Signed in.

def home(browser, member, lang):
    go(browser, member, "/manage", lang, ".menu")


def paused(browser, member, lang):
    home(browser, member, lang)
    browser.execute_script("document.getElementById('until').value = new Date(Date.now() + 9e8).toISOString().slice(0, 10)")
    press(browser, "pause")
    has(browser, ".paused")
    assert status(f"{member.postern.url}/c/photos/{member.handle}") == 403


def unclear_day(browser, member, lang):
    home(browser, member, lang)
    browser.execute_script("const u = document.getElementById('until'); u.type = 'text'; u.value = 'soon'")
    press(browser, "pause")
    has(browser, "#until-fault")


def letters(browser, member, lang):
    member.letter()
    member.letter(name="مصوّر من بيروت", about="صورة 12")
    member.mailed("harbour")
    go(browser, member, "/manage/letters", lang, ".ledger li")
    assert [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".ledger .who")] == ["مصوّر من بيروت", "Vera Visitor"]
    assert "photo 4711" in browser.find_element(By.CSS_SELECTOR, ".ledger").text


def settings(browser, member, lang):
    go(browser, member, "/manage/settings", lang, "#daily")
    assert browser.find_element(By.ID, "name").get_attribute("value") == "Nora Nachbar"


def settings_faulty(browser, member, lang):
    settings(browser, member, lang)
    fill(browser, name="", daily="many")
    browser.execute_script("document.querySelector('form button').click()")
    has(browser, "#daily-fault")


def saved(browser, member, lang):
    settings(browser, member, lang)
    fill(browser, daily="12")
    browser.execute_script("document.querySelector('form button').click()")
    has(browser, ".done")
    settings(browser, member, lang)
    assert browser.find_element(By.ID, "daily").get_attribute("value") == "12"
    browser.back()
    has(browser, ".done")


def mutes_none(browser, member, lang):
    go(browser, member, "/manage/mutes", lang, ".back")
    assert browser.current_url.endswith(f"/manage/mutes?lang={lang}") and not browser.find_elements(By.CSS_SELECTOR, ".cards")


def mutes(browser, member, lang):
    member.letter()
    path = member.mailed(r"/mute/[0-9a-z]{36}")
    post(member.postern.url + path, action="mute")
    go(browser, member, "/manage/mutes", lang, ".cards li")
    assert browser.find_element(By.CSS_SELECTOR, ".cards .who").text == "Vera Visitor"


def unmuted(browser, member, lang):
    mutes(browser, member, lang)
    press(browser, "unmute")
    has(browser, "[name=action][value=mute]")
    assert not browser.find_elements(By.CSS_SELECTOR, ".cards") and "Vera Visitor" in browser.find_element(By.TAG_NAME, "main").text
    member.letter(message="Heard again.")
    member.mailed("Heard again")


def muted_again(browser, member, lang):
    unmuted(browser, member, lang)
    press(browser, "mute")
    has(browser, ".cards li")
    assert has(browser, ".done") and browser.find_element(By.CSS_SELECTOR, ".cards .who").text == "Vera Visitor"
    member.letter(message="Not any more.")
    member.letter(name="Somebody else", message="The last one.", email="else@visitor.example")
    member.mailed("The last one")
    assert not any("Not any more" in text for text in member.mails())


def address(browser, member, lang):
    go(browser, member, "/manage/address", lang, "#address")


def address_faulty(browser, member, lang):
    address(browser, member, lang)
    fill(browser, address="no address")
    press(browser, "address")
    has(browser, "#address-fault")


def code(browser, member, lang):
    address(browser, member, lang)
    fill(browser, address=f"new-{member.address}")
    press(browser, "address")
    has(browser, "#code")


def code_wrong(browser, member, lang):
    code(browser, member, lang)
    fill(browser, code="12")
    press(browser, "code")
    has(browser, "#code-fault")


def change_pending(browser, member, lang):
    code(browser, member, lang)
    home(browser, member, lang)
    assert has(browser, "#change-title") and has(browser, ".standing a[href^='/manage/address']")


def data(browser, member, lang):
    member.letter()
    go(browser, member, "/manage/data", lang, "a[download]")
    text = browser.find_element(By.TAG_NAME, "main").text
    assert "Nora Nachbar" in text and f"photos/{member.handle}" in text and member.address not in text


def erase(browser, member, lang):
    go(browser, member, "/manage/erase", lang, "form[action^='/manage/erase'] [value=ask]")


def erase_sure(browser, member, lang):
    erase(browser, member, lang)
    press(browser, "ask")
    has(browser, "#handle")


def erase_wrong(browser, member, lang):
    erase_sure(browser, member, lang)
    fill(browser, handle="somebody else")
    press(browser, "erase")
    has(browser, "#handle-fault")


def erased(browser, member, lang):
    erase_sure(browser, member, lang)
    fill(browser, handle=member.handle)
    press(browser, "erase")
    wait_for(lambda: not browser.find_elements(By.ID, "handle") and browser.find_elements(By.TAG_NAME, "h1"))
    assert not browser.find_elements(By.TAG_NAME, "form") and browser.get_cookies() == []
    assert status(f"{member.postern.url}/c/photos/{member.handle}") == 403
    shown = member.postern.run("recipient", "show", member.handle, "--site", "photos", "--json")
    assert "erased" in shown and "Nora" not in shown


SIGNED_IN = [home, paused, unclear_day, letters, settings, settings_faulty, saved, mutes_none, mutes, unmuted, muted_again, address,
             address_faulty, code, code_wrong, change_pending, data, erase, erase_sure, erase_wrong, erased]


def undo(browser, member, lang):
    code(browser, member, lang)
    browser.get(f"{member.postern.url}{member.mailed(UNDO)}?lang={lang}")
    has(browser, "[name=action][value=keep]")


def undone(browser, member, lang):
    """Before the new address was confirmed: its code is worth nothing, until the other button is pressed."""
    undo(browser, member, lang)
    asked, link = browser.find_element(By.TAG_NAME, "h1").text, member.postern.url + member.mailed(UNDO)
    digits = member.code(to=f"new-{member.address}")
    press(browser, "keep")
    wait_for(lambda: not browser.find_elements(By.CSS_SELECTOR, "[value=keep]") and browser.find_elements(By.TAG_NAME, "h1"))
    result = browser.find_element(By.TAG_NAME, "h1").text
    assert result != asked
    has(browser, "[name=action][value=again]")
    # Pressed twice, and looked at again, it says the same.
    for page in [post(f"{link}?lang={lang}", action="keep")[2], get(f"{link}?lang={lang}")]:
        assert f"<h1>{result}</h1>" in page
    post(f"{member.postern.url}/confirm/photos/{member.handle}", code=digits)
    member.letter(message="To the old address.")
    member.mailed("To the old address")


def undo_confirmed(browser, member, lang):
    code(browser, member, lang)
    fill(browser, code=member.code(to=f"new-{member.address}"))
    press(browser, "code")
    has(browser, ".done")
    browser.get(f"{member.postern.url}{member.mailed(UNDO)}?lang={lang}")
    has(browser, "[name=action][value=keep]")


def undone_confirmed(browser, member, lang):
    undo_confirmed(browser, member, lang)
    press(browser, "keep")
    has(browser, "[name=action][value=again]")
    member.letter(message="To the old address.")
    member.mailed("To the old address")
    assert not any("To the old address" in text for text in member.mails(to=f"new-{member.address}"))


def undo_over(browser, member, lang):
    code(browser, member, lang)
    press(browser, "keep")
    has(browser, ".done")
    url = f"{member.postern.url}{member.mailed(UNDO)}"
    assert status(url) == 404
    browser.get(f"{url}?lang={lang}")
    has(browser, "main h1")
    assert not browser.find_elements(By.TAG_NAME, "form")


UNDO_PAGES = [undo, undone, undo_confirmed, undone_confirmed, undo_over]
PAGES = OPEN + SIGNED_IN + UNDO_PAGES
