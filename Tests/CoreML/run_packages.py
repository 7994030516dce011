"""Runs every package of a folder on the input that lies beside it.

    .deps/python/bin/python Tests/CoreML/run_packages.py FOLDER

NAME.mlpackage has one input, NAME.input.f32 one sample of it (little-endian). All outputs, one
after the other, become NAME.f32; what the packed weights stand for, in the program's order,
NAME.weights.f32. Used by SignetCoreMLTests.
"""

import pathlib
import sys

import numpy as np

from program import Program


def joined(arrays):
    return np.concatenate([np.zeros(0)] + [np.ravel(one) for one in arrays]).astype("<f4")


for package in sorted(pathlib.Path(sys.argv[1]).glob("*.mlpackage")):
    program = Program(package)
    (name, value), = program.function.inputs.items()
    sample = np.fromfile(package.with_suffix(".input.f32"), dtype="<f4").reshape(value.shape)
    outputs = program.run({name: sample})
    joined(outputs.values()).tofile(package.with_suffix(".f32"))
    joined(program.weights.values()).tofile(package.with_suffix(".weights.f32"))
