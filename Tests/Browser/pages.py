"""What is looked at in any page."""

import json
import base64
import re
import struct
from pathlib import Path

WIDTHS = (360, 768, 1440)
CHECKS = (Path(__file__).parent / "checks.js").read_text().strip()


def screen(browser, width, scheme="light"):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                 deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])


def png_size(data):
    return struct.unpack(">II", data[16:24])


def screenshot(browser, width):
    height = browser.evaluate("document.documentElement.scrollHeight")
    shot = browser.call(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": width, "height": min(height, 12000), "scale": 1},
    )
    return base64.b64decode(shot["data"])


def picture_complaints(browser, width, scheme, file=None):
    """What the page looks like, as far as numbers can tell; the screenshot is kept in `file`."""
    wrong = []
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    is_dark = sum(map(float, re.findall(r"[\d.]+", paper)[:3])) < 380
    if is_dark != (scheme == "dark"):
        wrong.append(f"{scheme}: the paper is {paper}")
    shot = screenshot(browser, width)
    if png_size(shot)[0] != width or len(shot) < 10_000:
        wrong.append(f"a screenshot of {png_size(shot)} in {len(shot)} bytes shows little")
    if file:
        file.write_bytes(shot)
    return wrong


def tab_through(browser):
    """Goes from one element to the next by the keyboard alone."""
    wanted = browser.evaluate(
        "[...document.querySelectorAll('a,button,summary,input,[tabindex=\"0\"]')]"
        ".filter((one) => one.checkVisibility()).length"
    )
    browser.evaluate("document.activeElement.blur()")
    reached, wrong = set(), []
    for _ in range(wanted + 5):
        browser.key("Tab")
        place, outline = browser.evaluate(
            "(() => { const one = document.activeElement;"
            " return [[...document.querySelectorAll('*')].indexOf(one),"
            " one === document.body ? 'body' : getComputedStyle(one).outlineStyle]; })()"
        )
        if outline == "body":
            continue
        reached.add(place)
        if outline == "none":
            wrong.append("an element does not show that it has the keyboard")
    if len(reached) < wanted:
        wrong.append(f"the keyboard reaches {len(reached)} of {wanted} elements")
    return wrong


def open_by_key(browser):
    """A table behind a chart opens with the Enter key."""
    if not browser.evaluate("!!document.querySelector('summary')"):
        return []
    browser.evaluate("document.querySelector('summary').focus()")
    browser.key("Enter")
    return (
        [] if browser.evaluate("document.activeElement.parentElement.open")
        else ["a summary does not open by the keyboard"]
    )


def event_complaints(events, allowed):
    """What the browser says of the page, and what the page asks of the network but for addresses
    that begin as `allowed` says."""
    found = []
    for event in events:
        name, body = event.get("method"), event.get("params", {})
        if name == "Log.entryAdded" and body["entry"]["level"] in ("error", "warning"):
            found.append(f"the browser says: {body['entry']['text']} {body['entry'].get('url', '')}")
        elif name == "Runtime.exceptionThrown":
            found.append(f"the page threw: {json.dumps(body)[:300]}")
        elif name == "Runtime.consoleAPICalled":
            found.append("the page wrote to the console")
        elif name == "Page.javascriptDialogOpening":
            found.append("the page opened a dialog")
        elif name == "Network.requestWillBeSent":
            asked = body["request"]["url"]
            if not asked.startswith(allowed):
                found.append(f"the page asks for {asked}")
    return found
