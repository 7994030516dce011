#!/usr/bin/env python3
"""Opens pages in a browser at three widths, light and dark, and says what is wrong with them.

  SIGNET_BROWSER=chromium look.py PAGE...       --shots FOLDER keeps the screenshots
"""

import argparse
import base64
import os
import sys
from pathlib import Path

from devtools import Browser
from pages import (
    CHECKS, WIDTHS, event_complaints, open_by_key, picture_complaints, screen, tab_through)

LARGEST = 3_000_000


def complaints(browser):
    """What the browser says of the page, and what the page asked of the network."""
    found = event_complaints(browser.events, allowed=("file:", "data:"))
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
    screen(browser, width, scheme)
    browser.call("Page.navigate", url=page.resolve().as_uri())
    browser.wait_for("Page.loadEventFired")
    wrong = browser.evaluate(f"{CHECKS}(false)")
    wrong += picture_complaints(
        browser, width, scheme, shots and shots / f"{page.stem}-{width}-{scheme}.png")
    wrong += tab_through(browser)
    wrong += open_by_key(browser)
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wrong += [text + ", all tables open" for text in browser.evaluate(f"{CHECKS}(false)")]
    return wrong + complaints(browser)


def read_at_a_glance(browser, page):
    """What stands on the first screen of a reader who has just opened the page."""
    browser.events.clear()
    screen(browser, 1440)
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
