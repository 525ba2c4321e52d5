"""Waves: a text to many is decided about on one page, with a minute to undo it; every state of the pages; without a script."""
import json
import time
import urllib.request

import pytest
from selenium.webdriver.common.by import By

from conftest import Installation
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
        plain_browser.find_element(By.ID, "number-withdraw").send_keys(number)
        plain_browser.find_element(By.CSS_SELECTOR, "form:has([value=withdraw]) button").click()
    withdraw("24")
    wait_for(lambda: "Nothing was changed" in text(plain_browser))
    withdraw("25")
    wait_for(lambda: "Withdrawn by wanda" in text(plain_browser) and "can be undone" in text(plain_browser))
    plain_browser.find_element(By.CSS_SELECTOR, "form.undo button").click()
    wait_for(lambda: "Withdrawn by" not in text(plain_browser))
    assert counts(flooded)["held"] == 25
    plain_browser.find_element(By.CSS_SELECTOR, "form:has([value=withdraw]) [name=tells]").click()
    withdraw("25")
    end = time.monotonic() + 600
    while counts(flooded).get("dropped") != 25 and time.monotonic() < end:
        time.sleep(2)
    assert counts(flooded)["dropped"] == 25


def test_its_pages_are_accessible(browser, flooded):
    post(flooded, range(30))
    flooded.enrol_staff(browser, "walter", "reviewer")
    for path in ["/waves"]:
        browser.get(staff(flooded, path))
        accessible(browser)
    press(browser, "ul.records a")
    accessible(browser)
