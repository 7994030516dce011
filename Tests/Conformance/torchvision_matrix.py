"""Exports torchvision's networks with random weights by both exporters, folded and unfolded, and
compares Signet's logits with onnxruntime's. Prints a table; fails if any network does.

    .deps/python/bin/python Tests/Conformance/torchvision_matrix.py
"""

import argparse
import contextlib
import io
import logging
import pathlib
import sys
import types
import warnings

import numpy
import onnxruntime
import torch

import common

NETWORKS = [
    "alexnet", "vgg11_bn", "resnet18", "resnet50", "googlenet", "inception_v3", "squeezenet1_1",
    "mobilenet_v2", "mobilenet_v3_small", "densenet121", "shufflenet_v2_x1_0", "efficientnet_b0",
    "regnet_y_400mf",
]
VARIANTS = [(exporter, folded) for exporter in ("legacy", "dynamo") for folded in (True, False)]
TOLERANCE = 1e-4


def torchvision_models():
    # The meta registrations of operators that no classifier uses need torchvision's C++ library,
    # which does not load beside a CPU build of torch from another index.
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("_meta_registrations")
    import torchvision.models
    return torchvision.models


def network(name):
    torch.manual_seed(0)
    options = {"weights": None}
    if name in ("googlenet", "inception_v3"):
        options.update(aux_logits=False, init_weights=False)
    model = getattr(torchvision_models(), name)(**options).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            # Statistics that are not the neutral ones.
            torch.nn.init.uniform_(module.weight, 0.7, 1.3)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.7, 1.3)
    return model


def export(model, images, exporter, folded, path):
    names = {"input_names": ["input"], "output_names": ["logits"]}
    if exporter == "legacy":
        mode = torch.onnx.TrainingMode
        torch.onnx.export(
            model, (images,), path, dynamo=False, do_constant_folding=folded,
            training=mode.EVAL if folded else mode.PRESERVE,
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}}, **names)
    else:
        torch.onnx.export(
            model, (images,), path, dynamo=True, optimize=folded, external_data=False,
            dynamic_shapes=({0: torch.export.Dim("batch")},), **names)


def check(executable, folder, name, exporter, folded):
    """The largest relative difference of each engine, or what went wrong."""
    size = 299 if name == "inception_v3" else 224
    images = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))
    folder.mkdir(parents=True, exist_ok=True)
    source = str(folder / "source.onnx")
    with contextlib.redirect_stdout(io.StringIO()):
        export(network(name), images, exporter, folded, source)
    data = pathlib.Path(source).read_bytes()
    expected = onnxruntime.InferenceSession(data).run(None, {"input": images.numpy()})[0]
    case = common.write_case(folder, data, images.numpy())
    common.run(executable, [case])
    differences = []
    for engine in common.ENGINES:
        scores, problem = common.result(case, engine)
        if problem:
            return problem.strip().replace("\n", " ")[:200]
        difference = numpy.abs(scores.reshape(expected.shape) - expected).max()
        differences.append(difference / numpy.abs(expected).max())
    for path in folder.iterdir():
        path.unlink()
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    common.add_options(parser)
    arguments = parser.parse_args()
    executable = common.runner(arguments)
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    failures = 0
    print("| network | exporter | folded | executor | runtime |")
    print("|---|---|---|---|---|")
    for name in NETWORKS:
        if arguments.only not in name:
            continue
        for exporter, folded in VARIANTS:
            folder = pathlib.Path(arguments.work) / f"{name}-{exporter}-{folded}"
            outcome = check(executable, folder, name, exporter, folded)
            if isinstance(outcome, str):
                failures += 1
                cells = f"failed: {outcome} | "
            else:
                failures += any(not difference <= TOLERANCE for difference in outcome)
                cells = " | ".join(f"{difference:.1e}" for difference in outcome)
            print(f"| {name} | {exporter} | {'yes' if folded else 'no'} | {cells} |", flush=True)
    print(f"\n{failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
