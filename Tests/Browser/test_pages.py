"""Every page, in every language, narrow and wide, dark and light: axe finds nothing, nothing scrolls sideways, nothing is
loaded from elsewhere, no cookie is set (requirements W1, W8). `shapes` says which of these are tried together."""
import base64
import itertools
import json
import os
import pathlib
import re
import struct
import time
import urllib.parse
import zlib

import axe_playwright_python
import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By

from conftest import LONG

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PICTURES = itertools.count(1)
LANGUAGES = {"en": "ltr", "de": "ltr", "fr": "ltr", "ar": "rtl"}
WIDTHS = [320, 768, 1280]
# Any three in a row have every width and both schemes.
SHAPES = [(320, "light"), (768, "dark"), (1280, "light"), (320, "dark"), (768, "light"), (1280, "dark")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = condition()
        except (NoSuchElementException, StaleElementReferenceException):
            found = None    # the browser is leaving its page
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("not in time")


def fill(browser, **fields):
    for name, value in fields.items():
        field = browser.find_element(By.ID, name)
        field.clear()
        field.send_keys(value)


def send(browser):
    """Returns before the answer is there: the caller must wait for something that the previous page did not show."""
    button = browser.find_element(By.CSS_SELECTOR, "button[type=submit]")
    # Headless windows are small: a click must not depend on what is visible.
    browser.execute_script("arguments[0].click()", button)


def is_sent(browser):
    return urllib.parse.urlsplit(browser.current_url).path.endswith("/sent")


def value(browser, name):
    """The content of the field; nothing while there is no field."""
    fields = browser.find_elements(By.ID, name)
    return fields[0].get_attribute("value") if fields else ""


LETTER = dict(name="Vera Visitor", email="vera@visitor.example", message="I like the photo of the harbour.")


def fresh(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?about=photo+4711&lang={lang}")


def faults(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, email="no address")
    send(browser)
    wait_for(lambda: browser.find_elements(By.CLASS_NAME, "fault"))


def sent(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, **LETTER)
    send(browser)
    wait_for(lambda: is_sent(browser))


def expired(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, **LETTER)
    old = base64.urlsafe_b64encode(struct.pack(">iq", 1, 0) + bytes(32)).decode().rstrip("=")
    browser.execute_script("document.querySelector('[name=form]').value = arguments[0]", old)
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    wait_for(lambda: value(browser, "message") == LETTER["message"])


def over_the_limit(browser, postern, limited, lang):
    for number in range(2):
        browser.get(f"{limited.url}/c/photos/pat?lang={lang}")
        fill(browser, **{**LETTER, "message": f"{LETTER['message']} {lang} {number}"})
        send(browser)
        wait_for(lambda: is_sent(browser) or browser.find_elements(By.ID, "notice"))
        if browser.find_elements(By.ID, "notice"):
            break
    wait_for(lambda: LETTER["message"] in value(browser, "message"))


def blocked(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, **{**LETTER, "email": "x@blocked.example"})
    send(browser)
    wait_for(lambda: value(browser, "written").strip() == LETTER["message"])


def no_letters(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/sam?lang={lang}")


def not_found(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/nobody?lang={lang}")


def confirmation(browser, postern, limited, lang):
    browser.get(f"{postern.url}/confirm/photos/pat/x.y?lang={lang}")


def privacy(browser, postern, limited, lang):
    browser.get(f"{postern.url}/privacy/photos?lang={lang}")


def front(browser, postern, limited, lang):
    browser.get(f"{postern.url}/?lang={lang}")


def too_large(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, name="Vera Visitor")
    browser.execute_script("document.getElementById('message').value = 'Grüße '.repeat(100000)")
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    wait_for(lambda: value(browser, "message").startswith("Grüße Grüße"))


def another_format(browser, postern, limited, lang):
    browser.get(f"{postern.url}/c/photos/pat?lang={lang}")
    fill(browser, **LETTER)
    browser.execute_script("document.forms[0].enctype = 'text/plain'")
    send(browser)
    wait_for(lambda: browser.find_elements(By.ID, "notice"))
    wait_for(lambda: value(browser, "message") == LETTER["message"])


PAGES = [fresh, faults, sent, expired, over_the_limit, blocked, no_letters, not_found, confirmation, privacy, front, too_large,
         another_format]


def shape(browser, width, scheme):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            dict(width=width, height=900, deviceScaleFactor=1, mobile=width < 500))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dict(features=[dict(name="prefers-color-scheme", value=scheme)]))


def picture(browser):
    """For people to look at: with POSTERN_PICTURES=FOLDER each page that axe looks at is kept there as a PNG, whole."""
    folder = os.environ.get("POSTERN_PICTURES")
    if not folder:
        return
    size = browser.execute_script("return [window.innerWidth, document.documentElement.scrollHeight, "
                                  "matchMedia('(prefers-color-scheme: dark)').matches]")
    test = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].split("/")[-1].split(" (")[0])
    name = f"{test[:90]}-{next(PICTURES):03d}-{size[0]}-{'dark' if size[2] else 'light'}.png"
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True, "clip": dict(x=0, y=0, width=size[0], height=min(size[1], 8000), scale=1)})
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    (pathlib.Path(folder) / name).write_bytes(base64.b64decode(shot["data"]))


def violations(browser):
    picture(browser)
    browser.execute_script(AXE)
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(r => done(r.violations))", TAGS)
    return [f"{v['id']}: {v['help']}: {[n['html'] for n in v['nodes']]}" for v in found]


def requested(browser):
    """Every URL the browser has asked for since the last call."""
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield message["params"]["request"]["url"]


def shapes(name, lang):
    """In which width and scheme axe looks at that state in that language: one for each language, so that every state is seen in
    every language, width and scheme, and every pair of these somewhere (`test_shapes.py`). With `deploy/test --long` it is all six.
    """
    if LONG:
        return SHAPES
    return [SHAPES[(zlib.crc32(name.encode()) + list(LANGUAGES).index(lang)) % len(SHAPES)]]


def check(browser, name, lang, installations, cookies=()):
    """The page that is shown, in its shapes, and what it has asked for since the last call of `requested`."""
    wait_for(lambda: browser.execute_script("return document.readyState") == "complete")
    html = browser.find_element(By.TAG_NAME, "html")
    assert html.get_attribute("lang") == lang
    assert html.get_attribute("dir") == LANGUAGES[lang]
    # Words are longer in some languages, and to look at that costs nothing.
    for width in WIDTHS:
        shape(browser, width, "light")
        # Not by the window: on a telephone it becomes as wide as what does not fit.
        overflow = browser.execute_script("return document.documentElement.scrollWidth") - width
        assert overflow <= 0, f"{name} {lang} scrolls sideways by {overflow} at {width}"
    for width, scheme in shapes(name, lang):
        shape(browser, width, scheme)
        assert violations(browser) == [], f"{name} {lang} {width} {scheme}"
    hosts = {urllib.parse.urlsplit(url).netloc for url in requested(browser) if not url.startswith("data:")}
    assert hosts <= {urllib.parse.urlsplit(i.url).netloc for i in installations}
    assert browser.get_cookies() == list(cookies)
    assert [e for e in browser.get_log("browser") if "favicon" not in e["message"] and "status of 4" not in e["message"]] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.__name__)
def test_a_page_is_accessible_in_every_shape(browser, postern, limited, page, lang):
    list(requested(browser))
    page(browser, postern, limited, lang)
    check(browser, page.__name__, lang, (postern, limited))


@pytest.mark.parametrize("width", [320, 1280])
def test_the_staff_page_is_accessible_and_names_no_client(browser, postern, width):
    postern.enrol_staff(browser, f"width-{width}")
    browser.get(f"http://localhost:{postern.staff_port}/")
    for scheme in ["light", "dark"]:
        shape(browser, width, scheme)
        assert violations(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert "127.0.0.1" not in browser.page_source


def test_the_check_itself_finds_what_is_wrong(browser, postern):
    fresh(browser, postern, None, "en")
    browser.execute_script("document.querySelector('label[for=email]').remove()")
    assert any(v.startswith("label:") for v in violations(browser))
