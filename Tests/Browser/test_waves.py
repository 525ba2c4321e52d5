"""Waves: a text to many is decided about on one page, by single keys, with a minute to undo it; every state of the pages; without a
script."""
import json
import re
import time
import urllib.request

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import Installation, chromium
from test_desk import decide, key
from test_pages import wait_for
from test_staff import accessible, press, staff

TEXT = """Dear member {n}, your photo {n} is wonderful. We sell prints to hotels and would pay you {n}0 EUR for each picture. Please
register at our site and upload ten of your best works before Friday."""


@pytest.fixture(scope="module")
def flooded():
    installation = Installation(POSTERN_LIMIT_WAVE="5", POSTERN_LIMIT_SENDER="off", POSTERN_LIMIT_TEXT="off")
    for n in range(30):
        installation.run("recipient", "add", f"member{n}", "--site", "photos", "--name", f"Member {n}", "--confirmed",
                         input=f"member{n}@private.example\n")
    installation.start()
    yield installation
    installation.stop()


def post(postern, numbers):
    for n in numbers:
        letter = {"name": "Victor", "email": f"victor{n}@visitor.example", "message": TEXT.format(n=n)}
        request = urllib.request.Request(
            f"{postern.url}/api/v1/sites/photos/recipients/member{n}/letters", json.dumps(letter).encode(),
            {"Content-Type": "application/json"})
        assert urllib.request.urlopen(request, timeout=30).status == 202


def counts(postern):
    return json.loads(postern.run("queue", "count", "--json"))


def text(browser):
    return "".join(c for c in browser.find_element(By.TAG_NAME, "main").text if not "\u2066" <= c <= "\u2069")


def test_a_wave_is_withdrawn_undone_and_withdrawn_again(plain_browser, flooded):
    post(flooded, range(30))
    wait_for(lambda: counts(flooded).get("delivered") == 5)
    assert counts(flooded)["held"] == 25
    flooded.enrol_staff(plain_browser, "wanda", "reviewer")
    plain_browser.get(staff(flooded, "/waves"))
    plain_browser.find_element(By.CSS_SELECTOR, "ul.records a").click()
    wait_for(lambda: "5 delivered, 25 wait" in text(plain_browser))

    def withdraw(number):
        plain_browser.find_element(By.ID, "number").send_keys(number)
        plain_browser.find_element(By.CSS_SELECTOR, "button[value=withdraw-wave]").click()
    plain_browser.find_element(By.ID, "sentence").send_keys("Sold to <b>everybody</b>.")
    withdraw("24")
    wait_for(lambda: "Nothing was changed" in text(plain_browser))
    assert plain_browser.find_element(By.ID, "sentence").get_attribute("value") == "Sold to <b>everybody</b>."
    withdraw("25")
    wait_for(lambda: "Wave withdrawn by wanda" in text(plain_browser) and "Can be undone" in text(plain_browser))
    assert "(Spam)" in text(plain_browser) and "Sold to <b>everybody</b>." in text(plain_browser)
    plain_browser.find_element(By.CSS_SELECTOR, "form.undo button").click()
    wait_for(lambda: "Undone by wanda" in text(plain_browser))
    assert counts(flooded)["held"] == 25
    plain_browser.find_element(By.CSS_SELECTOR, "[name=tells]").click()
    withdraw("25")
    end = time.monotonic() + 600
    while counts(flooded).get("dropped") != 25 and time.monotonic() < end:
        time.sleep(2)
    assert counts(flooded)["dropped"] == 25
    # The record of it stays, with its reason.
    plain_browser.get(staff(flooded, "/decisions?reason=spam"))
    assert "Wave withdrawn: 25 letters" in text(plain_browser)


def test_a_wave_is_decided_by_keys_and_a_colleague_who_is_late_is_told(flooded):
    post(flooded, range(30))
    wait_for(lambda: not any(counts(flooded).get(state) for state in ["ready", "leased"]))
    anna, berta = chromium(), chromium()
    try:
        flooded.enrol_staff(anna, "anna", "reviewer")
        flooded.enrol_staff(berta, "berta", "administrator")
        anna.get(staff(flooded))
        decide(anna, "gw")
        assert anna.current_url.endswith("/waves")
        key(anna, "j")
        key(anna, Keys.ENTER)
        wait_for(lambda: "/waves/" in anna.current_url)
        wave = anna.current_url
        number = re.search(r"(\d+) wait", text(anna))[1]
        berta.get(wave)
        assert "anna opened it" in text(berta)
        # What is typed is text, and what is pressed with a modifier is the browser's.
        sentence = anna.find_element(By.ID, "sentence")
        sentence.click()
        key(anna, "drut")
        assert sentence.get_attribute("value") == "drut" and anna.current_url == wave
        key(anna, Keys.ESCAPE)
        ActionChains(anna).key_down(Keys.CONTROL).send_keys("d").key_up(Keys.CONTROL).perform()
        ActionChains(anna).key_down(Keys.ALT).send_keys("r").key_up(Keys.ALT).perform()
        assert anna.current_url == wave and "Decide" in text(anna)
        # A key presses the button and nothing else: the number is still asked for.
        key(anna, "d")
        wait_for(lambda: anna.switch_to.active_element.get_attribute("id") == "number")
        for browser in [anna, berta]:
            browser.find_element(By.ID, "number").send_keys(number + Keys.ESCAPE)
        decide(anna, "d")
        assert "Wave withdrawn by anna" in text(anna) and "drut" in text(anna)
        decide(berta, "r")
        assert "anna has already decided about this wave" in text(berta)
        assert counts(flooded)["held"] >= int(number)
        accessible(berta)
        decide(anna, "u")
        assert anna.current_url.startswith(wave) and "Undone by anna" in text(anna)
        accessible(anna)
        berta.get(wave)
        assert "anna opened it" in text(berta)
        accessible(berta)
        decide(berta, "t")
        assert "anna opened it" not in text(berta)
        anna.get(wave)
        assert "berta opened it" in text(anna)
        key(anna, "?")
        wait_for(lambda: anna.find_element(By.CSS_SELECTOR, ".keys table").is_displayed())
        press(anna, "form[action='/keys'] button")
        wait_for(lambda: not anna.find_elements(By.CSS_SELECTOR, "[data-keys]"))
        assert anna.current_url == wave
        key(anna, "u")
        key(anna, "d")
        assert anna.current_url == wave and "Decide" in text(anna)
    finally:
        anna.quit()
        berta.quit()


def test_its_pages_are_accessible(browser, flooded):
    post(flooded, range(30))
    flooded.enrol_staff(browser, "walter", "reviewer")
    for path in ["/waves"]:
        browser.get(staff(flooded, path))
        accessible(browser)
    press(browser, "ul.records a")
    accessible(browser)
