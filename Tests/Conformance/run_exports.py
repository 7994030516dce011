"""Checks every *.onnx in a folder with onnx and runs it on onnxruntime.

    .deps/python/bin/python Tests/Conformance/run_exports.py FOLDER

The input is `input.f32` there (little-endian, as many images as fit); the scores are written as
`NAME.f32` beside `NAME.onnx`. Used by SignetONNXTests and EndToEndTests.
"""

import pathlib
import sys

import numpy
import onnx
import onnxruntime


def run(path):
    onnx.checker.check_model(str(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    image = session.get_inputs()[0]
    images = numpy.fromfile(path.parent / "input.f32", dtype="<f4").reshape(-1, *image.shape[1:])
    scores = session.run(None, {image.name: images})[0]
    scores.astype("<f4").tofile(path.with_suffix(".f32"))


for model in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    run(model)
