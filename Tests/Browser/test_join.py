"""Becoming a member: every page and state of it, in every language, width and scheme; the whole way by keyboard and without
JavaScript; hostile text is text (requirements W1, W6, W8)."""
import base64
import json
import struct
import urllib.error
import urllib.request
import uuid

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import joining
from demo_mailbox import Mailbox
from test_pages import LANGUAGES, check, fill, requested, send, value, wait_for

HOSTILE = "<script>document.title='x'</script>{{heading}}\"'>&amp;\u202e"


@pytest.fixture
def club(postern):
    joining.sites(postern)
    return postern


def somebody():
    """A handle and an address that nobody has."""
    name = "m-" + uuid.uuid4().hex[:10]
    return name, f"{name}@member.example"


def has(browser, selector):
    return wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, selector))


def fresh(browser, postern, lang):
    browser.get(f"{postern.url}/join/club?lang={lang}")
    has(browser, "#handle")


def faults(browser, postern, lang):
    fresh(browser, postern, lang)
    fill(browser, handle="Pat Photographer", email="no address")
    send(browser)
    wait_for(lambda: len(browser.find_elements(By.CSS_SELECTOR, "p.fault")) == 3)


def taken(browser, postern, lang):
    joined(browser, postern, lang, handle="taken-one")
    fresh(browser, postern, lang)
    fill(browser, name="Another", handle="taken-one", email=somebody()[1])
    wait_for(lambda: "taken-one" in browser.find_element(By.ID, "handle-free").text)
    send(browser)
    has(browser, "#handle-fault")


def reserved(browser, postern, lang):
    fresh(browser, postern, lang)
    fill(browser, name="Example Club Support", handle="support", email=somebody()[1])
    send(browser)
    wait_for(lambda: len(browser.find_elements(By.CSS_SELECTOR, "p.fault")) == 2)


def again(browser, postern, lang):
    fresh(browser, postern, lang)
    handle, address = somebody()
    fill(browser, name="Pat", handle=handle, email=address)
    old = base64.urlsafe_b64encode(struct.pack(">iq", 1, 0) + bytes(32)).decode().rstrip("=")
    browser.execute_script("document.querySelector('[name=form]').value = arguments[0]", old)
    send(browser)
    has(browser, "#notice")
    assert value(browser, "email") == address


def off(browser, postern, lang):
    browser.get(f"{postern.url}/join/photos?lang={lang}")
    assert has(browser, "main a[href='https://photos.example']") and not browser.find_elements(By.TAG_NAME, "form")


def by_invitation(browser, postern, lang):
    browser.get(f"{postern.url}/join/guild?lang={lang}")
    assert has(browser, "main a[href='https://guild.example']") and not browser.find_elements(By.TAG_NAME, "form")


def invited(browser, postern, lang):
    browser.get(f"{joining.invitation(postern)}?lang={lang}")
    has(browser, "#handle")


def invited_under_a_name(browser, postern, lang):
    browser.get(f"{joining.invitation(postern, '--handle', somebody()[0])}?lang={lang}")
    has(browser, ".about")


def code(browser, postern, lang):
    fresh(browser, postern, lang)
    handle, address = somebody()
    fill(browser, name="Pat Photographer", handle=handle, email=address)
    send(browser)
    has(browser, "#code")
    return handle, address


def incomplete_code(browser, postern, lang):
    code(browser, postern, lang)
    fill(browser, code="12 34")
    send(browser)
    has(browser, "#code-fault")
    assert value(browser, "code") == "12 34"


def wrong_code(browser, postern, lang):
    _, address = code(browser, postern, lang)
    right = Mailbox(postern).code(address)
    fill(browser, code=f"{(int(right) + 1) % 1_000_000:06}")
    send(browser)
    has(browser, "#code-fault")
    # Nothing of it is to be corrected.
    assert value(browser, "code") == ""


def joined(browser, postern, lang, handle=None):
    own, address = somebody()
    fresh(browser, postern, lang)
    fill(browser, name="Pat Photographer", handle=handle or own, email=address)
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "code") or browser.find_elements(By.ID, "notice"))
    if handle and browser.find_elements(By.ID, "notice"):
        return
    fill(browser, code=Mailbox(postern).code(address))
    send(browser)
    has(browser, ".keep")


PAGES = [fresh, faults, taken, reserved, again, off, by_invitation, invited, invited_under_a_name, code, incomplete_code,
         wrong_code, joined]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_a_page_is_accessible_in_every_shape(browser, club, page, lang):
    list(requested(browser))
    page(browser, club, lang)
    check(browser, page.__name__, lang, (club,))
    # Behind a link, and where a mailed code is typed, nothing runs.
    is_scripted = page in [fresh, faults, taken, reserved, again, off, by_invitation]
    assert browser.execute_script("return document.scripts.length") == (1 if is_scripted else 0)


def takes_letters(postern, handle, site="club"):
    letter = json.dumps(dict(name="Vera", email="vera@visitor.example", message="Hello.")).encode()
    request = urllib.request.Request(
        f"{postern.url}/api/v1/sites/{site}/recipients/{handle}/letters", data=letter,
        headers={"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=30).status == 202
    except urllib.error.HTTPError as error:
        return error.status == 202


def test_all_of_it_works_without_javascript(plain_browser, club):
    handle, address = code(plain_browser, club, "en")
    assert not takes_letters(club, handle)
    fill(plain_browser, code=Mailbox(club).code(address))
    send(plain_browser)
    has(plain_browser, ".keep")
    assert plain_browser.find_element(By.CSS_SELECTOR, ".keep a").text.endswith(f"/c/club/{handle}")
    assert takes_letters(club, handle)


def test_by_keyboard_alone(browser, club):
    handle, address = somebody()
    fresh(browser, club, "en")
    browser.find_element(By.ID, "name").click()
    active = lambda: browser.switch_to.active_element
    for text in ["Pat Photographer", handle, address]:
        active().send_keys(text)
        active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "locale"
    active().send_keys("Deu")
    active().send_keys(Keys.TAB)
    assert active().tag_name == "button"
    active().send_keys(Keys.ENTER)
    has(browser, "#code")
    browser.find_element(By.ID, "code").click()
    digits = Mailbox(club).code(address)
    active().send_keys(f"{digits[:3]} {digits[3:]}")
    active().send_keys(Keys.ENTER)
    has(browser, ".keep")
    # The mail came in the language that was chosen, not in the page's.
    assert "Adresse" in Mailbox(club).wait(address)[-1]


def test_a_short_name_is_looked_up_while_it_is_typed(browser, club):
    joined(browser, club, "en", handle="known-one")
    fresh(browser, club, "en")
    said = lambda: browser.find_element(By.ID, "handle-free").text
    fill(browser, handle="known-one")
    wait_for(lambda: said() == "known-one is taken. Please choose another short name.")
    fill(browser, handle="Nobody-Yet")
    wait_for(lambda: said() == "nobody-yet is free.")
    fill(browser, handle="two words")
    wait_for(lambda: said().startswith("Please use only small letters"))
    assert browser.find_element(By.ID, "handle-free").get_attribute("aria-live") == "polite"
    assert "handle-free" in browser.find_element(By.ID, "handle").get_attribute("aria-describedby")


def test_a_fault_is_mended_and_nothing_typed_is_lost(browser, club):
    handle, address = somebody()
    fresh(browser, club, "en")
    fill(browser, name="Pat Photographer", handle=handle, email=address.replace("@", " at "))
    browser.find_element(By.CSS_SELECTOR, "#locale [value=fr]").click()
    send(browser)
    has(browser, "#email-fault")
    assert value(browser, "name") == "Pat Photographer" and value(browser, "handle") == handle
    assert value(browser, "locale") == "fr"
    fill(browser, email=address)
    send(browser)
    has(browser, "#code")


def test_an_invitation_works_once(browser, club):
    link = joining.invitation(club)
    handle, address = somebody()
    browser.get(link)
    fill(browser, name="Pat Photographer", handle=handle, email=address)
    send(browser)
    has(browser, "#code")
    # Its holder may correct the address until it is confirmed, under the same name.
    browser.get(link)
    assert has(browser, ".about bdi")[0].text == handle
    browser.get(f"{club.url}/confirm/guild/{handle}")
    fill(browser, code=Mailbox(club).code(address))
    send(browser)
    has(browser, ".keep")
    browser.get(link)
    wait_for(lambda: not browser.find_elements(By.TAG_NAME, "form"))
    assert takes_letters(club, handle, "guild")


def test_hostile_text_in_every_field_is_text(browser, club):
    fresh(browser, club, "en")
    for name in ["name", "handle", "email"]:
        browser.execute_script("document.getElementById(arguments[0]).value = arguments[1]", name, HOSTILE)
    send(browser)
    has(browser, "#notice")
    assert HOSTILE[:40] in value(browser, "handle") and browser.title != "x"
    # A name may be strange. It must be the same letters on every page and in the mail, and nothing else.
    handle, address = somebody()
    browser.execute_script("document.getElementById('name').value = arguments[0]", HOSTILE)
    fill(browser, handle=handle, email=address)
    send(browser)
    has(browser, "#code")
    fill(browser, code=Mailbox(club).code(address))
    send(browser)
    has(browser, ".keep")
    browser.get(f"{club.url}/c/club/{handle}")
    assert "<script>document.title" in browser.find_element(By.TAG_NAME, "h1").text and browser.title != "x"
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1
