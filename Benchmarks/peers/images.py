"""Photographs as a network's input, prepared as signet prepares them."""

import pathlib

import numpy
import torch
from PIL import Image


def add_options(parser):
    parser.add_argument("--mean", type=float, default=0.0, help="subtracted from a scaled byte")
    parser.add_argument("--scale", type=float, default=1 / 255, help="of a byte")
    parser.add_argument("--resize", type=int, required=True, help="the shorter side")
    parser.add_argument("--crop", type=int, required=True, help="side of the input")


def add_calibration(parser):
    """What rounds a network takes: one in, one out, bits, photographs."""
    parser.add_argument("network")
    parser.add_argument("output")
    parser.add_argument("--bits", type=int, required=True)
    parser.add_argument("--data", required=True, help="folder of photographs")
    parser.add_argument("--images", type=int, default=1024)
    add_options(parser)


def load(files, options):
    """Images × 3 × side × side: byte · scale − mean."""
    images = []
    for file in files:
        image = Image.open(file).convert("RGB")
        width, height = image.size
        factor = options.resize / min(width, height)
        size = ((options.resize, int(factor * height)) if width <= height
                else (int(factor * width), options.resize))
        image = image.resize(size, Image.Resampling.BILINEAR)
        left, top = ((length - options.crop) // 2 for length in size)
        image = image.crop((left, top, left + options.crop, top + options.crop))
        pixels = numpy.asarray(image, dtype=numpy.float32).transpose(2, 0, 1)
        images.append(pixels * options.scale - options.mean)
    return torch.from_numpy(numpy.stack(images))


def files(folder):
    return sorted(
        one for one in pathlib.Path(folder).rglob("*") if one.suffix.lower() in (".jpg", ".jpeg", ".png"))
