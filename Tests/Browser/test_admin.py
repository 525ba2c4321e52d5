"""What staff look up and look after: the bar, blocks, the log and its export, recipients, sites, accounts and tokens; without a script too."""
import csv
import io
import json
import re
import urllib.error
import urllib.request

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from conftest import Installation, chromium
from test_desk import hold
from test_pages import wait_for
from test_staff import accessible, press, staff

PARTS = ["Desk", "Waves", "Log", "Charts", "Blocks", "Recipients", "Sites", "Tokens", "Staff", "Decisions", "Journal", "Overview"]


def text(browser, element="main"):
    """What is to be read, without the marks that isolate a value's direction."""
    return re.sub("[\u2066-\u2069]", "", browser.find_element(By.TAG_NAME, element).text)


def parts(browser):
    return [link.text for link in browser.find_elements(By.CSS_SELECTOR, ".bar nav a")]


def go(browser, selector):
    """Presses a button and waits for the page that it leads to."""
    browser.execute_script("document.documentElement.dataset.former = '1'")
    press(browser, selector)
    wait_for(lambda: browser.execute_script("return document.readyState === 'complete' && !document.documentElement.dataset.former"))


def fetched(house, browser, path):
    """A file, for who is signed in in that browser: the pages’ policy lets no script fetch it."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in browser.get_cookies())
    with urllib.request.urlopen(urllib.request.Request(staff(house, path), headers={"Cookie": cookies}), timeout=30) as answer:
        return answer.status, answer.headers["Content-Disposition"], answer.read().decode()


@pytest.fixture(scope="module")
def house():
    installation = Installation(POSTERN_LIMIT_SENDER="off", POSTERN_LIMIT_TEXT="off").start()
    hold(installation, 3)
    hold(installation, 2, name="Vera", start=50)
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def admin(house):
    driver = chromium()
    house.enrol_staff(driver, "berta", "administrator")
    yield driver
    driver.quit()


def test_the_bar_shows_what_a_role_may_open(house, admin):
    admin.get(staff(house))
    wait_for(lambda: parts(admin))
    assert parts(admin) == PARTS
    assert "Signed in as berta (administrator)" in text(admin, "header")
    for link in PARTS:
        admin.find_element(By.LINK_TEXT, link).click()
        current = wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, ".bar [aria-current=page]"))
        assert [part.text for part in current] == [link]
        accessible(admin)
    for role, missing in [("reviewer", ["Recipients", "Sites", "Tokens", "Staff", "Journal"]),
                          ("auditor", ["Recipients", "Sites", "Tokens", "Staff"])]:
        driver = chromium()
        try:
            house.enrol_staff(driver, role, role)
            driver.get(staff(house, "/blocks"))
            wait_for(lambda: parts(driver))
            assert parts(driver) == [part for part in PARTS if part not in missing]
            assert bool(driver.find_elements(By.CSS_SELECTOR, "a[href='/blocks/new']")) == (role == "reviewer")
            driver.get(staff(house, "/staff"))
            assert not driver.find_elements(By.CSS_SELECTOR, "form[action='/staff']")
        finally:
            driver.quit()


def test_a_block_by_the_tag_of_everybody_asks_twice_and_is_counted(house, admin):
    admin.get(staff(house, "/log"))
    wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, "a[href^='/clients/']"))[0].click()
    wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, "a[href^='/blocks/new?tag=']"))
    assert "Its address was not shown to anybody" in text(admin) and "127.0.0.1" not in admin.page_source
    accessible(admin)
    go(admin, "a[href^='/blocks/new?tag=']")
    accessible(admin)
    assert re.fullmatch("[0-9a-z]{13}", admin.find_element(By.ID, "mark").get_attribute("value"))
    admin.find_element(By.ID, "reason").send_keys("all of them <b>from</b> there")
    go(admin, "main form button")
    assert "would have matched 2 of 2 letters" in text(admin)
    accessible(admin)
    assert "for this test" in house.run("block", "list") and "all of them" not in house.run("block", "list")
    go(admin, "main form button")
    assert "was added" in text(admin) and "all of them <b>from</b> there" in text(admin)
    row = next(r for r in admin.find_elements(By.CSS_SELECTOR, "tbody tr") if "all of them" in r.text)
    assert "berta" in row.text and "held" in row.text
    hold(house, 1, name="Vera", start=70)
    admin.refresh()
    row = wait_for(lambda: next(r for r in admin.find_elements(By.CSS_SELECTOR, "tbody tr") if "all of them" in r.text))
    assert row.find_elements(By.CSS_SELECTOR, "td.number")[0].text == "1"
    admin.get(staff(house, "/journal"))
    wait_for(lambda: "added block" in text(admin))
    assert "berta" in text(admin)
    admin.get(staff(house, "/blocks"))
    go(admin, "tbody tr:first-child form button")
    assert "was removed" in text(admin) and "all of them" not in text(admin)


def post(house, address):
    letter = {"name": "Vera", "email": address, "message": f"One from {address}."}
    request = urllib.request.Request(
        f"{house.url}/api/v1/sites/photos/recipients/pat/letters", json.dumps(letter).encode(), {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


def test_whoever_wrote_a_letter_is_blocked_and_nobody_sees_the_address(house, admin):
    hold(house, 1, start=81)
    admin.get(staff(house, "/?each=1"))
    wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, "a[data-row]"))[-1].click()
    go(admin, "a[href^='/blocks/new?letter=']")
    assert admin.find_element(By.ID, "kind-letter").is_selected()
    accessible(admin)
    admin.find_element(By.ID, "effect-refuse").click()
    Select(admin.find_element(By.ID, "lasting")).select_by_value("90d")
    admin.find_element(By.ID, "reason").send_keys("threats")
    go(admin, "main form button")
    assert "cannot be counted" in text(admin) and post(house, "vera81@visitor.example") == 202
    accessible(admin)
    go(admin, "main form button")
    row = next(r for r in admin.find_elements(By.CSS_SELECTOR, "tbody tr") if "threats" in r.text)
    assert "e-mail address" in row.text and "refused" in row.text and "@" not in row.text
    assert post(house, "VERA81@visitor.example") == 403 and post(house, "vera82@visitor.example") == 202
    admin.refresh()
    row = wait_for(lambda: next(r for r in admin.find_elements(By.CSS_SELECTOR, "tbody tr") if "threats" in r.text))
    assert row.find_elements(By.CSS_SELECTOR, "td.number")[0].text == "1" and "vera81" not in admin.page_source
    admin.get(staff(house, "/journal"))
    wait_for(lambda: "named the sender of" in text(admin))
    assert "vera81" not in admin.page_source
    # Typed, it asks for the vault's digest too; what is no address is said beside it.
    admin.get(staff(house, "/blocks/new"))
    admin.find_element(By.ID, "kind-sender").click()
    admin.find_element(By.ID, "mark").send_keys("vera at visitor")
    admin.find_element(By.ID, "reason").send_keys("threats")
    go(admin, "main form button")
    assert "That is no e-mail address" in text(admin)
    accessible(admin)
    admin.get(staff(house, "/blocks"))
    go(admin, "tbody tr:first-child form button")
    assert "was removed" in text(admin) and post(house, "vera81@visitor.example") == 202


def test_what_is_wrong_with_a_block_is_said_beside_it(house, admin):
    admin.get(staff(house, "/blocks/new"))
    admin.find_element(By.ID, "kind-network").click()
    admin.find_element(By.ID, "mark").send_keys("10.1.2.3/8")
    admin.execute_script("document.getElementById('reason').required = false")
    go(admin, "main form button")
    assert "That is no network" in text(admin) and "Write why" in text(admin)
    assert admin.find_element(By.ID, "mark").get_attribute("value") == "10.1.2.3/8"
    assert admin.find_element(By.ID, "kind-network").is_selected()
    accessible(admin)


def test_the_log_is_searched_and_taken_along(house, admin):
    admin.get(staff(house, "/log"))
    Select(wait_for(lambda: admin.find_elements(By.ID, "verdict"))[0]).select_by_value("accept")
    go(admin, ".filter button")
    verdicts = {cell.text for cell in admin.find_elements(By.CSS_SELECTOR, "td.verdict")}
    assert verdicts == {"accept"} and "verdict=accept" in admin.current_url
    admin.get(staff(house, "/log?site=photos&recipient=pat"))
    assert wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, "td a[href^='/letters/']"))
    status, name, table = fetched(house, admin, "/log/export?verdict=hold&as=csv")
    rows = list(csv.reader(io.StringIO(table)))
    assert status == 200 and name.endswith('.csv"') and rows[0][:3] == ["id", "at", "site"]
    assert {row[4] for row in rows[1:]} == {"hold"} and len(rows) >= 4
    status, _, lines = fetched(house, admin, "/log/export?as=ndjson")
    entries = [json.loads(line) for line in lines.splitlines()]
    assert status == 200 and [entry["id"] for entry in entries] == sorted((entry["id"] for entry in entries), reverse=True)
    assert "127.0.0.1" not in table + lines and "visitor.example" not in table + lines
    admin.get(staff(house, "/log?tag=nonsense"))
    wait_for(lambda: "cannot be searched for" in text(admin))
    accessible(admin)


def test_recipients_are_paused_let_write_again_invited_and_erased(house, admin):
    house.run("recipient", "add", "tom", "--site", "photos", "--name", "Tom <i>T.</i>", "--confirmed", input="tom@private.example\n")
    admin.get(staff(house, "/recipients?site=photos&handle=to"))
    wait_for(lambda: "Tom <i>T.</i>" in text(admin))
    assert "pat" not in [link.text for link in admin.find_elements(By.CSS_SELECTOR, "tbody th a")]
    admin.get(staff(house, "/recipients?site=photos&handle=Tom"))
    wait_for(lambda: "photos/tom" in text(admin))
    accessible(admin)
    go(admin, "button[value=pause]")
    assert "Letters are paused" in text(admin) and "paused" in house.run("recipient", "show", "tom", "--site", "photos")
    go(admin, "button[value=resume]")
    assert "Letters are accepted again" in text(admin)
    admin.find_element(By.ID, "typed").send_keys("pat")
    go(admin, "button[value=erase]")
    assert "Nothing was erased" in text(admin)
    admin.find_element(By.ID, "typed").send_keys("Tom")
    go(admin, "button[value=erase]")
    assert "is erased" in text(admin) and "postern recipient erase tom --site photos" in text(admin)
    accessible(admin)
    assert "private.example" not in admin.page_source
    admin.get(staff(house, "/recipients"))
    go(admin, "form[action='/recipients'][method=post] button")
    link = wait_for(lambda: admin.find_elements(By.CSS_SELECTOR, ".standing code"))[0].text
    assert link.startswith(f"{house.url}/join/photos/")
    accessible(admin)


def test_a_site_is_changed_but_for_what_is_the_vault_s_word(house, admin):
    admin.get(staff(house, "/sites"))
    admin.find_element(By.LINK_TEXT, "photos").click()
    wait_for(lambda: admin.find_elements(By.ID, "accent"))
    accessible(admin)
    field = admin.find_element(By.ID, "accent")
    field.clear()
    field.send_keys("blue")
    admin.find_element(By.ID, "introduction-de").send_keys("Schreib mir <b>hier</b>.")
    go(admin, "main form button")
    assert "That is no colour" in text(admin)
    assert admin.find_element(By.ID, "introduction-de").get_attribute("value") == "Schreib mir <b>hier</b>."
    field = admin.find_element(By.ID, "accent")
    field.clear()
    field.send_keys("#b03060")
    admin.find_element(By.ID, "join-invitation").click()
    go(admin, "main form button")
    assert "The site is saved" in text(admin)
    site = json.loads(house.run("site", "list", "--json"))[0]
    assert (site["accent"], site["join"], site["introductions"]["de"]) == ("#b03060", "invitation", "Schreib mir <b>hier</b>.")
    assert site["name"] == "Example Photos"


def test_a_colleague_is_locked_out_and_a_token_revoked(house, admin):
    other = chromium(javascript=False)
    try:
        house.enrol_staff(other, "carl", "reviewer")
        other.get(staff(house, "/log"))
        assert "carl" in text(other, "header")
        admin.get(staff(house, "/staff"))
        wait_for(lambda: "carl" in text(admin))
        next(s for s in admin.find_elements(By.TAG_NAME, "summary") if s.text == "carl").click()
        admin.find_element(By.ID, "typed-carl").send_keys("carl")
        accessible(admin)
        go(admin, "details[open] button")
        assert "carl is locked out" in text(admin)
        other.refresh()
        assert other.current_url.endswith("/sign-in?over=&back=%2Flog") and "session has ended" in text(other)
    finally:
        other.quit()
    token = json.loads(house.run("token", "add", "--site", "photos", "--scope", "recipients", "--json"))
    admin.get(staff(house, "/tokens"))
    go(admin, "form[action='/tokens'] button")
    assert "is revoked" in text(admin) and (token.get("id") or "") in text(admin)
    accessible(admin)
    admin.get(staff(house, "/journal"))
    wait_for(lambda: "revoked token" in text(admin))


def test_without_a_script_a_block_is_added_and_removed(house):
    plain = chromium(javascript=False)
    try:
        house.enrol_staff(plain, "dora", "reviewer")
        plain.get(staff(house, "/blocks/new"))
        plain.find_element(By.ID, "kind-words").click()
        plain.find_element(By.ID, "mark").send_keys("buy these coins")
        plain.find_element(By.ID, "effect-refuse").click()
        plain.find_element(By.ID, "reason").send_keys("coins")
        plain.find_element(By.CSS_SELECTOR, "main form button").click()
        wait_for(lambda: "cannot be counted" in text(plain))
        plain.find_element(By.CSS_SELECTOR, "main form button").click()
        wait_for(lambda: "buy these coins" in text(plain) and "refused" in text(plain) and "was added" in text(plain))
        plain.find_element(By.CSS_SELECTOR, "tbody tr:first-child form button").click()
        wait_for(lambda: "was removed" in text(plain))
    finally:
        plain.quit()
