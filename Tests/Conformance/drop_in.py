"""Checks that one ONNX file can take the place of another, on onnxruntime.

    .deps/python/bin/python Tests/Conformance/drop_in.py ORIGINAL EXPORT [...]

Names, element types and extents of inputs and outputs must be the same, and so must the results on
random inputs, to 1e-5 of the largest number. Says what differs, and fails. Used by SignetONNXTests.
"""

import sys

import numpy
import onnx
import onnxruntime


def ports(values):
    return [(value.name, value.type, value.shape) for value in values]


def inputs(session, batch, random):
    fed = {}
    for value in session.get_inputs():
        shape = [n if isinstance(n, int) else batch for n in value.shape]
        if value.type == "tensor(uint8)":
            fed[value.name] = random.integers(0, 256, shape, dtype=numpy.uint8)
        else:
            kind = numpy.float16 if value.type == "tensor(float16)" else numpy.float32
            fed[value.name] = random.standard_normal(shape).astype(kind)
    return fed


def compare(original, export):
    onnx.checker.check_model(export, full_check=True)
    sessions = [onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
                for path in (original, export)]
    for side in ("get_inputs", "get_outputs"):
        left, right = (ports(getattr(session, side)()) for session in sessions)
        if left != right:
            raise SystemExit(f"{export}: {side}: {right}, not {left}")
    for batch in (1, 3):
        fed = inputs(sessions[0], batch, numpy.random.default_rng(batch))
        left, right = (session.run(None, fed)[0].astype(numpy.float64) for session in sessions)
        if left.shape != right.shape:
            raise SystemExit(f"{export}: a result of {right.shape}, not {left.shape}")
        tolerance = 1e-5 if sessions[0].get_outputs()[0].type == "tensor(float)" else 1e-2
        error = numpy.abs(left - right).max() / max(numpy.abs(left).max(), 1e-30)
        if not error <= tolerance:
            raise SystemExit(f"{export}: results differ by {error} of the largest")


for pair in zip(sys.argv[1::2], sys.argv[2::2]):
    compare(*pair)
