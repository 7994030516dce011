#!/usr/bin/env python3
"""Binarizes a whole ResNet-18 with random weights: time, processor time and memory.

    python3 network.py LIST [--images 256] [--threads 2] [options of `signet binarize`]

LIST names images as `--data imagelist:` takes them. Needs numpy and the built command. Fails above
4 GiB resident or above 2 minutes of wall time, unless the machine gave the command less than it
asked for: then the processor time, divided by the threads, is held to the 2 minutes.
"""

import argparse
import json
import pathlib
import resource
import struct
import subprocess
import tempfile
import time

import numpy

SECONDS = 120
GIBIBYTES = 4
SIGNET = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release" / "signet"


def tensors(random):
    def conv(name, outputs, inputs, kernel):
        deviation = (2 / (inputs * kernel * kernel)) ** 0.5
        shape = (outputs, inputs, kernel, kernel)
        yield f"{name}.weight", random.normal(0, deviation, shape)

    def norm(name, channels):
        yield f"{name}.weight", numpy.ones(channels)
        yield f"{name}.bias", numpy.zeros(channels)
        yield f"{name}.running_mean", numpy.zeros(channels)
        yield f"{name}.running_var", numpy.ones(channels)

    yield from conv("conv1", 64, 3, 7)
    yield from norm("bn1", 64)
    inputs = 64
    for stage, channels in enumerate((64, 128, 256, 512), 1):
        for block in (0, 1):
            name = f"layer{stage}.{block}"
            yield from conv(f"{name}.conv1", channels, inputs, 3)
            yield from norm(f"{name}.bn1", channels)
            yield from conv(f"{name}.conv2", channels, channels, 3)
            yield from norm(f"{name}.bn2", channels)
            if inputs != channels:
                yield from conv(f"{name}.downsample.0", channels, inputs, 1)
                yield from norm(f"{name}.downsample.1", channels)
            inputs = channels
    yield "fc.weight", random.normal(0, 0.01, (1000, 512))
    yield "fc.bias", numpy.zeros(1000)


def write_safetensors(path, tensors):
    header, parts, offset = {}, [], 0
    for name, values in tensors:
        data = values.astype("<f4").tobytes()
        offsets = [offset, offset + len(data)]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list")
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        weights, float_model = f"{folder}/weights.safetensors", f"{folder}/float.signet"
        write_safetensors(weights, tensors(numpy.random.default_rng(0)))
        make = [SIGNET, "import", "--arch", "resnet18", "--weights", weights, "-o", float_model]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        pathlib.Path(weights).unlink()
        command = [SIGNET, "binarize", float_model, "--data", f"imagelist:{options.list}"]
        command += ["--split", "test", "--images", str(options.images)]
        command += ["--threads", str(options.threads), "-o", f"{folder}/binary.signet", *rest]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run(command, check=True)
        wall = time.monotonic() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime
    # The largest child: the import before needs less.
    resident = usage.ru_maxrss / 2**20
    share = processor / options.threads
    print(f"{wall:.0f} s wall, {processor:.0f} s processor ({share:.0f} s per thread), ", end="")
    print(f"{resident:.2f} GiB resident")
    if resident > GIBIBYTES or min(wall, share) > SECONDS:
        raise SystemExit(f"limits: {GIBIBYTES} GiB, {SECONDS} s")


if __name__ == "__main__":
    main()
