"""Networks as their authors left them, run by the library and by ONNX Runtime.

Skipped where ONNX Runtime, the command, or the networks are absent: those are on some machines only.
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

import numpy

import signet

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = ROOT / ".build/release/signet"
NETWORKS = ROOT.parent / "shared/models/real"
# Of the largest number: float32 sums in another order, through up to a hundred layers.
TOLERANCE = 1e-3


def fitted(array, shape):
    """As the network takes it: the channels before the space, and an axis for each of its own."""
    def fits(extents):
        return len(extents) == len(shape) and all(
            expected in (None, found) for found, expected in zip(extents, shape))

    if fits(array.shape):
        return array
    if array.ndim == 4 and fits(numpy.moveaxis(array, 3, 1).shape):
        return numpy.moveaxis(array, 3, 1)
    return array.reshape(array.shape + (1,) * (len(shape) - array.ndim))


@unittest.skipIf(onnxruntime is None, "onnxruntime is not installed")
@unittest.skipUnless(COMMAND.exists(), "the command is not built")
@unittest.skipUnless(NETWORKS.exists(), "the networks are absent")
class RealNetworkTests(unittest.TestCase):
    def test_outputs(self):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        names = [each["name"] for each in json.loads((NETWORKS / "index.json").read_text())]
        files = [NETWORKS / f"{name}.onnx" for name in names]
        # Some networks share another one's input.
        files = [file for file in files if file.with_suffix(".npz").exists()]
        self.assertGreater(len(files), 15)
        for file in files:
            with self.subTest(file.stem), tempfile.TemporaryDirectory() as folder:
                target = pathlib.Path(folder) / "network.signet"
                arrays = dict(numpy.load(file.with_suffix(".npz")))
                found = subprocess.run(
                    [COMMAND, "import", file, "-o", target], capture_output=True, text=True)
                self.assertEqual(found.returncode, 0, found.stderr)
                session = onnxruntime.InferenceSession(
                    str(file), options, providers=["CPUExecutionProvider"])
                expected = session.run(None, arrays)
                model = signet.Model.open(target, exact=True)
                outputs = model.run({
                    port.name: fitted(arrays[port.name], port.shape) for port in model.inputs})
                for port, values in zip(session.get_outputs(), expected):
                    values = values.astype(numpy.float32).ravel()
                    difference = numpy.abs(outputs[port.name].ravel() - values).max()
                    self.assertLessEqual(difference, TOLERANCE * numpy.abs(values).max(), port.name)


if __name__ == "__main__":
    unittest.main()
