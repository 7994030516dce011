#!/usr/bin/env python3
"""Top-1 of classifiers, and how far their probabilities are from the float network's, in onnxruntime.

    measure.py FLOAT.onnx NETWORK.onnx … --labels LIST --resize 256 --crop 224 …

LIST has lines of `path label`, paths relative to it. Prints a line per network: top-1, agreement with the
float network's class, and the mean KL divergence from it in nats. Networks of signet are written for it by
`signet export NETWORK.signet -o NETWORK.onnx --encoding float --kept-layers float32`.
"""

import argparse
import pathlib

import numpy
import onnxruntime

import images


def log_softmax(scores):
    scores = scores - scores.max(1, keepdims=True)
    return scores - numpy.log(numpy.exp(scores).sum(1, keepdims=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--labels", type=pathlib.Path, required=True)
    images.add_options(parser)
    options = parser.parse_args()
    lines = [line.rsplit(None, 1) for line in options.labels.read_text().splitlines() if line]
    labels = numpy.array([int(label) for _, label in lines])
    inputs = images.load([options.labels.parent / path for path, _ in lines], options).numpy()
    float_scores = None
    for network in options.networks:
        session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        scores = numpy.concatenate([
            session.run(None, {name: inputs[start:start + 16]})[0].reshape(-1, 1000)
            for start in range(0, len(inputs), 16)]).astype(numpy.float64)
        scores = log_softmax(scores)
        if float_scores is None:
            float_scores = scores
        classes = scores.argmax(1)
        divergence = (numpy.exp(float_scores) * (float_scores - scores)).sum(1).mean()
        print(f"{pathlib.Path(network).stem:24} top-1 {100 * (classes == labels).mean():5.1f} %  "
              f"agreement {100 * (classes == float_scores.argmax(1)).mean():5.1f} %  "
              f"KL {divergence:.4f}", flush=True)


main()
