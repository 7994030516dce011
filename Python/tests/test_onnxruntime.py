"""The library as one of operators, in ONNX Runtime; skipped where that or onnx is not installed.

What a binary layer must give is what ONNX Runtime's own layer gives with the numbers that the codes
stand for.
"""

import ctypes
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

import numpy

import signet
from signet.library import library

try:
    import onnx
    import onnxruntime
    from onnx import helper
    from onnx.numpy_helper import from_array
except ImportError:
    onnxruntime = None

ROOT = pathlib.Path(__file__).parents[2]
COLOURS = ROOT / "Examples/classify/colours.signet"
COMMAND = ROOT / ".build/release/signet"
# A trained ResNet-20 and a detector, which the project has on some machines only.
SHARED = ROOT.parent / "shared/models"
# What rounding activations to 16 bits may do.
TOLERANCE = 0.005


def rms(found, expected):
    return numpy.sqrt(((found - expected) ** 2).mean() / (expected ** 2).mean())


def session(model, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    options.register_custom_ops_library(signet.onnxruntime_library_path())
    data = model if isinstance(model, bytes) else model.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def onnx_model(nodes, inputs, outputs, stored):
    """inputs: shapes by name, None where any extent is taken; outputs: names"""
    graph = helper.make_graph(
        nodes, "test",
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
         for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
        [from_array(array, name) for name, array in stored.items()])
    return helper.make_model(
        graph, ir_version=8,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.signet", 1)])


class Layer:
    """A binary layer with random parts, as an operator and as the floats it stands for."""

    # Of the operator's inputs, behind the first.
    NAMES = ["codes", "scales", "bias", "constants", "input_scales", "code_counts"]

    def __init__(self, generator, shape, groups=1, codes=1, ragged=False, rich=False, bias=False):
        filters, length = shape[0], int(numpy.prod(shape[1:]))
        counts = numpy.full(filters, codes)
        if ragged:
            counts = generator.integers(1, codes + 1, filters)
            counts[:2] = [codes, 1]
        rows = [n for k in range(codes) for n in range(filters) if counts[n] > k]
        signs = generator.choice([-1, 1], (len(rows), length)).astype(numpy.float32)
        scales = generator.uniform(0.1, 1, len(rows)).astype(numpy.float32)
        self.stored = {"codes": numpy.packbits(signs > 0, axis=1, bitorder="little"),
                       "scales": scales}
        weight = numpy.zeros((filters, length), numpy.float32)
        numpy.add.at(weight, rows, signs * scales[:, None])
        if ragged:
            self.stored["code_counts"] = counts.astype(numpy.uint8)
        if rich:
            constants = generator.normal(0, 0.2, filters).astype(numpy.float32)
            factors = generator.uniform(0.5, 2, (groups, shape[1])).astype(numpy.float32)
            self.stored.update(constants=constants, input_scales=factors)
            grid = (weight + constants[:, None]).reshape(groups, filters // groups, shape[1], -1)
            weight = (grid * factors[:, None, :, None]).reshape(filters, length)
        if bias:
            self.stored["bias"] = generator.normal(size=filters).astype(numpy.float32)
        self.weight = weight.reshape(shape)

    def node(self, kind, residual=False, **attributes):
        inputs = ["x"] + [name if name in self.stored else "" for name in self.NAMES]
        inputs.append("residual" if residual else "")
        while not inputs[-1]:
            inputs.pop()
        return helper.make_node(kind, inputs, ["y"], name="layer", domain="ai.signet",
                                weight_shape=list(self.weight.shape), **attributes)

    def plain(self, kind, **attributes):
        bias = ["bias"] if "bias" in self.stored else []
        return helper.make_node(kind, ["x", "weight"] + bias, ["sum"], **attributes)


@unittest.skipIf(onnxruntime is None, "onnx or onnxruntime is not installed")
class OperatorTests(unittest.TestCase):
    def check(self, layer, own, plain, shapes, open_shapes, threads=1):
        """own, plain: nodes; open_shapes: by input, as the file says them"""
        generator = numpy.random.default_rng(3)
        inputs = {name: generator.normal(size=shape).astype(numpy.float32)
                  for name, shape in shapes.items()}
        bias = {name: array for name, array in layer.stored.items() if name == "bias"}
        expected = session(onnx_model(
            plain, open_shapes, ["y"], {"weight": layer.weight, **bias})).run(None, inputs)[0]
        found = session(onnx_model([own], open_shapes, ["y"], layer.stored), threads).run(
            None, inputs)[0]
        self.assertEqual(found.shape, expected.shape)
        self.assertLess(rms(found, expected), TOLERANCE)

    def test_convolutions(self):
        generator = numpy.random.default_rng(1)
        cases = [
            ((16, 8, 3, 3), (1, 8, 9, 9), dict(), dict(pads=[1, 1, 1, 1])),
            ((32, 64, 3, 3), (2, 64, 14, 14), dict(bias=True), dict(pads=[1, 1, 1, 1])),
            ((24, 12, 1, 1), (3, 12, 5, 7), dict(codes=2), dict(strides=[2, 2])),
            ((12, 3, 5, 3), (1, 12, 11, 8), dict(groups=4, rich=True, bias=True),
             dict(group=4, pads=[0, 1, 2, 1], strides=[1, 2])),
            ((20, 7, 3, 3), (2, 7, 13, 13), dict(codes=3, ragged=True, rich=True),
             dict(dilations=[2, 1])),
            ((6, 1, 3, 3), (1, 6, 8, 8), dict(groups=6, codes=2), dict(group=6)),
        ]
        for shape, input_shape, parts, attributes in cases:
            layer = Layer(generator, shape, **parts)
            plain = [layer.plain("Conv", **attributes), helper.make_node("Identity", ["sum"], ["y"])]
            # Extents that the file does not say, says as usual ones, and says outright.
            rank = [None] * 2 + ["h", "w"]
            usual = dict(attributes, input_shape=list(input_shape[1:]))
            for given, declared in [(attributes, ["n", input_shape[1], *rank[2:]]),
                                    (usual, list(input_shape))]:
                with self.subTest(shape=shape, declared=declared):
                    self.check(layer, layer.node("BinaryConv", **given), plain,
                               {"x": input_shape}, {"x": declared}, threads=len(shape) // 2)

    def test_what_is_done_with_results(self):
        generator = numpy.random.default_rng(2)
        layer = Layer(generator, (16, 8, 3, 3), bias=True)
        shapes = {"x": (2, 8, 10, 6), "residual": (2, 16, 10, 6)}
        bounds = {"low": numpy.float32(-1), "high": numpy.float32(2)}
        for attributes, node in [
                (dict(), helper.make_node("Identity", ["added"], ["y"])),
                (dict(activation="Relu"), helper.make_node("Relu", ["added"], ["y"])),
                (dict(activation="Clip", activation_params=[-1.0, 2.0]),
                 helper.make_node("Clip", ["added", "low", "high"], ["y"]))]:
            plain = [layer.plain("Conv", pads=[1, 1, 1, 1]),
                     helper.make_node("Add", ["sum", "residual"], ["added"]), node,
                     *[helper.make_node("Constant", [], [name], value=from_array(value))
                       for name, value in bounds.items()]]
            self.check(layer, layer.node("BinaryConv", True, pads=[1, 1, 1, 1], **attributes),
                       plain[3:] + plain[:3], shapes,
                       {"x": ["n", 8, "h", "w"], "residual": ["n", 16, "h", "w"]})

    def test_linear_layers(self):
        generator = numpy.random.default_rng(4)
        for shape, parts in [((10, 37), dict(bias=True)), ((64, 512), dict(codes=2, ragged=True)),
                             ((9, 40), dict(rich=True, bias=True))]:
            layer = Layer(generator, shape, **parts)
            plain = [layer.plain("Gemm", transB=1), helper.make_node("Relu", ["sum"], ["y"])]
            self.check(layer, layer.node("BinaryLinear", activation="Relu"), plain,
                       {"x": (5, shape[1])}, {"x": ["n", shape[1]]})

    def test_sizes_change_from_run_to_run(self):
        layer = Layer(numpy.random.default_rng(5), (8, 4, 3, 3))
        own = session(onnx_model(
            [layer.node("BinaryConv")], {"x": ["n", 4, "h", "w"]}, ["y"], layer.stored))
        plain = session(onnx_model(
            [helper.make_node("Conv", ["x", "weight"], ["y"])], {"x": ["n", 4, "h", "w"]}, ["y"],
            {"weight": layer.weight}))
        generator = numpy.random.default_rng(6)
        for batch, height, width in [(1, 8, 8), (3, 5, 9), (40, 3, 3), (1, 31, 3), (2, 8, 8),
                                     (1, 7, 7), (1, 6, 6), (0, 8, 8)]:
            x = generator.normal(size=(batch, 4, height, width)).astype(numpy.float32)
            found, expected = own.run(None, {"x": x})[0], plain.run(None, {"x": x})[0]
            self.assertEqual(found.shape, expected.shape)
            if batch:
                self.assertLess(rms(found, expected), TOLERANCE)

    def block(self, data, threads=1, shape=("n", 3, 8, 8)):
        return session(onnx_model(
            [helper.make_node("BinaryBlock", ["model", "x"], ["y"], name="layer",
                              domain="ai.signet")],
            {"x": list(shape)}, ["y"], {"model": numpy.frombuffer(data, numpy.uint8)}), threads)

    def test_a_block_runs_a_model_file(self):
        x = numpy.random.default_rng(7).normal(size=(5, 3, 8, 8)).astype(numpy.float32)
        model = signet.Model.open(COLOURS)
        expected = model.run({"input": x})[model.outputs[0].name]
        numpy.testing.assert_allclose(
            self.block(COLOURS.read_bytes()).run(None, {"x": x})[0], expected, rtol=1e-6)

    def test_sessions_and_threads(self):
        data = COLOURS.read_bytes()
        x = numpy.random.default_rng(8).normal(size=(3, 3, 8, 8)).astype(numpy.float32)
        shared = self.block(data, threads=2)
        expected = shared.run(None, {"x": x})[0]
        wrong = []

        def work():
            own = self.block(data, threads=2)
            for turn in range(50):
                for each in (own, shared):
                    if not numpy.array_equal(each.run(None, {"x": x})[0], expected):
                        wrong.append(turn)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_runs_on_the_sessions_own_threads(self):
        """Such runs wait for each other on the threads that they need to go on."""
        layer = Layer(numpy.random.default_rng(15), (64, 64, 3, 3))
        model = onnx_model([layer.node("BinaryConv")], {"x": ["n", 64, "h", "w"]}, ["y"],
                           layer.stored)
        x = numpy.random.default_rng(16).normal(size=(1, 64, 30, 30)).astype(numpy.float32)
        own = session(model, threads=3)
        expected = own.run(None, {"x": x})[0]
        found, done = [], threading.Semaphore(0)

        def finished(results, _, error):
            found.append(results[0] if not error else error)
            done.release()

        for _ in range(20):
            own.run_async(None, {"x": x}, finished, None)
        for _ in range(20):
            self.assertTrue(done.acquire(timeout=60))
        for each in found:
            numpy.testing.assert_array_equal(each, expected)


@unittest.skipIf(onnxruntime is None, "onnx or onnxruntime is not installed")
class DamageTests(unittest.TestCase):
    """What is wrong with a node a session says when it is made; nothing ends the process."""

    def refused(self, model, text, inputs=None):
        with self.assertRaises(Exception) as caught:
            session(model).run(None, inputs or {"x": numpy.zeros((1, 4, 8, 8), numpy.float32)})
        self.assertIn(text, str(caught.exception))
        self.assertIn("node 'layer'", str(caught.exception))

    def test_attributes(self):
        layer = Layer(numpy.random.default_rng(9), (8, 4, 3, 3))
        most = 2 ** 63 - 1
        for attributes, text in [
                (dict(strides=[0, 1]), "strides: expected 1 to"),
                (dict(strides=[1, most]), "strides: expected 1 to"),
                (dict(strides=[1]), "strides: expected 2 to 2 integers, found 1"),
                (dict(dilations=[-1, 1]), "dilations: expected 1 to"),
                (dict(pads=[1, 1, 1, -1]), "pads: expected 0 to"),
                (dict(pads=[1] * 9), "pads: expected 4"),
                (dict(group=0), "group: expected 1 to"),
                (dict(group=3), "group: expected a divisor of 8"),
                (dict(group=most), "group: expected 1 to"),
                (dict(activation="Sigmoid"), "expected Relu or Clip, found 'Sigmoid'"),
                (dict(activation="Sigmoid" * 99), "expected Relu or Clip"),
                (dict(activation="Clip"), "activation_params: expected 2 numbers, found 0"),
                (dict(activation="Clip", activation_params=[2.0, 1.0]), "a lower and an upper"),
                (dict(activation="Clip", activation_params=[float("nan"), 1.0]), "a lower and"),
                (dict(input_shape=[4, 8]), "input_shape: expected 3")]:
            with self.subTest(attributes=attributes):
                self.refused(onnx_model([layer.node("BinaryConv", **attributes)],
                                        {"x": ["n", 4, "h", "w"]}, ["y"], layer.stored), text)

    def test_weight_shapes(self):
        layer = Layer(numpy.random.default_rng(9), (8, 4, 3, 3))
        most = 2 ** 63 - 1
        for shape in [(), (8,), (8, 4, 3), (8, 4, 3, 0), (-8, 4, 3, 3), (most,) * 4,
                      (8, most, 3, 3), (1, 1, most, 1), (8, 36, 1, 1), (9, 4, 3, 3),
                      (8, 4, 3, 3, 1), (2 ** 40, 1, 1, 1), (1, 2 ** 40, 1, 1)]:
            node = layer.node("BinaryConv")
            del node.attribute[:]
            if shape:
                node.attribute.append(helper.make_attribute("weight_shape", shape))
            with self.subTest(shape=shape):
                self.refused(onnx_model([node], {"x": ["n", 4, "h", "w"]}, ["y"], layer.stored), "")

    def test_stored_tensors(self):
        layer = Layer(numpy.random.default_rng(10), (8, 4, 3, 3), codes=2, ragged=True, rich=True,
                      bias=True)
        nan = numpy.full(8, numpy.nan, numpy.float32)
        for name, array in [
                ("codes", layer.stored["codes"][:-1]), ("codes", layer.stored["codes"][:, :-1]),
                ("codes", layer.stored["codes"] | 255), ("codes", layer.stored["codes"][:0]),
                ("codes", layer.stored["codes"].astype(numpy.float32)),
                ("scales", layer.stored["scales"][:-1]), ("scales", layer.stored["scales"] * nan[0]),
                ("scales", numpy.float32(1)), ("scales", numpy.zeros((1,) * 12, numpy.float32)),
                ("bias", nan), ("bias", nan[:0]), ("bias", numpy.zeros(9, numpy.float32)),
                ("constants", numpy.zeros(7, numpy.float32)), ("constants", nan),
                ("input_scales", numpy.zeros(4, numpy.float32)),
                ("input_scales", numpy.ones(3, numpy.float32)),
                ("code_counts", numpy.zeros(8, numpy.uint8)),
                ("code_counts", numpy.full(8, 255, numpy.uint8)),
                ("code_counts", numpy.ones(7, numpy.uint8))]:
            with self.subTest(name=name, array=array.shape):
                # A type that does not suit ONNX Runtime finds before the library does.
                typed = array.dtype == layer.stored[name].dtype
                model = onnx_model([layer.node("BinaryConv")], {"x": ["n", 4, "h", "w"]}, ["y"],
                                   {**layer.stored, name: array})
                if typed:
                    self.refused(model, "")
                else:
                    self.assertRaises(Exception, session, model)

    def test_computed_tensors(self):
        layer = Layer(numpy.random.default_rng(11), (8, 4, 3, 3))
        stored = dict(layer.stored)
        del stored["scales"]
        self.refused(
            onnx_model([layer.node("BinaryConv")], {"x": [1, 4, 8, 8], "scales": [8]}, ["y"],
                       stored), "scales: expected a stored tensor")

    def test_inputs_of_runs(self):
        layer = Layer(numpy.random.default_rng(12), (8, 4, 3, 3))
        declared = {"x": None, "residual": None}
        model = onnx_model([layer.node("BinaryConv", True)], declared, ["y"], layer.stored)

        def zeros(*shape):
            return numpy.zeros(shape, numpy.float32)

        for x, residual in [
                (zeros(1, 4, 8), zeros(1, 8, 6, 6)), (zeros(1, 5, 8, 8), zeros(1, 8, 6, 6)),
                (zeros(1, 4, 2, 8), zeros(1, 8, 1, 6)), (zeros(2, 4, 8, 8), zeros(1, 8, 6, 6)),
                (zeros(1, 4, 8, 8), zeros(1, 8, 6, 5)), (zeros(1, 4, 8, 8), zeros(1, 8, 1, 1)),
                (zeros(1, 4, 0, 8), zeros(1, 8, 6, 6)), (zeros(), zeros(1, 8, 6, 6)),
                (zeros(*[1] * 11), zeros(1, 8, 6, 6))]:
            with self.subTest(x=x.shape, residual=residual.shape):
                self.refused(model, "expected", {"x": x, "residual": residual})

    def test_blocks(self):
        data = COLOURS.read_bytes()
        generator = numpy.random.default_rng(13)
        damaged = [data[:count] for count in (1, 7, 8, 100, len(data) - 1)] + [bytes(1000)]
        for _ in range(30):
            changed = bytearray(data)
            for place in generator.integers(0, len(data), 3):
                changed[place] ^= int(generator.integers(1, 256))
            damaged.append(bytes(changed))
        for each in damaged:
            self.refused(onnx_model(
                [helper.make_node("BinaryBlock", ["model", "x"], ["y"], name="layer",
                                  domain="ai.signet")],
                {"x": [1, 3, 8, 8]}, ["y"], {"model": numpy.frombuffer(each, numpy.uint8)}), "")
        for inputs, outputs in [(["model", "x", "x"], ["y"]), (["model", "x"], ["y", "z"])]:
            self.refused(onnx_model(
                [helper.make_node("BinaryBlock", inputs, outputs, name="layer",
                                  domain="ai.signet")],
                {"x": [1, 3, 8, 8]}, ["y"], {"model": numpy.frombuffer(data, numpy.uint8)}),
                "the network has 1, the node 2")

    def test_an_older_runtime_is_told_what_is_needed(self):
        said = []
        create = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)(
            lambda code, text: said.append(text.decode()) or 1)
        table = (ctypes.c_void_p * 1)(ctypes.cast(create, ctypes.c_void_p))
        get_api = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)(
            lambda version: ctypes.addressof(table) if version <= 16 else None)
        version = ctypes.create_string_buffer(b"1.16.3")
        get_version = ctypes.CFUNCTYPE(ctypes.c_void_p)(lambda: ctypes.addressof(version))
        base = (ctypes.c_void_p * 2)(
            ctypes.cast(get_api, ctypes.c_void_p), ctypes.cast(get_version, ctypes.c_void_p))
        library.RegisterCustomOps.restype = ctypes.c_void_p
        self.assertEqual(library.RegisterCustomOps(None, base), 1)
        self.assertEqual(said, ["this is onnxruntime 1.16.3: the operators of ai.signet need "
                                "version 1.17 or a newer one"])


@unittest.skipIf(onnxruntime is None, "onnx or onnxruntime is not installed")
@unittest.skipUnless(COMMAND.exists() and SHARED.exists(), "the command or the networks are absent")
class NetworkTests(unittest.TestCase):
    """Real networks, binarized and exported in each way."""

    def check(self, network, data, inputs, *options):
        with tempfile.TemporaryDirectory() as folder:
            binary = f"{folder}/binary.signet"
            self.run_command("binarize", network, "--data", data, "--images", "16", "--limit", "16",
                             "--method", "bwn", "-o", binary, *options)
            scores = {}
            for operators in ("standard", "signet", "signet-layers"):
                path = pathlib.Path(folder) / f"{operators}.onnx"
                self.run_command("export", binary, "-o", str(path), "--operators", operators)
                scores[operators] = session(path.read_bytes()).run(None, inputs)
                domains = {node.domain for node in onnx.load(path).graph.node}
                self.assertEqual("ai.signet" in domains, operators != "standard")
        for operators in ("signet", "signet-layers"):
            for found, expected in zip(scores[operators], scores["standard"]):
                self.assertLess(rms(found, expected), TOLERANCE, operators)

    def run_command(self, *words):
        subprocess.run([COMMAND, *words], check=True, capture_output=True)

    def test_resnet20(self):
        generator = numpy.random.default_rng(14)
        images = generator.normal(size=(8, 3, 32, 32)).astype(numpy.float32)
        with tempfile.TemporaryDirectory() as folder:
            name = onnx.load(SHARED / "resnet20-cifar10.onnx").graph.input[0].name
            numpy.savez(f"{folder}/images.npz", **{name: images})
            self.check(str(SHARED / "resnet20-cifar10.onnx"), f"tensors:{folder}/images.npz",
                       {name: images}, "--codes", "2")

    def test_a_detector(self):
        inputs = dict(numpy.load(SHARED / "real/person_yolox_192.npz"))
        self.check(str(SHARED / "real/person_yolox_192.onnx"),
                   f"tensors:{SHARED}/real/person_yolox_192.npz", inputs)


if __name__ == "__main__":
    unittest.main()
