#!/usr/bin/env python3
"""Makes pages to look at: a small network is trained on images of a hostile folder, binarized,
fine-tuned and reported.

  make_page.py SIGNET FOLDER
"""

import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

# Folders, in the order of their names, so they have no slash.
CLASSES = ["\"]]>&'<img src=x onerror=alert(1)>", "<script>alert(1)", "plain"]
# The network's ten classes.
NAMES = ["</style></title><script>alert(1)</script>", "\" onload=\"alert(1)", "]]>--><!--&amp;"]
NAMES += [f"'{number}\u202e" for number in range(7)]
SIDE = 28


def png(rows):
    """A grey image of SIDE × SIDE."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body))
            + name
            + body
            + struct.pack(">I", zlib.crc32(name + body))
        )

    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def write_images(folder):
    """A bright square in noise, at a place per class; every eighth image lies about its class."""
    noise = random.Random(1)
    for label, name in enumerate(CLASSES):
        for image in range(40):
            shown = (label + 1) % 3 if image % 8 == 7 else label
            left = 2 + 8 * shown
            rows = [
                [
                    noise.randrange(60) + (170 if 8 <= y < 18 and left <= x < left + 8 else 0)
                    for x in range(SIDE)
                ]
                for y in range(SIDE)
            ]
            file = folder / name / f"{image}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(png(rows))


def main():
    signet, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    write_images(folder / "images")

    def run(*words):
        done = subprocess.run(
            [signet, *words], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.exit(f"signet {' '.join(words)}: {done.returncode}\n{done.stderr}")

    # The zoo's small network takes 28 × 28 grey images.
    run("train", "fashion-vgg", "--data", "fashion-mnist:" + write_fashion(folder), "--steps", "8",
        "--batch-size", "32", "--augment", "none", "--threads", "1", "-o", "float.signet")
    data = ["--data", "imagefolder:images", "--match-classes", "order"]
    run("binarize", "float.signet", *data[:2], "--images", "32", "--effort", "0", "--threads", "1",
        "--sensitivity", "-o", "binary.signet")
    run("finetune", "binary.signet", "--teacher", "float.signet", "--supervision", "teacher",
        *data[:2], "--steps", "6", "--batch-size", "16", "--augment", "none", "--threads", "1",
        "--log", "log", "-o", "tuned.signet")
    (folder / "names.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    run("report", "binary.signet", "tuned.signet", "--against", "float.signet", *data, "--metrics",
        "log", "--class-names", "names.txt", "--seconds", "0.1", "-o", "page.html")
    run("report", "float.signet", "--seconds", "0", "-o", "bare.html")


def write_fashion(folder):
    """Fashion-MNIST's files with the same kind of images, to train on."""
    place = folder / "fashion"
    place.mkdir()
    noise = random.Random(2)
    for prefix, count in (("train", 96), ("t10k", 24)):
        images = bytearray(struct.pack(">IIII", 0x803, count, SIDE, SIDE))
        labels = bytearray(struct.pack(">II", 0x801, count))
        for image in range(count):
            labels.append(image % 3)
            left = 2 + 8 * (image % 3)
            for y in range(SIDE):
                for x in range(SIDE):
                    lit = 8 <= y < 18 and left <= x < left + 8
                    images.append(noise.randrange(60) + (170 if lit else 0))
        (place / f"{prefix}-images-idx3-ubyte").write_bytes(images)
        (place / f"{prefix}-labels-idx1-ubyte").write_bytes(labels)
    return str(place.resolve())


main()
