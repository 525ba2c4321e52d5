"""Staff are shown a letter: with a passkey of Chromium's virtual authenticator, with a code and without a script; what is shown does
nothing, and every state of the pages is accessible in every shape."""
import pytest
from selenium.webdriver.common.by import By

from conftest import Installation
from correspondence import post
from test_pages import wait_for
from test_staff import accessible, desk, passkeys, press, staff  # noqa: F401

REASON = "The same words came to several people last week."
HOSTILE = "Quagmire <img src=x onerror=\"document.title='taken'\"> https://evil.example/ \u202eabc"


@pytest.fixture(scope="module")
def holding():
    """Holds letters with one word."""
    installation = Installation()
    installation.run("block", "add", "--text", "quagmire", "--reason", "for this test")
    installation.start()
    yield installation
    installation.stop()


def held(postern, message=HOSTILE):
    """The path of the page that reveals a letter that is held."""
    before = set(ids(postern))
    status, _, page = post(f"{postern.url}/c/photos/pat", name="Vera <b>Visitor</b>", email="vera@visitor.example",
                           subject="Your <i>photo</i>", message=message, about="", lang="en")
    assert status == 303, page
    new = wait_for(lambda: set(ids(postern)) - before)
    return f"/letters/{new.pop()}/reveal"


def ids(postern):
    import json
    return [entry["id"] for entry in json.loads(postern.run("queue", "list", "--held", "--json"))]


def text(browser):
    return browser.find_element(By.TAG_NAME, "main").text


def ask(browser, postern, path, kind="letter", reason=REASON):
    browser.get(staff(postern, path))
    browser.find_element(By.ID, f"kind-{kind}").click()
    browser.find_element(By.ID, "reason").send_keys(reason)
    press(browser, "form button")


def is_inert(browser):
    """Its elements are those of the template: nothing that a letter brought along is one."""
    main = browser.find_element(By.TAG_NAME, "main")
    assert not main.find_elements(By.CSS_SELECTOR, "img, script, iframe, b, i, form")
    links = [link.get_dom_attribute("href") for link in main.find_elements(By.TAG_NAME, "a")]
    ours = ("/letters/", "/blocks/new?letter=")
    assert all(link.startswith(ours) for link in links), links
    assert browser.title != "taken"


def test_a_passkey_opens_one_letter(passkeys, holding):
    passkeys.get(holding.run("staff", "add", "paula", "--role", "reviewer").strip())
    press(passkeys, "form[data-passkey=create] button")
    wait_for(lambda: "Continue" in text(passkeys) or "signed in" in text(passkeys))
    path = held(holding)
    passkeys.get(staff(holding, path))
    accessible(passkeys)
    ask(passkeys, holding, path)
    wait_for(lambda: passkeys.find_elements(By.CSS_SELECTOR, "form[data-passkey=get] button"))
    accessible(passkeys)
    press(passkeys, "form[data-passkey=get] button")
    wait_for(lambda: passkeys.find_elements(By.ID, "letter"))
    assert passkeys.find_element(By.ID, "letter").text.startswith("Quagmire <img src=x")
    assert "vera@visitor.example" not in passkeys.page_source
    is_inert(passkeys)
    accessible(passkeys)
    # It was shown once: reloading asks again, and shows nothing by itself.
    passkeys.get(passkeys.current_url)
    assert not passkeys.find_elements(By.ID, "letter")
    ask(passkeys, holding, path, "client")
    press(passkeys, "form[data-passkey=get] button")
    wait_for(lambda: passkeys.find_elements(By.ID, "client"))
    assert passkeys.find_element(By.ID, "client").text == "127.0.0.1"
    accessible(passkeys)


def test_a_code_opens_one_letter_without_a_script(plain_browser, holding):
    _, codes = holding.enrol_staff(plain_browser, "willi", "administrator")
    path = held(holding)
    ask(plain_browser, holding, path, reason="spam")
    wait_for(lambda: "at least 10" in text(plain_browser))
    assert plain_browser.find_element(By.ID, "reason").get_attribute("value") == "spam"
    ask(plain_browser, holding, path)
    for code, words in [("000000", "not the code"), (codes[0], None)]:
        wait_for(lambda: plain_browser.find_elements(By.ID, "code"))
        wait_for(lambda: REASON in text(plain_browser))
        plain_browser.find_element(By.ID, "code").send_keys(code)
        press(plain_browser, "form button")
        if words:
            wait_for(lambda: words in text(plain_browser))
    wait_for(lambda: plain_browser.find_elements(By.ID, "letter"))
    assert "Quagmire" in plain_browser.find_element(By.ID, "letter").text
    is_inert(plain_browser)


def test_every_state_is_accessible(desk, holding):
    _, codes = holding.enrol_staff(desk, "stella", "reviewer")
    path = held(holding)
    ask(desk, holding, path, reason="spam")
    wait_for(lambda: desk.find_elements(By.ID, "reason-fault"))
    accessible(desk)
    ask(desk, holding, path)
    wait_for(lambda: desk.find_elements(By.ID, "code"))
    accessible(desk)
    desk.find_element(By.ID, "code").send_keys("000000")
    press(desk, "form button")
    wait_for(lambda: desk.find_elements(By.ID, "notice"))
    accessible(desk)
    desk.find_element(By.ID, "code").send_keys(codes[1])
    press(desk, "form button")
    wait_for(lambda: desk.find_elements(By.ID, "letter"))
    accessible(desk)
    # The session ends while somebody writes: what they wrote is still there.
    desk.get(staff(holding, path))
    desk.find_element(By.ID, "reason").send_keys(REASON)
    holding.run("staff", "reset", "stella")
    press(desk, "form button")
    wait_for(lambda: desk.find_elements(By.ID, "notice"))
    assert "Your session has ended" in text(desk)
    assert desk.find_element(By.ID, "reason").get_attribute("value") == REASON
    accessible(desk)


def test_two_persons(desk, plain_browser):
    installation = Installation(POSTERN_REVEAL_TWO_PERSONS="on")
    installation.run("block", "add", "--text", "quagmire", "--reason", "for this test")
    installation.start()
    try:
        _, first = installation.enrol_staff(desk, "anna", "reviewer")
        _, second = installation.enrol_staff(plain_browser, "berta", "reviewer")
        path = held(installation)
        ask(desk, installation, path)
        wait_for(lambda: desk.find_elements(By.ID, "code"))[0].send_keys(first[0])
        press(desk, "form button")
        wait_for(lambda: "Your request is kept" in text(desk))
        accessible(desk)
        plain_browser.get(staff(installation, path))
        assert "anna wants to see" in text(plain_browser) and REASON in text(plain_browser)
        press(plain_browser, "section form button")
        wait_for(lambda: plain_browser.find_elements(By.ID, "code"))[0].send_keys(second[0])
        press(plain_browser, "form button")
        wait_for(lambda: plain_browser.find_elements(By.ID, "letter"))
        desk.get(staff(installation, path))
        assert "berta wants to see" in text(desk)
        accessible(desk)
        press(desk, "section form button")
        wait_for(lambda: desk.find_elements(By.ID, "code"))[0].send_keys(first[1])
        press(desk, "form button")
        wait_for(lambda: desk.find_elements(By.ID, "letter"))
    finally:
        installation.stop()
