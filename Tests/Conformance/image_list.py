"""Classifies the images of a list on onnxruntime and on Signet and compares the answers, image by
image: both engines on the pixels that Pillow decodes, and `signet predict` on the files.

    .deps/python/bin/python Tests/Conformance/image_list.py tiny-darknet.onnx labels.txt \\
        --resize 227 --crop 224

Needs pillow beside what set-up installs, and the release build of signet.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy
import onnxruntime
from PIL import Image

import common

CHUNK = 50


def numbers(text):
    return [float(part) for part in text.split(",")]


def pixels(path, resize, crop):
    """C×H×W bytes as torchvision's Resize and CenterCrop give them."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    if min(width, height) != resize:
        size = ((resize, resize * height // width) if width <= height
                else (resize * width // height, resize))
        image = image.resize(size, Image.BILINEAR)
    width, height = image.size
    left, top = int(round((width - crop) / 2)), int(round((height - crop) / 2))
    return numpy.asarray(image.crop((left, top, left + crop, top + crop))).transpose(2, 0, 1)


def read_list(path):
    lines = [line.rsplit(None, 1) for line in path.read_text().splitlines() if line.strip()]
    return [str(path.parent / name) for name, _ in lines], [int(label) for _, label in lines]


def predicted(arguments, files, engine):
    """What `signet predict` says of the files themselves."""
    command = [
        arguments.signet, "predict", arguments.model, *files, "--top", "1", "--json", "--engine",
        engine, "--resize", str(arguments.resize), "--mean", arguments.mean, "--std", arguments.std,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [image["classes"][0]["index"] for image in json.loads(output)["images"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    common.add_options(parser)
    parser.add_argument("model")
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("--signet", default=str(common.ROOT / ".build/release/signet"))
    parser.add_argument("--resize", type=int, default=256)
    parser.add_argument("--crop", type=int, default=224)
    parser.add_argument("--mean", default="0,0,0")
    parser.add_argument("--std", default="1,1,1")
    arguments = parser.parse_args()
    executable = common.runner(arguments)
    files, labels = read_list(arguments.list)
    mean, std = (numpy.array(numbers(text), "float32").reshape(1, 3, 1, 1)
                 for text in (arguments.mean, arguments.std))
    data = pathlib.Path(arguments.model).read_bytes()
    session = onnxruntime.InferenceSession(data)
    name = session.get_inputs()[0].name
    answers = {"onnxruntime": [], **{engine: [] for engine in common.ENGINES}}
    largest = dict.fromkeys(common.ENGINES, 0.0)
    for start in range(0, len(files), CHUNK):
        images = numpy.stack([pixels(path, arguments.resize, arguments.crop)
                              for path in files[start:start + CHUNK]]).astype("float32")
        images = ((images / 255 - mean) / std).astype("float32")
        expected = session.run(None, {name: images})[0].reshape(len(images), -1)
        answers["onnxruntime"] += expected.argmax(1).tolist()
        case = common.write_case(pathlib.Path(arguments.work) / "list", data, images)
        common.run(executable, [case])
        for engine in common.ENGINES:
            scores, problem = common.result(case, engine)
            if problem:
                raise SystemExit(f"{engine}: {problem}")
            scores = scores.reshape(expected.shape)
            answers[engine] += scores.argmax(1).tolist()
            difference = numpy.abs(scores - expected).max() / numpy.abs(expected).max()
            largest[engine] = max(largest[engine], float(difference))
    for engine in ("torch", "runtime"):
        answers[f"signet predict --engine {engine}"] = predicted(arguments, files, engine)
    failures = 0
    for who, found in answers.items():
        equal = sum(a == b for a, b in zip(found, answers["onnxruntime"]))
        right = sum(a == b for a, b in zip(found, labels))
        failures += equal != len(files)
        note = f", logits within {largest[who]:.1e}" if who in largest else ""
        print(f"{who}: {right} of {len(files)} right, "
              f"{equal} answers as onnxruntime's{note}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
