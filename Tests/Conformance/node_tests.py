"""Runs the node tests that come with the Python package `onnx` through Signet's importer and both
engines, and prints run / passed / skipped with a reason for each that was skipped.

    .deps/python/bin/python Tests/Conformance/node_tests.py

Signet's networks map one image to scores, with the batch free, while a node test hands an operator
tensors of any shape. So each test is wrapped, in plain ONNX: the inputs that would be computed
from an image are cut out of one image's pixels and brought to their shapes ("image" below); where
the test touches the batch dimension itself, all inputs are made constants, which the importer must
fold ("folded").
"""

import argparse
import collections
import contextlib
import io
import pathlib
import re
import sys
import textwrap
import warnings

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

import common

# The operators Signet takes, with the inputs that may be computed from the image.
IMAGE_INPUTS = {
    "Add": [0, 1], "AveragePool": [0], "BatchNormalization": [0], "Clip": [0], "Concat": None,
    "Constant": [], "Conv": [0], "Dropout": [0], "Flatten": [0], "Gemm": [0],
    "GlobalAveragePool": [0], "HardSigmoid": [0], "HardSwish": [0], "Identity": [0], "LRN": [0],
    "LeakyRelu": [0], "MatMul": [0], "MaxPool": [0], "Mul": [0, 1], "PRelu": [0], "Pad": [0],
    "ReduceMean": [0], "Relu": [0], "Reshape": [0], "Sigmoid": [0], "Slice": [0], "Softmax": [0],
    "Squeeze": [0], "Transpose": [0], "Unsqueeze": [0],
    # Shape arithmetic and what else is folded.
    "Cast": [], "CastLike": [], "ConstantOfShape": [], "Div": [0], "Equal": [], "Expand": [],
    "Floor": [], "Ceil": [], "Gather": [0], "GlobalMaxPool": [0], "Max": [], "Min": [],
    "Mod": [], "Range": [], "Shape": [], "Size": [], "Split": [0], "Sub": [0, 1], "Sum": [0, 1],
    "Swish": [0], "Tile": [], "Where": [], "BitShift": [], "BitwiseAnd": [],
    "DequantizeLinear": [], "ReduceProd": [], "Neg": [0],
}
FLOATS = ("float16", "float32", "float64")
TYPES = {getattr(TensorProto, name) for name in (
    "FLOAT", "FLOAT16", "DOUBLE", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32",
    "UINT64", "BOOL")}


class Skip(Exception):
    pass


def tests():
    from onnx.backend.test.case.node import collect_testcases
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        cases = collect_testcases(None)
    return sorted(cases, key=lambda case: case.name)


def operators(cases):
    """The operator each test is about, by name; an expanded test spells it out with others."""
    found = {case.name: case.model.graph.node[0].op_type for case in cases
             if len(case.model.graph.node) == 1}
    return {case.name: found.get(re.sub(r"_expanded.*", "", case.name)) for case in cases}


def tensors(values):
    return [tensor(value) for value in values]


def tensor(value):
    if isinstance(value, TensorProto):
        if value.data_type not in TYPES:
            raise Skip(f"element type {TensorProto.DataType.Name(value.data_type).lower()}")
        value = numpy_helper.to_array(value)
    if not isinstance(value, (numpy.ndarray, numpy.generic)):
        raise Skip("sequences and optional values")
    array = numpy.asarray(value)
    if array.dtype.kind not in "fiub":
        raise Skip(f"element type {'string' if array.dtype.kind == 'O' else array.dtype}")
    return array


def model(case, nodes, initializers, image_size, inner, output, output_type):
    """A network from an image of `image_size` numbers to the test's first output."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 1, image_size])
    result = helper.make_tensor_value_info("signet_result", TensorProto.FLOAT, None)
    closing = [helper.make_node("Cast", [output], ["signet_result"], to=TensorProto.FLOAT)]
    if output_type is None:
        closing = [helper.make_node("Identity", [output], ["signet_result"])]
    graph = helper.make_graph(
        nodes + inner + closing, case.name, [image], [result], initializer=initializers)
    made = helper.make_model(graph, opset_imports=case.model.opset_import,
                             functions=case.model.functions)
    made.ir_version = case.model.ir_version
    return made.SerializeToString()


def constant(array, name):
    return numpy_helper.from_array(numpy.asarray(array), name)


def slice_of_image(name, start, array, opset):
    """Nodes that cut one input out of the image, from `start`, and give it its shape and type."""
    size = int(numpy.prod(array.shape[1:]))
    if opset >= 10:
        bounds = [constant(numpy.array([value], "int64"), f"{name}_{key}")
                  for key, value in (("start", start), ("end", start + size), ("axis", 3))]
        nodes = [helper.make_node("Slice", ["image"] + [b.name for b in bounds], [f"{name}_cut"])]
    else:
        bounds = []
        nodes = [helper.make_node("Slice", ["image"], [f"{name}_cut"], starts=[start],
                                  ends=[start + size], axes=[3])]
    shape = constant(numpy.array([-1] + list(array.shape[1:]), "int64"), f"{name}_shape")
    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    nodes.append(helper.make_node("Reshape", [f"{name}_cut", shape.name], [f"{name}_shaped"]))
    nodes.append(helper.make_node("Cast", [f"{name}_shaped"], [name], to=kind))
    return nodes, bounds + [shape], size


def as_images(case, operator, inputs, outputs, folder):
    """The test with its data computed from an image."""
    names = [value.name for value in case.model.graph.input]
    chosen = IMAGE_INPUTS[operator]
    chosen = list(range(len(inputs))) if chosen is None else [i for i in chosen if i < len(inputs)]
    # Of two operands one may be a constant that is broadcast.
    ranks = [inputs[i].ndim for i in chosen]
    chosen = [i for i in chosen if inputs[i].ndim == max(ranks)]
    if not chosen or max(ranks) == 0 or outputs[0].ndim == 0:
        raise Skip("nothing that could be computed from an image")
    images = [inputs[i] for i in chosen]
    batch = images[0].shape[0]
    if operator in ("Pad", "MaxPool"):
        # They only move and compare elements, so that the type makes no difference.
        images = [image.astype("float32") for image in images]
    if any(image.dtype.name not in FLOATS for image in images):
        raise Skip(f"images of type {images[0].dtype}")
    if any(image.shape[0] != batch for image in images) or outputs[0].shape[0] != batch:
        raise Skip("the batch is not the first axis throughout")
    if any(image.size == 0 for image in images):
        raise Skip("empty tensors")
    opset = case.model.opset_import[0].version
    nodes, initializers, start = [], [], 0
    for i in chosen:
        image = images[chosen.index(i)]
        more, constants, size = slice_of_image(names[i], start, image, opset)
        nodes, initializers, start = nodes + more, initializers + constants, start + size
    initializers += [constant(inputs[i], names[i]) for i in range(len(inputs)) if i not in chosen]
    pixels = numpy.concatenate(
        [image.reshape(batch, -1).astype("float32") for image in images], axis=1)
    data = model(case, nodes, initializers, start, list(case.model.graph.node),
                 case.model.graph.output[0].name, outputs[0].dtype)
    return common.write_case(folder, data, pixels)


def finite_places(array):
    """Weights must be finite, so folded results are compared where they are."""
    return numpy.flatnonzero(numpy.isfinite(array.astype("float32")))


def as_constants(case, _, inputs, outputs, folder):
    """The test with all inputs known: zeros from an image are added to the folded result."""
    if outputs[0].size == 0:
        raise Skip("empty tensors")
    names = [value.name for value in case.model.graph.input]
    initializers = [constant(array, name) for array, name in zip(inputs, names)]
    finite = finite_places(outputs[0])
    size = len(finite)
    initializers.append(constant(numpy.array([1, outputs[0].size], "int64"), "signet_row"))
    initializers.append(constant(numpy.array([-1, size], "int64"), "signet_rows"))
    initializers.append(constant(finite, "signet_finite"))
    inner = list(case.model.graph.node) + [
        helper.make_node("Cast", [case.model.graph.output[0].name], ["signet_cast"],
                         to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["signet_cast", "signet_row"], ["signet_all"]),
        helper.make_node("Gather", ["signet_all", "signet_finite"], ["signet_flat"], axis=1),
        helper.make_node("Reshape", ["image", "signet_rows"], ["signet_zeros"]),
        helper.make_node("Add", ["signet_zeros", "signet_flat"], ["signet_sum"]),
    ]
    data = model(case, [], initializers, size, inner, "signet_sum", None)
    return common.write_case(folder, data, numpy.zeros((1, size), "float32"))


def mismatch(kind, folder, expected, case):
    """What is wrong with either engine's result, or None."""
    for engine in common.ENGINES:
        scores, problem = common.result(folder, engine)
        if problem:
            return f"{engine}: {problem.strip()}"
        wanted = expected.astype("float32").ravel()
        if kind == "folded":
            wanted = wanted[finite_places(expected)]
        if scores.size != wanted.size:
            return f"{engine}: {scores.size} numbers, not {wanted.size}"
        # float16 tests are computed in float32 here and in float16 there.
        half = expected.dtype == numpy.float16
        relative, absolute = max(case.rtol, 1e-2 if half else 0), max(case.atol, 1e-5)
        if not numpy.allclose(scores, wanted, rtol=relative, atol=absolute, equal_nan=True):
            return f"{engine}: differs by {numpy.nanmax(numpy.abs(scores - wanted))}"
    return None


def attempts(case, operator, work):
    """Folders of the wrapped test, by kind."""
    found, reasons = [], []
    for number, (inputs, outputs) in enumerate(case.data_sets):
        inputs, outputs = tensors(inputs), tensors(outputs)
        for kind, build in (("image", as_images), ("folded", as_constants)):
            try:
                folder = work / f"{case.name}-{number}-{kind}"
                found.append((kind, build(case, operator, inputs, outputs, folder), outputs[0]))
            except Skip as skip:
                reasons.append(str(skip))
    if not found:
        raise Skip("; ".join(reasons))
    return found


def explain(kind_problems):
    """Why neither way of running a test applies, in few words."""
    text = " / ".join(f"{kind}: {problem}" for kind, problem in kind_problems)
    return re.sub(r"model.onnx: \d+ nodes? cannot be taken:", "", text).replace("\n", " ")[:260]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    common.add_options(parser)
    arguments = parser.parse_args()
    executable = common.runner(arguments)
    warnings.filterwarnings("ignore")
    work = pathlib.Path(arguments.work) / "node"
    plans, skipped = [], collections.defaultdict(list)
    cases = tests()
    operator_of = operators(cases)
    for case in cases:
        if operator_of[case.name] not in IMAGE_INPUTS or arguments.only not in case.name:
            continue
        try:
            plans.append((case, attempts(case, operator_of[case.name], work)))
        except Skip as skip:
            skipped[str(skip)].append(case.name)
    common.run(executable, [folder for _, found in plans for _, folder, _ in found])
    passed, failed, kinds = 0, [], collections.Counter()
    for case, found in plans:
        problems = [(kind, mismatch(kind, folder, wanted, case)) for kind, folder, wanted in found]
        good = [kind for kind, problem in problems if problem is None]
        wrong = [p for p in problems if p[1] and "cannot be taken" not in p[1]]
        if wrong:
            failed.append((case.name, explain(wrong)))
        elif good:
            passed += 1
            kinds["image" if "image" in good else "folded"] += 1
        else:
            skipped[explain(problems)].append(case.name)
    for name, problem in failed:
        print(f"FAILED {name}: {problem}")
    for reason in sorted(skipped):
        names = [name.removeprefix("test_") for name in sorted(skipped[reason])]
        print(f"skipped {len(names)}: {reason}")
        print(textwrap.fill(", ".join(names), 98, initial_indent="  ", subsequent_indent="  ",
                            break_on_hyphens=False))
    count = sum(len(names) for names in skipped.values())
    covered = {operator_of[case.name] for case, _ in plans}
    print(f"onnx {onnx.__version__}: {len(covered)} operators")
    print(f"run {passed + len(failed)} ({kinds['image']} from images, {kinds['folded']} folded)")
    print(f"{passed} passed, {len(failed)} failed, {count} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
