#!/usr/bin/env python3
"""Relative output errors of five layers of a trained ResNet-20, at every effort and code count.

    python3 resnet20_layers.py MODEL.safetensors CIFAR-10-BATCH.bin [--images 512] [--threads 1]

The symmetric, uncentred problem: inputs of the float network on both sides. Needs PyTorch and
safetensors; MODEL has torchvision-like names (layer1.0.conv1.weight, …, zero-padding shortcuts).
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

LAYERS = ["layer1.0.conv1", "layer2.0.conv1", "layer2.1.conv2", "layer3.0.conv1", "layer3.2.conv1"]
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def images(path, count):
    records = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 3073)[:count, 1:]
    pixels = torch.from_numpy(records.reshape(-1, 3, 32, 32).astype(numpy.float32)) / 255
    return (pixels - MEAN) / STD


def write_problem(base, weight, x, stride):
    rows = weight.reshape(len(weight), -1)
    gram = torch.zeros(rows.shape[1], rows.shape[1], dtype=torch.float64)
    for chunk in x.split(64):
        patches = F.unfold(chunk, 3, padding=1, stride=stride).transpose(1, 2)
        patches = patches.reshape(-1, rows.shape[1])
        gram += (patches.T @ patches).double()
    correlation = rows.double() @ gram
    energy = (correlation * rows.double()).sum(1)
    gram.float().numpy().tofile(f"{base}.gram")
    correlation.float().numpy().tofile(f"{base}.corr")
    rows.contiguous().numpy().tofile(f"{base}.w")
    energy.numpy().tofile(f"{base}.energy")


@torch.no_grad()
def write_layers(model, x, folder):
    def norm(x, name):
        parts = ["running_mean", "running_var", "weight", "bias"]
        return F.batch_norm(x, *(model[f"{name}.{part}"] for part in parts))

    def conv(x, name, stride):
        if name in LAYERS:
            write_problem(f"{folder}/{name}", model[f"{name}.weight"], x, stride)
        return F.conv2d(x, model[f"{name}.weight"], padding=1, stride=stride)

    x = F.relu(norm(conv(x, "conv1", 1), "bn1"))
    for stage in (1, 2, 3):
        for block in (0, 1, 2):
            name = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = F.relu(norm(conv(x, f"{name}.conv1", stride), f"{name}.bn1"))
            y = norm(conv(y, f"{name}.conv2", 1), f"{name}.bn2")
            if stride == 2:
                x = x[:, :, ::2, ::2]
                pad = (y.shape[1] - x.shape[1]) // 2
                x = F.pad(x, (0, 0, 0, 0, pad, pad))
            x = F.relu(x + y)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("batch")
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    here = pathlib.Path(__file__).parent
    subprocess.run(["swift", "build", "-c", "release"], cwd=here, check=True)
    program = str(here / ".build" / "release" / "hashing-benchmark")

    def swift(*arguments):
        arguments = [program, *map(str, arguments)]
        return json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)

    with tempfile.TemporaryDirectory() as folder:
        write_layers(load_file(options.model), images(options.batch, options.images), folder)
        rows = [("error feedback alone", lambda base: swift("feedback", base, options.threads))]
        for codes in (1, 2, 3, 4):
            for effort in (0, 1, 2, 3) if codes == 1 else (0, 1, 2):
                name = f"{codes} code{'s' if codes > 1 else ''}, effort {effort}"
                run = lambda base, e=effort, k=codes: swift(
                    "solve", base, options.threads, e, k, 20
                )
                rows.append((name, run))
        print("| |", " | ".join(LAYERS), "| processor seconds |")
        print("|---|" + "---|" * (len(LAYERS) + 1))
        for index, (name, run) in enumerate(rows):
            results = [run(f"{folder}/{layer}") for layer in LAYERS]
            if index == 0:
                errors = " | ".join(f"{result['errorBefore']:.4f}" for result in results)
                print(f"| sign, mean magnitude | {errors} | |")
            errors = " | ".join(f"{result['errorAfter']:.4f}" for result in results)
            seconds = sum(result["processorSeconds"] for result in results)
            print(f"| {name} | {errors} | {seconds:.3f} |", flush=True)


if __name__ == "__main__":
    main()
