"""Administrators change accounts and a site: with a passkey of Chromium's virtual authenticator, and with a code and no script. Every state
of the pages is accessible in every shape."""
import json

import pytest
from selenium.webdriver.common.by import By

from conftest import Installation
from test_pages import wait_for
from test_staff import accessible, cookie, desk, passkeys, press, staff  # noqa: F401

REASON = "They begin on Monday."


@pytest.fixture(scope="module")
def office():
    installation = Installation().start()
    yield installation
    installation.stop()


def text(browser):
    return browser.find_element(By.TAG_NAME, "main").text


def ask(browser, office, path, what=None, reason=REASON, **fields):
    browser.get(staff(office, path))
    wait_for(lambda: browser.find_elements(By.ID, "reason"))
    for name, value in fields.items():
        field = browser.find_element(By.ID, name.replace("_", "-"))
        field.clear()
        field.send_keys(value)
    if what:
        browser.find_element(By.ID, f"what-{what}").click()
    browser.find_element(By.ID, "reason").send_keys(reason)
    press(browser, "main form button")


def test_a_passkey_makes_one_change_and_its_link_is_shown_once(passkeys, office):
    passkeys.get(office.run("staff", "add", "paula", "--role", "administrator").strip())
    press(passkeys, "form[data-passkey=create] button")
    wait_for(lambda: cookie(passkeys))
    passkeys.get(staff(office, "/staff"))
    accessible(passkeys)
    ask(passkeys, office, "/staff/add", "reviewer", name="carl")
    wait_for(lambda: passkeys.find_elements(By.CSS_SELECTOR, "form[data-passkey=get] button"))
    assert "carl becomes a member of staff, as reviewer." in text(passkeys)
    accessible(passkeys)
    press(passkeys, "form[data-passkey=get] button")
    link = wait_for(lambda: passkeys.find_elements(By.ID, "link"))[0].text
    assert link.startswith(staff(office, "/enrol/carl/"))
    accessible(passkeys)
    assert [account["role"] for account in json.loads(office.run("staff", "list", "--json")) if account["name"] == "carl"] == ["reviewer"]
    passkeys.get(link)
    wait_for(lambda: "carl" in text(passkeys))


def test_a_code_changes_accounts_and_a_site_without_a_script(plain_browser, office):
    _, codes = office.enrol_staff(plain_browser, "willi", "administrator")
    office.run("staff", "add", "dora", "--role", "reviewer")
    rows = [("/staff/dora/change", "auditor", {}, "dora becomes auditor.", "Give this link to dora"),
            ("/staff/dora/change", "remove", {}, "The account of dora is removed", "is removed, and the journal"),
            ("/sites/photos/name", None, {"site_name": "New photos", "origins": "https://new.example"}, "New photos", "are changed")]
    for (path, what, fields, words, done), code in zip(rows, codes):
        ask(plain_browser, office, path, what, **fields)
        wait_for(lambda: plain_browser.find_elements(By.ID, "code"))
        assert words in text(plain_browser) and REASON in text(plain_browser)
        plain_browser.find_element(By.ID, "code").send_keys(code)
        press(plain_browser, "main form button")
        wait_for(lambda: done in text(plain_browser))
    assert "dora" not in office.run("staff", "list")
    site = json.loads(office.run("site", "list", "--json"))[0]
    assert (site["name"], site["origins"]) == ("New photos", ["https://new.example"])


def test_every_state_is_accessible(desk, office):
    _, codes = office.enrol_staff(desk, "stella", "administrator")
    ask(desk, office, "/staff/add", name="two words", reason="new")
    wait_for(lambda: desk.find_elements(By.ID, "reason-fault") and desk.find_elements(By.ID, "name-fault"))
    accessible(desk)
    ask(desk, office, "/sites/photos/name", origins="nowhere")
    wait_for(lambda: desk.find_elements(By.ID, "origins-fault"))
    accessible(desk)
    ask(desk, office, "/staff/add", "auditor", name="erna")
    wait_for(lambda: desk.find_elements(By.ID, "code"))
    accessible(desk)
    desk.find_element(By.ID, "code").send_keys("000000")
    press(desk, "main form button")
    wait_for(lambda: desk.find_elements(By.ID, "notice"))
    accessible(desk)
    desk.find_element(By.ID, "code").send_keys(codes[0])
    press(desk, "main form button")
    wait_for(lambda: desk.find_elements(By.ID, "link"))
    accessible(desk)
