#!/usr/bin/env python3
"""Opens pages in a browser at three widths, light and dark, and says what is wrong with them.

  SIGNET_BROWSER=chromium look.py PAGE...       --shots FOLDER keeps the screenshots
"""

import argparse
import base64
import os
import re
import struct
import sys
from pathlib import Path

from devtools import Browser

WIDTHS = (360, 768, 1440)
CHECKS = (Path(__file__).parent / "checks.js").read_text()
LARGEST = 3_000_000


def png_size(data):
    return struct.unpack(">II", data[16:24])


def screenshot(browser, width):
    height = browser.evaluate("document.documentElement.scrollHeight")
    shot = browser.call(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True,
        clip={"x": 0, "y": 0, "width": width, "height": min(height, 12000), "scale": 1},
    )
    return base64.b64decode(shot["data"])


def tab_through(browser):
    """Goes from one element to the next by the keyboard alone."""
    wanted = browser.evaluate(
        "[...document.querySelectorAll('a,summary,[tabindex=\"0\"]')]"
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


def complaints(browser):
    """What the browser says of the page, and what the page asked of the network."""
    found = []
    for event in browser.events:
        name, body = event.get("method"), event.get("params", {})
        if name == "Log.entryAdded" and body["entry"]["level"] in ("error", "warning"):
            found.append(f"the browser says: {body['entry']['text']}")
        elif name == "Runtime.exceptionThrown":
            found.append("the page threw an exception")
        elif name == "Runtime.consoleAPICalled":
            found.append("the page wrote to the console")
        elif name == "Page.javascriptDialogOpening":
            found.append("the page opened a dialog")
        elif name == "Network.requestWillBeSent":
            address = body["request"]["url"]
            if not address.startswith(("file:", "data:")):
                found.append(f"the page asks for {address}")
    files = [
        event["params"]["request"]["url"] for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
        and event["params"]["request"]["url"].startswith("file:")
    ]
    if len(set(files)) > 1:
        found.append(f"the page reads files: {sorted(set(files))}")
    return found


def look(browser, page, width, scheme, shots):
    browser.events.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                 deviceScaleFactor=1, mobile=False)
    browser.call("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Page.navigate", url=page.resolve().as_uri())
    browser.wait_for("Page.loadEventFired")
    wrong = browser.evaluate(CHECKS)
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    is_dark = sum(map(float, re.findall(r"[\d.]+", paper)[:3])) < 380
    if is_dark != (scheme == "dark"):
        wrong.append(f"{scheme}: the paper is {paper}")
    shot = screenshot(browser, width)
    if png_size(shot)[0] != width or len(shot) < 10_000:
        wrong.append(f"a screenshot of {png_size(shot)} in {len(shot)} bytes shows little")
    if shots:
        (shots / f"{page.stem}-{width}-{scheme}.png").write_bytes(shot)
    wrong += tab_through(browser)
    wrong += open_by_key(browser)
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wrong += [text + ", all tables open" for text in browser.evaluate(CHECKS)]
    return wrong + complaints(browser)


def read_at_a_glance(browser, page):
    """What stands on the first screen of a reader who has just opened the page."""
    browser.events.clear()
    browser.call("Emulation.setDeviceMetricsOverride", width=1440, height=900,
                 deviceScaleFactor=1, mobile=False)
    browser.call("Page.navigate", url=page.resolve().as_uri())
    browser.wait_for("Page.loadEventFired")
    first = browser.evaluate(
        "[...document.querySelectorAll('.findings li')]"
        ".filter((one) => one.getBoundingClientRect().bottom <= innerHeight)"
        ".map((one) => one.textContent.trim())"
    )
    every = browser.evaluate("document.querySelectorAll('.findings li').length")
    return (
        [] if first and len(first) == every
        else [f"the first screen shows {len(first)} of {every} findings"]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--shots", type=Path)
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    browser = Browser(os.environ.get("SIGNET_BROWSER", "chromium"))
    failures = 0
    try:
        for page in arguments.pages:
            size = page.stat().st_size
            found = [f"{size} bytes, more than {LARGEST}"] if size >= LARGEST else []
            for width in WIDTHS:
                for scheme in ("light", "dark"):
                    found += [
                        f"{width} px, {scheme}: {text}"
                        for text in look(browser, page, width, scheme, arguments.shots)
                    ]
            found += read_at_a_glance(browser, page)
            printed = browser.call("Page.printToPDF", printBackground=False)
            if len(base64.b64decode(printed["data"])) < 5_000:
                found.append("it prints to nothing")
            for text in found:
                print(f"{page.name}: {text}", file=sys.stderr)
            failures += len(found)
            print(f"{page.name}: {size} bytes, {len(found)} complaints")
    finally:
        browser.close()
    sys.exit(1 if failures else 0)


main()
