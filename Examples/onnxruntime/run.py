"""Runs a network with Signet's operators in ONNX Runtime: run.py MODEL.onnx [THREADS]

    signet export binary.signet -o binary.onnx --operators signet
    pip install onnxruntime .build/wheel/signet-*.whl
    python run.py binary.onnx

Prints what each output is for numbers drawn at random, and how long a run takes.
"""

import sys
import time

import numpy
import onnxruntime

import signet


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    options.register_custom_ops_library(signet.onnxruntime_library_path())
    session = onnxruntime.InferenceSession(
        sys.argv[1], options, providers=["CPUExecutionProvider"])
    generator = numpy.random.default_rng(0)
    # A file may leave extents open, under names: of those one sample takes 1, for example.
    inputs = {each.name: generator.normal(
                  size=[extent if isinstance(extent, int) else 1 for extent in each.shape]
              ).astype(numpy.float32)
              for each in session.get_inputs()}
    outputs = session.run(None, inputs)
    start = time.perf_counter()
    for _ in range(10):
        session.run(None, inputs)
    milliseconds = (time.perf_counter() - start) * 100
    for each, values in zip(session.get_outputs(), outputs):
        shape = "×".join(map(str, values.shape))
        print(f"{each.name}: {shape}, {values.min():g} to {values.max():g}")
    print(f"{milliseconds:.3f} ms a run")


main()
