"""Exports every network of a folder for Core ML and compares what its program computes with
onnxruntime.

    .deps/python/bin/python Tests/CoreML/real_networks.py FOLDER [--precision float32] [NAME ...]

The folder holds NAME.onnx and NAME.npz, an input under the network's own names. A line per network
says how far its outputs are from onnxruntime's, as a share of each output's root mean square; those
that Core ML cannot run are named with the first reason.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

onnxruntime.set_default_logger_severity(3)

from program import Program

OPTIONS = sys.argv[2:4] if sys.argv[2:3] == ["--precision"] else []
NAMES = sys.argv[2 + len(OPTIONS):]
SIGNET = pathlib.Path(__file__).resolve().parents[2] / ".build/release/signet"


def identifier(name):
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return "_" + plain if plain[:1].isdigit() or not plain else plain


def check(path, package):
    inputs = dict(np.load(path.with_suffix(".npz")))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    shapes = []
    for one in session.get_inputs():
        # Packages are for one size; where the file leaves it open, it is that of the input here.
        if not all(isinstance(extent, int) for extent in one.shape[1:]):
            shapes += ["--input-shape", "x".join(map(str, (1, *inputs[one.name].shape[1:])))]
    done = subprocess.run(
        [SIGNET, "export", path, "-o", package, "--kept-layers", "float32", "--inputs", "arrays", *OPTIONS,
         *shapes], capture_output=True, text=True)
    if done.returncode != 0:
        return "not written: " + done.stderr.strip().splitlines()[-1].strip()
    program = Program(package)
    expected = session.run(None, {i.name: inputs[i.name] for i in session.get_inputs()})
    found = program.run({identifier(k): v.astype(np.float32) for k, v in inputs.items()})
    errors = []
    for output, right in zip(session.get_outputs(), expected):
        wrong = found[identifier(output.name)]
        if wrong.shape != right.shape:
            return f"shape {wrong.shape} instead of {right.shape}"
        scale = np.sqrt(np.mean(right.astype(np.float64) ** 2)) + 1e-30
        errors.append(np.sqrt(np.mean((wrong - right).astype(np.float64) ** 2)) / scale)
    return f"{max(errors):.1e}  {len(program.operations)} operations"


with tempfile.TemporaryDirectory() as folder:
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
        if not path.with_suffix(".npz").exists() or NAMES and path.stem not in NAMES:
            continue
        print(f"{path.stem:32} {check(path, pathlib.Path(folder) / 'network.mlpackage')}", flush=True)
