"""A visitor's way through the form: with and without JavaScript, by keyboard, in a hurry."""
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from test_pages import LETTER, fill, send, shape, wait_for


def letters(postern):
    """How many letters have been kept so far."""
    import json
    return sum(json.loads(postern.run("queue", "count", "--json")).values())


def mend_and_send(browser, postern):
    before = letters(postern)
    browser.get(f"{postern.url}/c/photos/pat?about=photo+4711")
    fill(browser, name="Vera Visitor", email="vera at visitor.example", message=LETTER["message"])
    browser.find_element(By.ID, "message").submit()
    wait_for(lambda: browser.find_elements(By.ID, "email-fault"))
    assert letters(postern) == before
    # Nothing typed is lost, and the fault is beside its field and links to it.
    assert browser.find_element(By.ID, "name").get_attribute("value") == "Vera Visitor"
    assert browser.find_element(By.ID, "message").get_attribute("value") == LETTER["message"]
    assert browser.find_element(By.NAME, "about").get_attribute("value") == "photo 4711"
    assert browser.find_element(By.CSS_SELECTOR, "#notice a").get_attribute("href").endswith("#email")
    fill(browser, email="vera@visitor.example")
    browser.find_element(By.ID, "message").submit()
    wait_for(lambda: browser.current_url.endswith("/sent"))
    assert letters(postern) == before + 1


def test_a_fault_is_mended_and_the_letter_sent(browser, postern):
    shape(browser, 768, "light")
    mend_and_send(browser, postern)


def test_all_of_it_works_without_javascript(plain_browser, postern):
    mend_and_send(plain_browser, postern)


def test_by_keyboard_alone(browser, postern):
    before = letters(postern)
    browser.get(f"{postern.url}/c/photos/pat")
    browser.find_element(By.ID, "name").click()
    active = lambda: browser.switch_to.active_element
    for text in ["Vera Visitor", "vera@visitor.example", "Your photo", LETTER["message"]]:
        active().send_keys(text)
        active().send_keys(Keys.TAB)
    assert active().get_attribute("id") == "show_address"
    active().send_keys(Keys.SPACE)
    assert active().is_selected()
    active().send_keys(Keys.TAB)
    assert active().tag_name == "button"
    active().send_keys(Keys.ENTER)
    wait_for(lambda: browser.current_url.endswith("/sent"))
    assert letters(postern) == before + 1


def test_a_double_click_sends_once(browser, postern):
    before = letters(postern)
    browser.get(f"{postern.url}/c/photos/pat")
    fill(browser, **LETTER)
    browser.execute_script("const b = document.querySelector('button[type=submit]'); b.click(); b.click()")
    wait_for(lambda: browser.current_url.endswith("/sent"))
    assert letters(postern) == before + 1


def test_back_and_send_again_sends_once_and_another_text_is_asked_about(browser, postern):
    before = letters(postern)
    browser.get(f"{postern.url}/c/photos/pat")
    fill(browser, **LETTER)
    send(browser)
    wait_for(lambda: browser.current_url.endswith("/sent"))
    browser.back()
    wait_for(lambda: browser.find_elements(By.ID, "message"))
    form = browser.find_element(By.NAME, "form").get_attribute("value")
    if browser.find_element(By.ID, "message").get_attribute("value") == LETTER["message"]:
        send(browser)
        wait_for(lambda: browser.current_url.endswith("/sent"))
        assert letters(postern) == before + 1
        browser.back()
        wait_for(lambda: browser.find_elements(By.ID, "message"))
    fill(browser, **{**LETTER, "message": "Another letter altogether."})
    browser.execute_script("document.querySelector('[name=form]').value = arguments[0]", form)
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    assert letters(postern) == before + 1
    send(browser)
    wait_for(lambda: browser.current_url.endswith("/sent"))
    assert letters(postern) == before + 2


def test_the_way_back_from_a_letter_that_is_too_long_keeps_all_of_it(browser, postern):
    """The pages that refuse a letter promise it."""
    before = letters(postern)
    browser.get(f"{postern.url}/c/photos/pat")
    fill(browser, **LETTER)
    browser.execute_script("document.getElementById('message').value = 'x'.repeat(600000)")
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    browser.back()
    wait_for(lambda: not browser.find_elements(By.ID, "notice") and browser.find_elements(By.ID, "message"))
    wait_for(lambda: len(browser.find_element(By.ID, "message").get_attribute("value")) == 600_000)
    assert browser.find_element(By.ID, "name").get_attribute("value") == LETTER["name"]
    fill(browser, message=LETTER["message"])
    send(browser)
    wait_for(lambda: browser.current_url.endswith("/sent"))
    assert letters(postern) == before + 1


def test_the_count_is_quiet_until_it_matters(browser, postern):
    browser.get(f"{postern.url}/c/photos/pat")
    count = browser.find_element(By.ID, "message-count")
    type_ = lambda n: browser.execute_script(
        "const m = document.getElementById('message'); m.value = '\U0001F44B'.repeat(arguments[0]);"
        "m.dispatchEvent(new Event('input'))", n)
    type_(100)
    assert count.text == ""
    type_(19_999)
    assert count.text == "1 character left"
    type_(20_002)
    assert count.text == "2 characters too many"
    assert "over" in count.get_attribute("class")


def test_the_bait_is_out_of_sight_and_out_of_reach(browser, postern):
    browser.get(f"{postern.url}/c/photos/pat")
    bait = browser.find_element(By.ID, "homepage_url")
    box = browser.execute_script("return arguments[0].parentElement.getBoundingClientRect()", bait)
    assert box["width"] <= 1 and box["height"] <= 1
    assert bait.get_attribute("tabindex") == "-1"
    assert browser.find_element(By.CLASS_NAME, "bait").get_attribute("aria-hidden") == "true"


def test_a_form_that_comes_back_begins_with_what_is_to_be_mended(browser, postern):
    browser.get(f"{postern.url}/c/photos/pat")
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    wait_for(lambda: browser.switch_to.active_element.get_attribute("id") == "notice")
