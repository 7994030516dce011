"""Makes the PNG files of class numbers beside it, 5 pixels wide and 3 high.

    pip install pillow numpy && python make.py

Number (row, column) of each is (3 · row + column) mod its count of classes, the last one 255 where
8 bits can say so.
"""

import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent


def numbers(count):
    row, column = np.mgrid[0:3, 0:5]
    return ((3 * row + column) % count).astype(np.uint8)


def palette(values, count):
    image = Image.fromarray(values, mode="P")
    # Colours that tell nothing of their numbers.
    image.putpalette([(7 * i + channel * 50) % 256 for i in range(count) for channel in range(3)])
    return image


last = numbers(6)
last[-1, -1] = 255
Image.fromarray(last).save(HERE / "grey.png")
palette(last, 256).save(HERE / "palette.png")
palette(numbers(2), 2).save(HERE / "palette-1-bit.png", bits=1)
palette(numbers(6), 6).save(HERE / "palette-4-bits.png", bits=4)
palette(numbers(6), 6).save(HERE / "palette-transparent.png", transparency=0)
Image.fromarray(numbers(2).astype(bool)).save(HERE / "grey-1-bit.png")
