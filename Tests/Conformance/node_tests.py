"""Runs the node tests that come with the Python package `onnx` through Signet's importer and both
engines, and prints run / passed / skipped with a reason for each that was skipped.

    .deps/python/bin/python Tests/Conformance/node_tests.py

Signet's networks map one image to scores, with the batch free, while a node test hands an operator
tensors of any shape. So each test is wrapped, in plain ONNX: the inputs that would be computed
from an image are cut out of one image's pixels and brought to their shapes, with the batch as the
test's first axis ("image" below) or as one more axis before it ("behind"); and all inputs are made
constants, which the importer must fold ("folded"). Of several inputs all are
computed, and each alone.
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
from leading_axis import Shifted, Unsuited

# The operators Signet takes, with the inputs that may be computed from the image; None for all.
IMAGE_INPUTS = {
    "Add": [0, 1], "And": [0, 1], "ArgMax": [0], "ArgMin": [0], "AveragePool": [0],
    "BatchNormalization": [0], "Clip": [0], "Concat": None, "Constant": [], "Conv": [0],
    "ConvInteger": [0], "ConvTranspose": [0], "CumSum": [0], "DepthToSpace": [0],
    "DequantizeLinear": [0], "Div": [0, 1], "Dropout": [0], "Einsum": [0, 1], "Equal": [0, 1],
    "Expand": [0], "EyeLike": [], "Flatten": [0], "Gather": [0], "GatherElements": [0, 1],
    "GatherND": [0], "Gemm": [0], "GlobalAveragePool": [0], "GlobalLpPool": [0],
    "GlobalMaxPool": [0], "Greater": [0, 1], "GreaterOrEqual": [0, 1], "GridSample": [0, 1], "GroupNormalization":
    [0], "GRU": [0], "HardSigmoid": [0], "HardSwish": [0], "Identity": [0], "If": [],
    "InstanceNormalization": [0], "IsInf": [], "IsNaN": [], "LayerNormalization": [0],
    "LeakyRelu": [0], "Less": [0, 1], "LessOrEqual": [0, 1], "LogSoftmax": [0],
    "LpNormalization": [0], "LpPool": [0], "LRN": [0], "LSTM": [0], "MatMul": [0, 1],
    "MatMulInteger": [0], "Max": None, "MaxPool": [0], "MeanVarianceNormalization": [0], "Min":
    None, "Mod": [0, 1], "Mul": [0, 1], "Neg": [0], "NonZero": [], "Not": [0], "OneHot": [0],
    "Or": [0, 1], "Pad": [0], "Pow": [0, 1], "PRelu": [0], "QLinearConv": [0], "QLinearMatMul":
    [0], "QuantizeLinear": [0], "Relu": [0], "Reshape": [0], "Resize": [0], "RNN": [0],
    "ScatterElements": [0, 2], "ScatterND": [0, 2], "Sigmoid": [0], "Slice": [0], "Softmax":
    [0], "SpaceToDepth": [0], "Split": [0], "Squeeze": [0], "Sub": [0, 1], "Sum": None, "Swish":
    [0], "Tile": [0], "TopK": [0], "Transpose": [0], "Trilu": [0], "Unsqueeze": [0], "Upsample":
    [0], "Where": [0, 1, 2], "Xor": [0, 1],
    # Functions of one number.
    "Abs": [0], "Ceil": [0], "Celu": [0], "Cos": [0], "Elu": [0], "Erf": [0], "Exp": [0],
    "Floor": [0], "Gelu": [0], "Log": [0], "Mish": [0], "Reciprocal": [0], "Round": [0],
    "Selu": [0], "Sign": [0], "Sin": [0], "Softplus": [0], "Softsign": [0], "Sqrt": [0],
    "Tanh": [0], "ThresholdedRelu": [0],
    # Reductions.
    "ReduceL1": [0], "ReduceL2": [0], "ReduceLogSum": [0], "ReduceLogSumExp": [0],
    "ReduceMax": [0], "ReduceMean": [0], "ReduceMin": [0], "ReduceProd": [0], "ReduceSum": [0],
    "ReduceSumSquare": [0],
    # Shape arithmetic and what else is only folded.
    "BitShift": [], "BitwiseAnd": [], "Cast": [], "CastLike": [], "ConstantOfShape": [],
    "Range": [], "Shape": [], "Size": [],
}
# They move, compare or add elements, so that integers give what the same numbers in float32 give.
TYPELESS = {
    "Abs", "Add", "ArgMax", "ArgMin", "Concat", "CumSum", "Equal", "Expand", "Gather",
    "GatherElements", "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "Max",
    "MaxPool", "Min", "Mul", "Neg", "Pad", "ReduceMax", "ReduceMin", "Sign", "Slice", "Split",
    "OneHot", "ScatterElements", "ScatterND", "Sub", "Sum", "Tile", "TopK", "Trilu", "Where",
}
# They give several values, all of which are compared.
ALL_OUTPUTS = {"GRU", "LSTM", "RNN", "Split", "TopK"}
# They name places in the batch too, which must then have one size.
ONE_SAMPLE = {"GatherND", "ScatterElements", "ScatterND"}
# They read integers of some width.
QUANTIZED = {"ConvInteger", "DequantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul"}
# Tests that are not run, with the reason.
OTHERWISE = {
    name: "the reference does not round the size down, as ONNX Runtime and Signet do"
    for name in ("test_resize_downsample_scales_cubic_align_corners",
                 "test_resize_downsample_scales_linear_align_corners")
}
# How far the runtime's rounding of values to 16 bits may move results, as it says itself.
ROUNDING = 0.005
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


def opsets(case):
    """A test's operator sets. What has stayed as it was since before 7, the oldest that Signet
    takes, is the same there."""
    imports = [onnx.OperatorSetIdProto.FromString(entry.SerializeToString())
               for entry in case.model.opset_import]
    for entry in imports:
        if entry.domain in ("", "ai.onnx"):
            entry.version = max(entry.version, 7)
    return imports


def model(case, nodes, initializers, image_size, inner, output, output_type):
    """A network from an image of `image_size` numbers to the test's first output."""
    batch = 1 if any(node.op_type in ONE_SAMPLE for node in inner) else "batch"
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 1, 1, image_size])
    result = helper.make_tensor_value_info("signet_result", TensorProto.FLOAT, None)
    closing = [helper.make_node("Cast", [output], ["signet_result"], to=TensorProto.FLOAT)]
    if output_type is None:
        closing = [helper.make_node("Identity", [output], ["signet_result"])]
    graph = helper.make_graph(
        nodes + inner + closing, case.name, [image], [result], initializer=initializers)
    made = helper.make_model(graph, opset_imports=opsets(case),
                             functions=case.model.functions)
    made.ir_version = case.model.ir_version
    return made.SerializeToString()


def constant(array, name):
    return numpy_helper.from_array(numpy.asarray(array), name)


def slice_of_image(name, start, array, opset):
    """Nodes that cut one input out of the image, from `start`, and give it its shape and type."""
    size = int(numpy.prod(array.shape[1:]))
    cut = f"signet_{name}_cut"
    if opset >= 10:
        bounds = [constant(numpy.array([value], "int64"), f"signet_{name}_{key}")
                  for key, value in (("start", start), ("end", start + size), ("axis", 3))]
        nodes = [helper.make_node("Slice", ["image"] + [b.name for b in bounds], [cut])]
    else:
        bounds = []
        nodes = [helper.make_node("Slice", ["image"], [cut], starts=[start], ends=[start + size],
                                  axes=[3])]
    shape = constant(numpy.array([-1] + list(array.shape[1:]), "int64"), f"signet_{name}_shape")
    nodes.append(helper.make_node("Reshape", [cut, shape.name], [f"signet_{name}_shaped"]))
    node, constants = typed(name, array.dtype)
    return nodes + [node], bounds + [shape] + constants, size


def typed(name, dtype):
    """A node that gives an input its type: float numbers become truth values and whole numbers by
    operators that make such of them."""
    shaped = f"signet_{name}_shaped"
    if dtype.kind == "b":
        half = constant(numpy.array(0.5, "float32"), f"signet_{name}_half")
        return helper.make_node("Greater", [shaped, half.name], [name]), [half]
    if dtype.kind in "iu":
        scale = constant(numpy.array(1, "float32"), f"signet_{name}_scale")
        zero = constant(numpy.array(0, dtype), f"signet_{name}_zero")
        node = helper.make_node("QuantizeLinear", [shaped, scale.name, zero.name], [name])
        return node, [scale, zero]
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    return helper.make_node("Cast", [shaped], [name], to=kind), []


def floated(operator, inputs, chosen, listed):
    """The inputs, whole numbers among them in float32 where that makes no difference."""
    inputs = list(inputs)
    if operator in QUANTIZED and all(inputs[i].dtype.itemsize <= 2 for i in listed):
        return inputs
    # Places stay integers where they are constants.
    for i in chosen if operator == "GatherElements" else listed:
        if inputs[i].dtype.kind not in "iu":
            continue
        if operator not in TYPELESS:
            raise Skip(f"images of type {inputs[i].dtype}")
        single = inputs[i].astype("float32")
        if not numpy.array_equal(single.astype(inputs[i].dtype), inputs[i]):
            raise Skip("integers that float32 cannot hold")
        inputs[i] = single
    return inputs


def candidates(operator, inputs):
    """Which inputs are computed from the image: all that can be, and each of few alone."""
    listed = IMAGE_INPUTS[operator]
    listed = list(range(len(inputs))) if listed is None else [i for i in listed if i < len(inputs)]
    alone = [[i] for i in listed] if 1 < len(listed) <= 3 else []
    return ([listed] if listed else []) + alone, listed


def as_images(case, operator, inputs, outputs, folder, chosen, listed):
    """The test with its data computed from an image."""
    names = [value.name for value in case.model.graph.input]
    # Of two operands one may be a constant that is broadcast.
    ranks = [inputs[i].ndim for i in chosen]
    chosen = [i for i in chosen if inputs[i].ndim == max(ranks)]
    if outputs[0].size == 0:
        raise Skip("empty tensors")
    if max(ranks) == 0 or outputs[0].ndim == 0:
        raise Skip("nothing that could be computed from an image")
    if operator in ("GRU", "LSTM", "RNN") and not batch_first(case.model.graph.node[0]):
        raise Skip("the batch is not the first axis throughout")
    inputs = floated(operator, inputs, chosen, listed)
    batch = inputs[chosen[0]].shape[0]
    if any(inputs[i].shape[0] != batch for i in chosen) or outputs[0].shape[0] != batch:
        raise Skip("the batch is not the first axis throughout")
    if operator in ONE_SAMPLE and batch > 1:
        raise Skip("places in more than one sample")
    arrays = dict(zip(names, inputs))
    return write_images(case, list(case.model.graph.node), arrays, [names[i] for i in chosen],
                        batch, folder)


def as_sequences(case, operator, inputs, outputs, folder, *_):
    """A recurrent layer on sequences computed from an image, whose batch is brought to its axis."""
    node = case.model.graph.node[0]
    if operator not in ("GRU", "LSTM", "RNN") or batch_first(node):
        raise Skip("the batch is the first axis")
    arrays = dict(zip([value.name for value in case.model.graph.input], inputs))
    own = node.input[0]
    arrays["signet_x"] = arrays.pop(own).transpose(1, 0, 2)
    inner = [helper.make_node("Transpose", ["signet_x"], [own], perm=[1, 0, 2])]
    layer = onnx.NodeProto.FromString(node.SerializeToString())
    found = {}
    for index, name in enumerate(layer.output):
        if name:
            found[name] = [2, 0, 1, 3] if index == 0 else [1, 0, 2]
            layer.output[index] = f"signet_{name}"
    inner.append(layer)
    inner += [helper.make_node("Transpose", [f"signet_{name}"], [name], perm=order)
              for name, order in found.items()]
    return write_images(case, inner, arrays, ["signet_x"], inputs[0].shape[1], folder)


def batch_first(node):
    return any(attribute.name == "layout" and attribute.i == 1 for attribute in node.attribute)


def behind_batch(case, operator, inputs, outputs, folder, chosen, listed):
    """The test with its data computed from an image, behind one more axis as the batch."""
    if len(case.model.graph.node) != 1:
        raise Skip("the batch is not the first axis throughout")
    names = [value.name for value in case.model.graph.input]
    inputs = floated(operator, inputs, chosen, listed)
    if outputs[0].size == 0:
        raise Skip("empty tensors")
    try:
        shifted = Shifted(case.model.graph.node[0], zip(names, inputs), [names[i] for i in chosen],
                          case.model.opset_import[0].version)
    except Unsuited as unsuited:
        raise Skip(str(unsuited)) from unsuited
    return write_images(case, [shifted.node], shifted.arrays, shifted.images, 1, folder)


def write_images(case, inner, arrays, images, batch, folder):
    """A network that computes the inputs named `images` from an image; others are constants."""
    if any(arrays[name].size == 0 for name in images):
        raise Skip("empty tensors")
    opset = case.model.opset_import[0].version
    nodes, initializers, start = [], [], 0
    for name in images:
        more, constants, size = slice_of_image(name, start, arrays[name], opset)
        nodes, initializers, start = nodes + more, initializers + constants, start + size
    initializers += [constant(arrays[name], name) for name in arrays if name not in images]
    pixels = numpy.concatenate(
        [arrays[name].reshape(batch, -1).astype("float32") for name in images], axis=1)
    output = case.model.graph.output[0].name
    if len(case.model.graph.output) > 1 and case.model.graph.node[0].op_type in ALL_OUTPUTS:
        found = [value.name for value in case.model.graph.output]
        flat = [f"signet_{name}_flat" for name in found]
        inner = inner + [helper.make_node("Flatten", [name], [row])
                         for name, row in zip(found, flat)]
        inner.append(helper.make_node("Concat", flat, ["signet_outputs"], axis=1))
        output = "signet_outputs"
    data = model(case, nodes, initializers, start, inner, output, True)
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


def rms(numbers):
    return numpy.sqrt(numpy.mean(numpy.square(numbers, dtype="float64")))


def mismatch(kind, folder, expected, case):
    """What is wrong with either engine's result, or None."""
    for engine in ("executor", "exact", "runtime"):
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
        if numpy.allclose(scores, wanted, rtol=relative, atol=absolute, equal_nan=True):
            continue
        if engine != "runtime" or not numpy.isfinite(scores - wanted).all() \
                or rms(scores - wanted) > ROUNDING * rms(wanted):
            return f"{engine}: differs by {numpy.nanmax(numpy.abs(scores - wanted))}"
    return None


def expected(case, outputs, kind):
    """What the wrapped test gives: its first output, or all of them side by side."""
    if kind == "folded" or case.model.graph.node[0].op_type not in ALL_OUTPUTS:
        return outputs[0]
    if kind == "sequence":
        outputs = [output.transpose([2, 0, 1, 3] if output.ndim == 4 else [1, 0, 2])
                   for output in outputs]
    batch = 1 if kind == "behind" else outputs[0].shape[0]
    return numpy.concatenate([output.reshape(batch, -1) for output in outputs], axis=1)


def attempts(case, operator, work):
    """Folders of the wrapped test, by kind."""
    found, reasons = [], []
    for number, (inputs, outputs) in enumerate(case.data_sets):
        inputs, outputs = tensors(inputs), tensors(outputs)
        choices, listed = candidates(operator, inputs)
        builds = [(kind, f"{kind}-{index}", build, (chosen, listed))
                  for index, chosen in enumerate(choices)
                  for kind, build in (("image", as_images), ("sequence", as_sequences),
                                      ("behind", behind_batch))]
        for kind, name, build, more in builds + [("folded", "folded", as_constants, ())]:
            try:
                folder = work / f"{case.name}-{number}-{name}"
                folder = build(case, operator, inputs, outputs, folder, *more)
                found.append((kind, folder, expected(case, outputs, kind)))
            except Skip as skip:
                reasons.append(str(skip))
    if not found:
        raise Skip("; ".join(dict.fromkeys(reasons)))
    return found


def explain(kind_problems):
    """Why neither way of running a test applies, in few words."""
    text = " / ".join(f"{kind}: {problem}" for kind, problem in kind_problems)
    return re.sub(r"model.onnx: \d+ nodes? cannot be taken:", "", text).replace("\n", " ")[:260]


def listing(heading, names_by_reason):
    for reason in sorted(names_by_reason):
        names = [name.removeprefix("test_") for name in sorted(names_by_reason[reason])]
        print(f"{heading} {len(names)}: {reason}")
        print(textwrap.fill(", ".join(names), 98, initial_indent="  ", subsequent_indent="  ",
                            break_on_hyphens=False))


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
            if case.name in OTHERWISE:
                raise Skip(OTHERWISE[case.name])
            plans.append((case, attempts(case, operator_of[case.name], work)))
        except Skip as skip:
            skipped[str(skip)].append(case.name)
    common.run(executable, [folder for _, found in plans for _, folder, _ in found])
    passed, failed, kinds = 0, [], collections.Counter()
    folded_only = collections.defaultdict(list)
    for case, found in plans:
        problems = [(kind, mismatch(kind, folder, wanted, case)) for kind, folder, wanted in found]
        good = [kind for kind, problem in problems if problem is None]
        wrong = [p for p in problems if p[1] and "cannot be taken" not in p[1]]
        if wrong:
            failed.append((case.name, explain(wrong)))
        elif good:
            passed += 1
            kinds["folded" if set(good) == {"folded"} else "image"] += 1
            untaken = [p for p in problems if p[1]]
            if untaken and set(good) == {"folded"}:
                folded_only[explain(untaken[:1])].append(case.name)
        else:
            skipped[explain(problems)].append(case.name)
    for name, problem in failed:
        print(f"FAILED {name}: {problem}")
    listing("skipped", skipped)
    listing("folded, but not taken from images:", folded_only)
    count = sum(len(names) for names in skipped.values())
    covered = {operator_of[case.name] for case, _ in plans}
    print(f"onnx {onnx.__version__}: {len(covered)} operators")
    print(f"run {passed + len(failed)} ({kinds['image']} from images, {kinds['folded']} folded)")
    print(f"{passed} passed, {len(failed)} failed, {count} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
