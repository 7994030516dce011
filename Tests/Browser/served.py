#!/usr/bin/env python3
"""Opens the page of `signet serve` in a browser, shows it images, and says what is wrong.

  SIGNET_BROWSER=chromium served.py SIGNET FOLDER      --shots FOLDER keeps the screenshots

FOLDER is one that make_page.py filled.
"""

import argparse
import base64
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Server"))
from detector import write_detector  # noqa: E402
from devtools import Browser  # noqa: E402
from server import Server  # noqa: E402
from pages import (  # noqa: E402
    CHECKS, WIDTHS, event_complaints, open_by_key, picture_complaints, screen, tab_through)

TOKEN = "a-token-of-the-browser-test"
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def wait_until(browser, expression, what, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if browser.evaluate(expression):
            return []
        time.sleep(0.1)
    return [f"not within {seconds} s: {what}"]


def complaints(browser, address):
    found = event_complaints(browser.events, allowed=(address, "data:", f"blob:{address}"))
    browser.events.clear()
    return found


def drop(browser, file):
    place = browser.evaluate(
        "(() => { document.getElementById('drop').scrollIntoView();"
        " const box = document.getElementById('drop').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + 20]; })()"
    )
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.call("Input.dispatchDragEvent", type=kind, x=place[0], y=place[1], data=data)


def choose(browser, file):
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    field = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    browser.call("DOM.setFileInputFiles", files=[str(file)], nodeId=field)


def paste(browser, file):
    """A pasted image, as the page sees it: the clipboard itself belongs to nobody here."""
    text = base64.b64encode(file.read_bytes()).decode()
    browser.evaluate(
        f"(() => {{ const bytes = Uint8Array.from(atob('{text}'), (c) => c.charCodeAt(0));"
        " const transfer = new DataTransfer();"
        " transfer.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));"
        " document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer })); })()"
    )


SHOWN = "[...document.querySelectorAll('.card')].map((one) => one.querySelectorAll('.bars li').length)"
FIRST = "[...document.querySelectorAll('.card .bars li:first-child .name')].map((one) => one.textContent)"
TIMES = "[...document.querySelectorAll('.card .time')].map((one) => one.textContent)"
NOTES = "[...document.querySelectorAll('.card .time + p')].map((one) => one.textContent)"


def predicted(signet, folder, model, file):
    # The names that the server was given are the first model's.
    names = ["--class-names", "names.txt"] if model == "binary.signet" else []
    done = subprocess.run(
        [signet, "predict", model, str(file), "--json", *names], cwd=folder, capture_output=True, text=True,
        check=True)
    return json.loads(done.stdout)["images"][0]["classes"][0]["name"]


def show_images(browser, signet, folder, models, image, other):
    """Drops, chooses and pastes an image; all models answer as the command does."""
    wrong = []
    for act, file in ((drop, image), (choose, other), (paste, image)):
        browser.evaluate("document.getElementById('status').textContent = ''")
        act(browser, file)
        wrong += wait_until(
            browser, "document.getElementById('status').textContent.endsWith('stands below.')",
            f"an answer to an image by {act.__name__}")
        if browser.evaluate(SHOWN) != [5] * len(models):
            wrong.append(f"{act.__name__}: bars of {browser.evaluate(SHOWN)} classes")
        found = browser.evaluate(FIRST)
        expected = [predicted(signet, folder, model, file) for model in models]
        if found != expected:
            wrong.append(f"{act.__name__}: the page says {found}, predict {expected}")
        if not all(text.endswith(" ms") for text in browser.evaluate(TIMES)):
            wrong.append(f"no times: {browser.evaluate(TIMES)}")
    return wrong


def press(browser, element):
    browser.evaluate(f"document.getElementById('{element}').focus()")
    browser.key("Enter")


def look(browser, server, width, scheme, arguments, images):
    screen(browser, width, scheme)
    browser.call("Page.navigate", url=server.address)
    wrong = wait_until(
        browser, "document.querySelectorAll('.card').length === 2", "a card for each model")
    wrong += wait_until(
        browser, "document.querySelectorAll('.gallery img').length > 0", "the worst cases", 120)
    wrong += wait_until(
        browser, "document.querySelectorAll('.charts svg').length === 2", "a training's charts")
    models = ["binary.signet", "float.signet"]
    wrong += show_images(browser, arguments.signet, arguments.folder, models, *images)
    wrong += browser.evaluate(f"{CHECKS}(true)")
    shots = arguments.shots
    wrong += picture_complaints(
        browser, width, scheme, shots and shots / f"served-{width}-{scheme}.png")
    wrong += tab_through(browser)
    wrong += open_by_key(browser)
    browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wrong += wait_until(
        browser, "document.querySelectorAll('.card td').length > 10", "times of layers")
    wrong += [text + ", all tables open" for text in browser.evaluate(f"{CHECKS}(true)")]
    return wrong + complaints(browser, server.address)


def write_large_image(file):
    """More pixels than the server takes, all black."""
    side = 4700

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    file.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(side * (side + 1)), 1)) + chunk(b"IEND", b""))


def use_the_rest(browser, server, folder):
    """Runs again, a worst case by the keyboard, large images, what is none, and the camera."""
    screen(browser, 1440)
    press(browser, "again")
    wrong = wait_until(browser, f"{NOTES}.every((one) => one.includes('of the last 21'))", "20 runs")
    browser.evaluate("document.querySelector('.gallery button').focus()")
    browser.key("Enter")
    wrong += wait_until(
        browser, "document.getElementById('status').textContent.includes('.png')", "a worst case")
    large = folder / "large.png"
    write_large_image(large)
    choose(browser, large)
    wrong += wait_until(
        browser, "document.getElementById('status').textContent.includes('large.png stands')",
        "an image that is made smaller")
    wrong += complaints(browser, server.address)
    choose(browser, Path(__file__))
    wrong += wait_until(
        browser, "document.getElementById('status').className === 'wrong'", "what is no image")
    browser.events.clear()
    press(browser, "camera")
    wrong += wait_until(
        browser, f"{NOTES}.every((one) => one.includes('of the last 3'))", "the camera's frames")
    press(browser, "camera")
    wrong += wait_until(
        browser, "document.getElementById('status').textContent === 'The camera is off.'", "its end")
    return wrong + complaints(browser, server.address)


def ended_well(server):
    status, _ = server.stop()
    return [] if status == 0 else [f"the server ends with {status}"]


def give_token(browser, arguments):
    """A server with a token asks for it, and for the right one."""
    server = Server(
        arguments.signet, "binary.signet", folder=arguments.folder,
        environment={**os.environ, "SIGNET_TOKEN": TOKEN})
    browser.call("Page.navigate", url=server.address)
    wrong = wait_until(browser, "document.getElementById('key')?.hidden === false", "a question for the token")
    for text, cards in (("a wrong one", 0), (TOKEN, 1)):
        browser.evaluate("document.getElementById('token').value = ''")
        browser.evaluate("document.getElementById('token').focus()")
        browser.call("Input.insertText", text=text)
        browser.key("Enter")
        time.sleep(1)
        if browser.evaluate("document.querySelectorAll('.card').length") != cards:
            wrong.append(f"the token '{text}' is taken for another")
    browser.events.clear()
    return wrong + ended_well(server)


EDGE = (
    "(() => { const canvas = document.querySelector('.card canvas.boxes');"
    " const { width, height } = canvas;"
    " const row = canvas.getContext('2d').getImageData(0, height * 3 / 4, width, 1).data;"
    " return [width / 4, width / 2].map((x) => [...row.slice(4 * x, 4 * x + 3)]); })()")


def find_boxes(browser, arguments, image):
    """A detector's box lies over the image where it should, and stands in a table."""
    write_detector(arguments.folder / "detector.onnx")
    server = Server(
        arguments.signet, "detector.onnx", "--preset", "unit", folder=arguments.folder)
    screen(browser, 1440)
    browser.call("Page.navigate", url=server.address)
    wrong = wait_until(browser, "document.querySelectorAll('.card').length === 1", "a card")
    drop(browser, image)
    wrong += wait_until(
        browser, "document.querySelector('.card canvas.boxes')?.width > 20", "the image with boxes")
    label = browser.evaluate("document.querySelector('.card canvas.boxes').getAttribute('aria-label')")
    if label != "detector finds one box: 1 90 %":
        wrong.append(f"the boxes are called '{label}'")
    cells = browser.evaluate("[...document.querySelectorAll('.card table')[0].querySelectorAll('tbody *')]"
                             ".filter((one) => !one.children.length).map((one) => one.textContent)")
    if cells != ["1", "90 %", "7", "14", "14", "14"]:
        wrong.append(f"the table of boxes says {cells}")
    time.sleep(0.3)
    edge, inside = browser.evaluate(EDGE)
    if edge[:2] != [255, 212] or inside == edge:
        wrong.append(f"the box's side is {edge}, its inside {inside}")
    for width in WIDTHS:
        screen(browser, width)
        wrong += browser.evaluate(f"{CHECKS}(true)")
    wrong += complaints(browser, server.address)
    return wrong + ended_well(server)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("signet")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shots", type=Path)
    arguments = parser.parse_args()
    arguments.signet = str(Path(arguments.signet).resolve())
    arguments.folder = arguments.folder.resolve()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    images = sorted((arguments.folder / "images").glob("*/[01].png"))[:2]
    server = Server(
        arguments.signet, "binary.signet", "--against", "float.signet", "--data",
        "imagefolder:images", "--match-classes", "order", "--runs", ".", "--class-names",
        "names.txt", "--limit", "60", folder=arguments.folder)
    browser = Browser(os.environ.get("SIGNET_BROWSER", "chromium"), CAMERA)
    browser.call("DOM.enable")
    found = []
    try:
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                found += [
                    f"{width} px, {scheme}: {text}"
                    for text in look(browser, server, width, scheme, arguments, images)
                ]
        found += use_the_rest(browser, server, arguments.folder)
        found += find_boxes(browser, arguments, images[0])
        found += give_token(browser, arguments)
    finally:
        browser.close()
        found += ended_well(server)
    for text in found:
        print(f"serve: {text}", file=sys.stderr)
    print(f"serve: {len(found)} complaints")
    sys.exit(1 if found else 0)


main()
