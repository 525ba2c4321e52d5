"""The desk: a morning of fifty letters by single keys, while a colleague decides five of them; every state of its pages; without a script."""
import json
import re
import urllib.request

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import Installation, chromium
from test_pages import wait_for
from test_staff import accessible, press, staff


def hold(postern, count, name="Support", start=0):
    """Letters that a rule holds, by way of the API."""
    for number in range(start, start + count):
        letter = {"name": name, "email": f"vera{number}@visitor.example", "message": f"Letter number {number}."}
        request = urllib.request.Request(
            f"{postern.url}/api/v1/sites/photos/recipients/pat/letters", json.dumps(letter).encode(),
            {"Content-Type": "application/json"})
        assert urllib.request.urlopen(request, timeout=30).status == 202


def counts(postern):
    return json.loads(postern.run("queue", "count", "--json"))


def key(browser, keys):
    ActionChains(browser).send_keys(keys).perform()


def open_letter(browser):
    found = re.search(r"/letters/(\w+)", browser.current_url)
    return found[1] if found else None


def decide(browser, keys):
    """Presses one key and waits for the page that it leads to. A page that was open before is marked."""
    browser.execute_script("document.documentElement.dataset.former = '1'")
    key(browser, keys)
    wait_for(lambda: browser.execute_script("return document.readyState === 'complete' && !document.documentElement.dataset.former"))


def text(browser):
    """What is to be read, without the marks that isolate a value's direction."""
    return re.sub("[\u2066-\u2069]", "", browser.find_element(By.TAG_NAME, "main").text)


@pytest.fixture(scope="module")
def morning():
    installation = Installation(POSTERN_LIMIT_SENDER="off", POSTERN_LIMIT_TEXT="off", POSTERN_LIMIT_WAVE="50").start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def anna(morning):
    driver = chromium()
    morning.enrol_staff(driver, "anna", "reviewer")
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def berta(morning):
    driver = chromium()
    morning.enrol_staff(driver, "berta", "administrator")
    yield driver
    driver.quit()


def test_a_morning_by_keys_while_a_colleague_decides(morning, anna, berta):
    hold(morning, 50)
    anna.get(staff(morning, "/?each=1"))
    wait_for(lambda: len(anna.find_elements(By.CSS_SELECTOR, "a[data-row]")) == 50)
    pressed, own, others = 0, {}, {}
    key(anna, "j")
    key(anna, Keys.ENTER)
    wait_for(lambda: open_letter(anna))
    while open_letter(anna):
        letter = open_letter(anna)
        if len(own) % 9 == 4 and len(others) < 5:
            # The colleague has opened the same letter, and is quicker.
            berta.get(anna.current_url)
            decide(berta, "d")
            others[letter] = "dropped"
        act = "r" if len(own) % 3 else "d"
        decide(anna, act)
        pressed += 1
        if letter in others:
            assert open_letter(anna) == letter
            assert "Nothing was changed" in text(anna) and "by berta" in text(anna), text(anna)
            assert anna.find_elements(By.CSS_SELECTOR, ".decided form button")
            decide(anna, "j")
            pressed += 1
        else:
            own[letter] = "ready" if act == "r" else "dropped"
    assert len(own) == 45 and len(others) == 5 and not own.keys() & others.keys()
    # One for each plain decision, and one more where the colleague was quicker.
    assert pressed == 55
    assert "nothing to decide" in text(anna) or "Nothing waits here" in text(anna)
    before = counts(morning)
    assert before["held"] >= 5
    # What is undone waits again.
    decide(anna, "u")
    undone = open_letter(anna)
    assert undone in own
    own[undone] = "held"
    wait_for(lambda: counts(morning)["held"] == 1, 180)
    after = counts(morning)
    assert after["dropped"] == list({**own, **others}.values()).count("dropped")
    assert after["delivered"] + after["ready"] + after["leased"] == list(own.values()).count("ready")
    decide(anna, "d")


def test_keys_are_silent_while_somebody_types_with_a_modifier_and_when_they_are_off(morning, anna):
    hold(morning, 2, start=100)
    anna.get(staff(morning, "/?each=1"))
    anna.find_element(By.CSS_SELECTOR, "a[data-row]").click()
    wait_for(lambda: open_letter(anna))
    here = anna.current_url
    key(anna, "n")
    key(anna, "drb")
    note = anna.find_element(By.ID, "note")
    assert note.get_attribute("value") == "drb" and anna.current_url == here
    key(anna, Keys.ESCAPE)
    ActionChains(anna).key_down(Keys.CONTROL).send_keys("d").key_up(Keys.CONTROL).perform()
    ActionChains(anna).key_down(Keys.ALT).send_keys("r").key_up(Keys.ALT).perform()
    assert anna.current_url == here
    key(anna, "/")
    assert anna.switch_to.active_element.get_attribute("id") == "recipient"
    key(anna, Keys.ESCAPE)
    key(anna, "?")
    wait_for(lambda: anna.find_element(By.CSS_SELECTOR, ".keys table").is_displayed())
    press(anna, "form[action='/keys'] button")
    wait_for(lambda: not anna.find_elements(By.CSS_SELECTOR, "[data-keys]"))
    key(anna, "d")
    assert open_letter(anna) and "Decide" in text(anna)
    anna.find_element(By.CSS_SELECTOR, ".keys summary").click()
    press(anna, "form[action='/keys'] button")
    wait_for(lambda: anna.find_elements(By.CSS_SELECTOR, "[data-keys]"))
    decide(anna, "f")
    assert "on hold" in text(anna)
    decide(anna, "f")
    decide(anna, "gh")
    assert open_letter(anna) is None


def test_many_are_one_decision_and_their_number_is_asked_for(morning, anna):
    hold(morning, 21, start=200)
    anna.get(staff(morning))
    rows = wait_for(lambda: anna.find_elements(By.CSS_SELECTOR, ".waiting li"))
    # What was decided less than a minute ago is still held, but waits for nobody.
    number = int(re.search(r"(\d+) letters", rows[0].text)[1])
    assert len(rows) == 1 and 21 <= number <= counts(morning)["held"]
    key(anna, "j")
    key(anna, "x")
    decide(anna, "d")
    assert "Type that number" in text(anna)
    accessible(anna)
    anna.find_element(By.ID, "number").send_keys("12" + Keys.ENTER)
    wait_for(lambda: "That is not the number" in text(anna))
    accessible(anna)
    anna.find_element(By.ID, "number").send_keys(str(number) + Keys.ENTER)
    wait_for(lambda: f"Decided: {number} letters" in text(anna))
    assert "Final in" in text(anna)
    accessible(anna)
    decide(anna, "u")
    wait_for(lambda: anna.find_elements(By.CSS_SELECTOR, ".waiting li"))
    assert f"{number} letters" in text(anna)


def test_the_numbers_of_an_open_page_follow_and_asking_for_them_is_no_use_of_the_session(morning, anna):
    anna.get(staff(morning))
    held = wait_for(lambda: anna.find_element(By.CSS_SELECTOR, "[data-count=held]"))
    before = int(held.text)
    hold(morning, 2, start=500)
    wait_for(lambda: held.text == str(before + 2), 30)
    new = anna.find_element(By.CSS_SELECTOR, ".live a")
    assert new.is_displayed() and new.text.startswith("2 ")
    decide(anna, ".")
    assert "2 letters" not in anna.find_element(By.CSS_SELECTOR, ".live").text


def test_letters_alike_are_one_row_and_each_shows_the_others(morning, anna):
    words = "We retouch a thousand photos a day for a tenth of what you pay now, so send us your ten best pictures."
    for number in range(3):
        letter = {"name": "Support", "email": f"alike{number}@visitor.example", "message": f"{words} Offer {number}."}
        request = urllib.request.Request(
            f"{morning.url}/api/v1/sites/photos/recipients/pat/letters", json.dumps(letter).encode(),
            {"Content-Type": "application/json"})
        assert urllib.request.urlopen(request, timeout=30).status == 202
    anna.get(staff(morning, "/?each=1"))
    anna.find_elements(By.CSS_SELECTOR, "a[data-row]")[-1].click()
    wait_for(lambda: open_letter(anna))
    assert "Nearly the same text" in text(anna) and "2 letters besides this one" in text(anna)
    anna.find_element(By.LINK_TEXT, "Show those that are waiting").click()
    wait_for(lambda: "like=" in anna.current_url)
    assert len(anna.find_elements(By.CSS_SELECTOR, "a[data-row]")) == 3
    accessible(anna)


def test_every_state_is_accessible(morning, anna, berta):
    # One that nobody has opened yet.
    hold(morning, 1, start=600)
    anna.get(staff(morning, "/?each=1"))
    accessible(anna)
    berta.get(anna.find_elements(By.CSS_SELECTOR, "a[data-row]")[-1].get_attribute("href"))
    anna.get(berta.current_url)
    assert "may be deciding" in text(anna)
    anna.find_element(By.ID, "note").send_keys("Looks like the ones of <b>yesterday</b>")
    anna.find_element(By.XPATH, "//button[text()='Save the note']").click()
    wait_for(lambda: "<b>yesterday</b>" in text(anna))
    accessible(anna)
    for summary in anna.find_elements(By.TAG_NAME, "summary"):
        summary.click()
    accessible(anna)
    anna.get(staff(morning, "/?tag=nonsense"))
    accessible(anna)
    anna.get(staff(morning, "/?lane=reported"))
    accessible(anna)
    anna.get(staff(morning, "/decisions"))
    assert "Dropped" in text(anna)
    accessible(anna)
    anna.get(staff(morning, "/overview"))
    accessible(anna)


def test_without_a_script_everything_works(morning, plain_browser):
    hold(morning, 1, start=300)
    morning.enrol_staff(plain_browser, "carla", "reviewer")
    plain_browser.get(staff(morning, "/?each=1"))
    assert "Reload" in text(plain_browser) and "http-equiv" not in plain_browser.page_source
    plain_browser.find_element(By.LINK_TEXT, "Reload every minute").click()
    wait_for(lambda: plain_browser.find_elements(By.CSS_SELECTOR, "meta[http-equiv=refresh]"))
    plain_browser.find_elements(By.CSS_SELECTOR, "a[data-row]")[-1].click()
    wait_for(lambda: open_letter(plain_browser))
    letter = open_letter(plain_browser)
    plain_browser.find_element(By.CSS_SELECTOR, ".decide button[value=drop]").click()
    wait_for(lambda: open_letter(plain_browser) != letter)
    wait_for(lambda: "Dropped" in text(plain_browser))
    plain_browser.find_element(By.CSS_SELECTOR, ".undo button").click()
    wait_for(lambda: open_letter(plain_browser) == letter)


def test_an_auditor_looks_and_has_no_button_to_decide_with(morning):
    auditor = chromium()
    try:
        morning.enrol_staff(auditor, "otto", "auditor")
        auditor.get(staff(morning, "/?each=1"))
        auditor.find_element(By.CSS_SELECTOR, "a[data-row]").click()
        wait_for(lambda: open_letter(auditor))
        assert not auditor.find_elements(By.CSS_SELECTOR, "button[name=act], .undo, textarea")
        here = auditor.current_url
        key(auditor, "d")
        assert auditor.current_url == here
        accessible(auditor)
    finally:
        auditor.quit()
