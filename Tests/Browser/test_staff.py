"""Staff choose how to sign in, and do: with a passkey of Chromium's virtual authenticator, with a password and codes, without a script."""
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from conftest import chromium, one_time_code
from test_pages import shape, violations, wait_for

PASSWORD = "correct horse battery staple"
SESSION = "__Host-postern-staff"


def staff(postern, path="/"):
    return f"http://localhost:{postern.staff_port}{path}"


def cookie(browser):
    return next((c for c in browser.get_cookies() if c["name"] == SESSION), None)


def press(browser, selector):
    wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, selector))[0].click()


def leave(browser, postern):
    browser.get(staff(postern, "/sessions"))
    press(browser, "form[action='/sign-out'] button")
    wait_for(lambda: browser.current_url.endswith("/sign-in?ended="))


@pytest.fixture
def desk():
    """A browser of its own: no other test is signed in in it."""
    driver = chromium()
    yield driver
    driver.quit()


@pytest.fixture
def passkeys(desk):
    """A platform authenticator that recognises its person."""
    options = VirtualAuthenticatorOptions()
    options.protocol = VirtualAuthenticatorOptions.Protocol.CTAP2
    options.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
    options.has_resident_key = options.has_user_verification = options.is_user_verified = True
    desk.add_virtual_authenticator(options)
    return desk


def accessible(browser):
    for width in [320, 1280]:
        for scheme in ["light", "dark"]:
            shape(browser, width, scheme)
            assert violations(browser) == []
        # Not by the window: on a telephone it becomes as wide as what does not fit.
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_passkey_signs_in_and_nobody_types_a_name(passkeys, postern):
    passkeys.get(postern.run("staff", "add", "paula", "--role", "reviewer").strip())
    accessible(passkeys)
    press(passkeys, "form[data-passkey=create] button")
    wait_for(lambda: cookie(passkeys))
    assert cookie(passkeys)["httpOnly"] and cookie(passkeys)["secure"] and cookie(passkeys)["sameSite"] == "Strict"
    leave(passkeys, postern)
    assert cookie(passkeys) is None
    for _ in range(2):
        passkeys.get(staff(postern, "/sign-in"))
        press(passkeys, "form[data-passkey=get] button")
        wait_for(lambda: cookie(passkeys))
        wait_for(lambda: "paula" in passkeys.find_element(By.TAG_NAME, "header").text)
        leave(passkeys, postern)
    # A new link, and the passkey counts no more.
    postern.run("staff", "reset", "paula")
    passkeys.get(staff(postern, "/sign-in"))
    press(passkeys, "form[data-passkey=get] button")
    wait_for(lambda: "That passkey does not sign you in" in passkeys.find_element(By.TAG_NAME, "main").text)
    assert cookie(passkeys) is None


def test_a_passkey_that_recognises_nobody_is_not_taken(desk, postern):
    options = VirtualAuthenticatorOptions()
    options.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
    options.has_resident_key, options.has_user_verification, options.is_user_verified = True, True, False
    desk.add_virtual_authenticator(options)
    desk.get(postern.run("staff", "add", "nils", "--role", "auditor").strip())
    press(desk, "form[data-passkey=create] button")
    wait_for(lambda: desk.find_element(By.CSS_SELECTOR, "[data-failed]").is_displayed())
    assert cookie(desk) is None


def test_a_password_and_codes_sign_in(desk, postern):
    secret, codes = postern.enrol_staff(desk, "willi", "administrator")
    assert len(codes) == 10
    accessible(desk)
    press(desk, "main a[href='/']")
    wait_for(lambda: "willi" in desk.find_element(By.TAG_NAME, "header").text)
    desk.get(staff(postern, "/sessions"))
    accessible(desk)
    leave(desk, postern)
    accessible(desk)
    for code in [one_time_code(secret, 1), codes[0]]:
        desk.get(staff(postern))
        wait_for(lambda: desk.current_url.endswith("/sign-in"))
        desk.find_element(By.ID, "name").send_keys("Willi")
        desk.find_element(By.ID, "password").send_keys(PASSWORD)
        desk.find_element(By.ID, "code").send_keys(code)
        press(desk, "form:not([data-passkey]) button")
        wait_for(lambda: cookie(desk), 60)
        leave(desk, postern)


def test_without_a_script_a_password_does(plain_browser, postern):
    secret, codes = postern.enrol_staff(plain_browser, "stella", "auditor")
    assert len(codes) == 10
    plain_browser.get(staff(postern))
    assert "stella" in plain_browser.find_element(By.TAG_NAME, "header").text
    leave(plain_browser, postern)
    plain_browser.find_element(By.ID, "name").send_keys("stella")
    plain_browser.find_element(By.ID, "password").send_keys("something else entirely")
    plain_browser.find_element(By.ID, "code").send_keys(one_time_code(secret, 1))
    press(plain_browser, "form:not([data-passkey]) button")
    wait_for(lambda: "That did not sign you in" in plain_browser.find_element(By.TAG_NAME, "main").text, 60)
    assert plain_browser.find_element(By.ID, "name").get_attribute("value") == "stella"
    assert not plain_browser.find_element(By.CSS_SELECTOR, "main").text.count("Use a passkey")
