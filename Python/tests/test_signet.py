"""Runs with `python -m unittest`; SIGNET_LIBRARY names the library where the package has none."""

import json
import os
import pathlib
import sys
import tempfile
import threading
import unittest
import unittest.mock

import numpy

import signet

COLOURS = pathlib.Path(__file__).parents[2] / "Examples/classify/colours.signet"


def image(red, green, blue):
    return numpy.tile(numpy.float32([red, green, blue])[None, :, None, None], (1, 1, 8, 8))


class ModelTests(unittest.TestCase):
    def test_what_it_is(self):
        model = signet.Model.open(COLOURS)
        self.assertEqual(model.inputs, [signet.Tensor("input", (None, 3, 8, 8))])
        self.assertEqual([output.shape for output in model.outputs], [(None, 3)])
        self.assertEqual(model.info["classNames"], ["red", "green", "blue"])
        self.assertEqual(model.info["outputs"][0]["kind"], "scores")

    def test_scores(self):
        # Each filter adds its own colour and subtracts the others, times 4.
        model = signet.Model.open(COLOURS, exact=True, maximum_batch=2)
        images = numpy.concatenate([image(1, 0, 0), image(0.5, 0.25, 0)])
        name = model.outputs[0].name
        numpy.testing.assert_allclose(
            model.run({"input": images})[name], [[4, -4, -4], [1, -1, -3]], rtol=1e-6)
        # Other types and orders of memory are the same numbers.
        turned = numpy.asfortranarray(images.astype("float64"))
        numpy.testing.assert_allclose(
            model.run({"input": turned})[name], [[4, -4, -4], [1, -1, -3]], rtol=1e-6)

    def test_prediction(self):
        pixels = numpy.zeros((8, 8, 3), numpy.uint8)
        pixels[..., 2] = 255
        (first, share), *_ = signet.Model.open(COLOURS).predict(pixels, top=1)
        self.assertEqual(first, "blue")
        self.assertAlmostEqual(share, 1 / (1 + 2 * numpy.exp(-8)), places=5)

    def test_bytes_of_a_file(self):
        model = signet.Model.open(COLOURS.read_bytes())
        self.assertEqual(model.run({"input": image(0, 1, 0)})[model.outputs[0].name].argmax(), 1)

    def test_errors(self):
        model = signet.Model.open(COLOURS)
        for inputs, text in [
                ({"input": numpy.zeros((1, 3, 9, 8))}, "'input'"),
                ({"pixels": image(0, 0, 0)}, "pixels"),
                ({}, "input"),
                ({"input": numpy.float32(1)}, "expected extents of N×3×8×8, found 1")]:
            with self.assertRaises(signet.SignetError) as caught:
                model.run(inputs)
            self.assertIn(text, str(caught.exception))
        with self.assertRaisesRegex(signet.SignetError, "/nonexistent"):
            signet.Model.open("/nonexistent")
        damaged = bytearray(COLOURS.read_bytes())
        damaged[-1] ^= 1
        with self.assertRaisesRegex(signet.SignetError, "checksum"):
            signet.Model.open(bytes(damaged))
        with self.assertRaisesRegex(signet.SignetError, "threads"):
            signet.Model.open(COLOURS, threads=1000)

    def test_threads_have_errors_of_their_own(self):
        texts = {}

        def fail(name):
            try:
                signet.Model.open(f"/nonexistent/{name}")
            except signet.SignetError as error:
                texts[name] = str(error)

        threads = [threading.Thread(target=fail, args=(str(index),)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, text in texts.items():
            self.assertIn(f"/nonexistent/{name}", text)


class ModelFileTests(unittest.TestCase):
    def test_weights(self):
        file = signet.ModelFile.read(COLOURS)
        numpy.testing.assert_array_equal(
            file.to_numpy("colour.weight"), [[4, -4, -4], [-4, 4, -4], [-4, -4, 4]])

    def test_codes_per_filter_constants_and_input_scales(self):
        file = signet.ModelFile.read(COLOURS)
        codes = file.tensors["colour.weight.codes"]
        self.assertEqual(codes.shape, (1, 3, 1))
        file.metadata["signet.format"] = "4"
        file.tensors.update({
            # The three filters' first codes, then the second one's second.
            "colour.weight.codes": numpy.concatenate([codes[0], numpy.uint8([[0b101]])]),
            "colour.weight.scale": numpy.float32([1, 2, 4, 0.5]),
            "colour.weight.code_counts": numpy.uint8([1, 2, 1]),
            "colour.weight.constant": numpy.float32([0, 1, -1]),
            "colour.weight.input_scale": numpy.float32([1, 2, 0.5])})
        expected = numpy.float32([[1, -2, -0.5], [-0.5, 5, -0.25], [-5, -10, 1.5]])
        numpy.testing.assert_array_equal(file.to_numpy("colour.weight"), expected)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "changed.signet"
            file.write(path)
            model = signet.Model.open(path, exact=True)
        pixel = numpy.float32([0.25, -1, 2])
        found = model.run({"input": image(*pixel)})[model.outputs[0].name]
        numpy.testing.assert_allclose(found, [expected @ pixel], rtol=1e-5)

    def test_what_is_written_is_read(self):
        file = signet.ModelFile.read(COLOURS)
        file.tensors["colour.weight.scale"] = numpy.float32([[1, 2, 3]])
        file.metadata["signet.labels"] = json.dumps(["a", "b", "c"])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "changed.signet"
            file.write(path)
            model = signet.Model.open(path, exact=True)
        self.assertEqual(model.info["classNames"], ["a", "b", "c"])
        numpy.testing.assert_allclose(
            model.run({"input": image(1, 0, 0)})[model.outputs[0].name], [[1, -2, -3]], rtol=1e-6)

    def test_damage(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "damaged.signet"
            damaged = bytearray(COLOURS.read_bytes())
            damaged[-1] ^= 1
            path.write_bytes(damaged)
            with self.assertRaisesRegex(ValueError, "expected the checksum"):
                signet.ModelFile.read(path)


class CommandTests(unittest.TestCase):
    def binarize(self, body, **options):
        """Runs a stand-in for the command."""
        with tempfile.TemporaryDirectory() as folder:
            command = pathlib.Path(folder) / "signet"
            command.write_text(f"#!{sys.executable}\nimport json, sys\n{body}\n")
            command.chmod(0o755)
            with unittest.mock.patch.dict(os.environ, SIGNET_COMMAND=str(command)):
                return signet.binarize("a.onnx", "imagefolder:b", "c.signet", **options)

    def test_words_progress_and_report(self):
        lines = []
        # A report longer than a pipe holds, while progress goes on behind it.
        found = self.binarize(
            "print(json.dumps({'words': sys.argv[1:], 'rest': 'x' * 1000000}), flush=True)\n"
            "print('layer 1', file=sys.stderr)", progress=lines.append, codes=2, fisher=False)
        self.assertEqual(found["words"], [
            "binarize", "a.onnx", "--data", "imagefolder:b", "-o", "c.signet", "--json",
            "--codes", "2", "--no-fisher"])
        self.assertEqual((len(found["rest"]), lines), (1000000, ["layer 1"]))

    def test_failure(self):
        with self.assertRaises(signet.CommandError) as caught:
            self.binarize("print('{\"error\": \"no such file\"}')\nsys.exit(65)")
        self.assertEqual((caught.exception.code, str(caught.exception)),
                         (65, '{"error": "no such file"}'))


if __name__ == "__main__":
    unittest.main()
