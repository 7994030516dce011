"""Makes the image files beside it, and expected.json with what Pillow reads from them.

    pip install pillow numpy && python make.py

Each expectation is what torchvision's ImageFolder loader, Resize (bilinear, anti-aliased) and
CenterCrop give: Image.convert, Image.resize, crop; planes C×H×W as hexadecimal digits.
"""

import json
import pathlib

import numpy as np
import PIL
from PIL import Image, PngImagePlugin, features

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 37, 29


def picture(channels):
    """Smooth colours with a hard-edged disc, so that resizing and chroma subsampling show."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    disc = ((x - 20) ** 2 + (y - 12) ** 2 < 60).astype(np.float64)
    planes = [
        127 + 100 * np.sin(x / 5 + channel) * np.cos(y / (4 + channel)) + 60 * (disc - 0.4)
        for channel in range(channels)
    ]
    return np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)


def save(name, image, **options):
    image.save(HERE / name, **options)


def make_files():
    rgb = Image.fromarray(picture(3))
    grey = Image.fromarray(picture(1)[..., 0])
    save("rgb420.jpg", rgb, quality=85)
    save("rgb444-progressive.jpg", rgb, quality=90, subsampling=0, progressive=True)
    save("grey.jpg", grey, quality=85)
    save("cmyk.jpg", Image.fromarray(picture(4), mode="CMYK"), quality=90)
    save("rgb.png", rgb)
    save("rgba.png", Image.fromarray(picture(4)))
    save("grey.png", grey)
    save("grey-alpha.png", Image.fromarray(picture(2), mode="LA"))
    save("bilevel.png", grey.convert("1"))
    palette = rgb.quantize(16)
    save("palette.png", palette)
    save("palette-transparent.png", palette, transparency=3)
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", (100000).to_bytes(4, "big"))
    save("gamma.png", rgb, pnginfo=info)
    values = np.arange(HEIGHT * WIDTH, dtype=np.uint16).reshape(HEIGHT, WIDTH) * 61
    save("grey16.png", Image.fromarray(values))


def load(name, mode):
    image = Image.open(HERE / name)
    if image.mode.startswith("I"):
        # Pillow clips 16 bits to 8; what a reader wants is the nearest of 256 levels.
        values = np.asarray(image).astype(np.int64)
        image = Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
    return image.convert(mode)


def fitted(image, resize, crop):
    if resize is not None:
        width, height = image.size
        if width <= height:
            size = (resize, int(resize * height / width))
        else:
            size = (int(resize * width / height), resize)
        image = image.resize(size, Image.BILINEAR)
    width, height = image.size
    crop_height, crop_width = crop
    left = int(round((width - crop_width) / 2.0))
    top = int(round((height - crop_height) / 2.0))
    image = image.crop((left, top, left + crop_width, top + crop_height))
    array = np.asarray(image)
    return array[None] if array.ndim == 2 else array.transpose(2, 0, 1)


def main():
    make_files()
    cases = []
    for path in sorted(HERE.glob("*.[jp][pn]g")):
        for mode in ("RGB", "L"):
            for resize, crop in ((None, (HEIGHT, WIDTH)), (16, (14, 14)), (43, (11, 17))):
                if mode == "L" and resize != 16 or resize is None and "rgb" not in path.name:
                    continue
                planes = fitted(load(path.name, mode), resize, crop)
                cases.append({
                    "file": path.name, "grey": mode == "L", "resize": resize,
                    "height": crop[0], "width": crop[1], "planes": planes.tobytes().hex(),
                })
    document = {
        "pillow": PIL.__version__,
        "libjpeg_turbo": features.version("libjpeg_turbo"),
        "cases": cases,
    }
    (HERE / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


main()
