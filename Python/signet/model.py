"""Networks that can be run."""

from __future__ import annotations

import ctypes
import dataclasses
import json
import os
from typing import Any, Mapping

import numpy

from .library import (LAYOUTS, MAX_RANK, SMALL_BUFFER, ImageStructure, Options, SignetError,
                      TensorStructure, check, library)


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or output: its name and its shape, batch first; None where any number is taken."""

    name: str
    shape: tuple[int | None, ...]


class Model:
    """A network that can be run. May be used from several threads: runs wait for each other."""

    def __init__(self, handle: ctypes.c_void_p):
        self._handle = handle
        self.info: dict[str, Any] = json.loads(library.signet_info(handle))
        self.inputs = [self._tensor(library.signet_input, index)
                       for index in range(library.signet_input_count(handle))]
        self.outputs = [self._tensor(library.signet_output, index)
                        for index in range(library.signet_output_count(handle))]

    @classmethod
    def open(cls, file: str | os.PathLike[str] | bytes, *, threads: int = 1,
             maximum_batch: int = 1, exact: bool = False, memory_limit: int = 0) -> "Model":
        """Opens a model file, or the bytes of one.

        exact: outputs are those of float arithmetic to 1e-5 of the largest; otherwise activations
        may be rounded to 16 bits, which moves outputs by less than 0.5 % rms and is faster.
        memory_limit: bytes; 0 for three quarters of the machine's.
        """
        options = Options(ctypes.sizeof(Options), threads, maximum_batch, exact, memory_limit)
        handle = ctypes.c_void_p()
        if isinstance(file, bytes):
            status = library.signet_open_bytes(file, len(file), options, handle)
        else:
            status = library.signet_open(os.fsencode(file), options, handle)
        check(status)
        return cls(handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.signet_free(self._handle)
            self._handle = None

    def _tensor(self, describe: Any, index: int) -> Tensor:
        structure = TensorStructure()
        check(describe(self._handle, index, structure))
        extents = structure.extents[:structure.rank]
        return Tensor(structure.name.decode(), tuple(extent or None for extent in extents))

    def run(self, inputs: Mapping[str, numpy.ndarray]) -> dict[str, numpy.ndarray]:
        """Runs the network on arrays named like its inputs, batch first, and gives its outputs.

        Arrays are read as float32; those that are so already and lie row by row are not copied
        before they are handed over. Raises SignetError where an array does not fit.
        """
        arrays = {name: numpy.ascontiguousarray(array, dtype=numpy.float32)
                  for name, array in inputs.items()}
        given = (TensorStructure * max(1, len(arrays)))()
        for structure, (name, array) in zip(given, arrays.items()):
            _fill(structure, name, array)
        batch = next((len(array) for array in arrays.values() if array.ndim), 1)
        sizes = [int(numpy.prod([extent or 1 for extent in output.shape[1:]])) * batch
                 for output in self.outputs]
        # Outputs that follow open extents may be larger than usual: they say by how much.
        for _ in range(2):
            results, wanted = self._buffers(sizes)
            status = library.signet_run(self._handle, given, len(arrays), wanted, len(wanted))
            if status != SMALL_BUFFER:
                break
            sizes = [int(numpy.prod(structure.extents[:structure.rank])) for structure in wanted]
        check(status)
        found = {}
        for output, values, structure in zip(self.outputs, results, wanted):
            shape = structure.extents[:structure.rank]
            found[output.name] = values[:int(numpy.prod(shape))].reshape(shape)
        return found

    def _buffers(self, sizes: list[int]) -> tuple[list[numpy.ndarray], Any]:
        results = [numpy.empty(size, numpy.float32) for size in sizes]
        wanted = (TensorStructure * len(self.outputs))()
        for structure, output, values in zip(wanted, self.outputs, results):
            structure.name = output.name.encode()
            structure.values = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            structure.capacity = values.size
        return results, wanted

    def run_image(self, image: numpy.ndarray) -> dict[str, numpy.ndarray]:
        """The outputs for an image of any size: H×W×3 (RGB), H×W×4 (RGBA) or H×W (grey) bytes.

        It is resized, cropped and normalised as the model file says. Raises SignetError where the
        network takes no images, or several inputs.
        """
        if image.dtype != numpy.uint8:
            raise SignetError(f"image: expected bytes, found {image.dtype}", 1)
        pixels = numpy.ascontiguousarray(image if image.ndim != 2 else image[..., None])
        if pixels.ndim != 3 or pixels.shape[2] not in LAYOUTS:
            raise SignetError(
                f"image: expected H×W×3, H×W×4 or H×W, found {'×'.join(map(str, image.shape))}", 1)
        height, width, channels = pixels.shape
        given = ImageStructure(ctypes.sizeof(ImageStructure), pixels.ctypes.data, width, height, 0,
                               LAYOUTS[channels])
        sizes = [int(numpy.prod([extent or 1 for extent in output.shape[1:]]))
                 for output in self.outputs]
        results, wanted = self._buffers(sizes)
        check(library.signet_run_image(self._handle, given, wanted, len(wanted)))
        return {output.name: values.reshape(structure.extents[:structure.rank])
                for output, values, structure in zip(self.outputs, results, wanted)}

    def predict(self, image: numpy.ndarray, top: int = 5) -> list[tuple[str, float]]:
        """The likeliest classes of an image, as in `run_image`, with their probabilities."""
        kind = self.info["outputs"][0].get("kind")
        if kind not in ("scores", "probabilities"):
            raise SignetError("predict: expected a network from images to classes; use run", 1)
        output = self.run_image(image)[self.outputs[0].name].ravel()
        if kind == "scores":
            output = numpy.exp(output - output.max())
            output = output / output.sum()
        names = self.info["classNames"] or [str(index) for index in range(len(output))]
        return [(names[index], float(output[index])) for index in output.argsort()[::-1][:top]]


def _fill(structure: TensorStructure, name: str, array: numpy.ndarray) -> None:
    if not 1 <= array.ndim <= MAX_RANK:
        raise SignetError(f"'{name}': expected 1 to {MAX_RANK} axes, found {array.ndim}", 3)
    structure.name = name.encode()
    structure.values = array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    structure.rank = array.ndim
    structure.extents[:array.ndim] = list(array.shape)
