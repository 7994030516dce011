"""Model files in Python alone, as Documentation/format.md describes them."""

from __future__ import annotations

import json
import os
import struct
import zlib
from typing import Any

import numpy

_TYPES = {"F32": numpy.dtype("<f4"), "F16": numpy.dtype("<f2"), "I8": numpy.dtype("i1"),
          "U8": numpy.dtype("u1")}
_ORDER = ["F32", "F16", "I8", "U8"]
_CHECKSUM = b'"signet.checksum":"'


class ModelFile:
    """The contents of a model file: `metadata`, texts by key, and `tensors`, arrays as stored."""

    def __init__(self, metadata: dict[str, str], tensors: dict[str, numpy.ndarray]):
        self.metadata = metadata
        self.tensors = tensors

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "ModelFile":
        with open(path, "rb") as file:
            contents = bytearray(file.read())
        if len(contents) < 8:
            raise ValueError(f"{path}: expected a header, found {len(contents)} bytes")
        length, = struct.unpack_from("<Q", contents)
        if length > len(contents) - 8:
            raise ValueError(f"{path}: expected a header of at most {len(contents) - 8} bytes, "
                             f"found a length of {length}")
        header = json.loads(bytes(contents[8:8 + length]))
        metadata = header.pop("__metadata__", {})
        place = contents.find(_CHECKSUM, 8, 8 + length)
        if place < 0:
            raise ValueError(f"{path}: expected a checksum, found none")
        place += len(_CHECKSUM)
        contents[place:place + 8] = b"0" * 8
        found = f"{zlib.crc32(contents):08x}"
        if found != metadata.get("signet.checksum"):
            raise ValueError(f"{path}: expected the checksum {metadata['signet.checksum']}, "
                             f"found {found}")
        data = bytes(contents[8 + length:])
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            values = numpy.frombuffer(data[begin:end], _TYPES[entry["dtype"]])
            tensors[name] = values.reshape(entry["shape"])
        return cls(metadata, tensors)

    def write(self, path: str | os.PathLike[str]) -> None:
        kinds = {numpy_type: name for name, numpy_type in _TYPES.items()}
        stored = {name: numpy.ascontiguousarray(array) for name, array in self.tensors.items()}
        order = sorted(stored, key=lambda name: (_ORDER.index(kinds[stored[name].dtype]), name))
        metadata = {**self.metadata, "signet.checksum": "0" * 8}
        header: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))}
        start = 0
        for name in order:
            array = stored[name]
            header[name] = {"dtype": kinds[array.dtype], "shape": list(array.shape),
                            "data_offsets": [start, start + array.nbytes]}
            start += array.nbytes
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-(8 + len(text)) % 64)
        contents = bytearray(struct.pack("<Q", len(text)) + text)
        for name in order:
            contents += stored[name].tobytes()
        place = contents.index(_CHECKSUM) + len(_CHECKSUM)
        contents[place:place + 8] = f"{zlib.crc32(contents):08x}".encode()
        with open(path, "wb") as file:
            file.write(contents)

    @property
    def graph(self) -> dict[str, Any]:
        """The network: inputs, nodes and outputs."""
        return json.loads(self.metadata["signet.graph"])

    def to_numpy(self, name: str) -> numpy.ndarray:
        """A tensor as the numbers it stands for: filters first, codes and scales multiplied out.

        Of a binary or 8-bit weight the shape is filters × elements of each.
        """
        if f"{name}.codes" in self.tensors:
            codes, scales = self.tensors[f"{name}.codes"], self.tensors[f"{name}.scale"]
            bits = numpy.unpackbits(codes, axis=-1, bitorder="little")[..., :self._length(name)]
            rows = (bits.astype(numpy.float32) * 2 - 1) * scales[..., None].astype(numpy.float32)
            return self._with_constants(name, self._sum(name, rows))
        values = self.tensors[name]
        if values.dtype == numpy.int8:
            scale = self.tensors[f"{name}.scale"].astype(numpy.float32)
            return values.reshape(len(scale), -1) * scale[:, None]
        return values.astype(numpy.float32)

    def _sum(self, name: str, rows: numpy.ndarray) -> numpy.ndarray:
        """The filters of scaled codes, of which each may have its own number."""
        counts = self.tensors.get(f"{name}.code_counts")
        if counts is None:
            return rows.sum(axis=0)
        filters = numpy.zeros((len(counts), rows.shape[-1]), numpy.float32)
        start = 0
        for code in range(counts.max()):
            owners = numpy.flatnonzero(counts > code)
            filters[owners] += rows[start:start + len(owners)]
            start += len(owners)
        return filters

    def _with_constants(self, name: str, filters: numpy.ndarray) -> numpy.ndarray:
        """Filters with what is added to all of a filter and what multiplies an input channel."""
        constant = self.tensors.get(f"{name}.constant")
        if constant is not None:
            filters = filters + constant.astype(numpy.float32)[:, None]
        factors = self.tensors.get(f"{name}.input_scale")
        if factors is not None:
            attributes = self._attributes(name)
            groups = attributes.get("groups", 1)
            grid = filters.reshape(groups, len(filters) // groups, len(factors) // groups, -1)
            scaled = grid * factors.astype(numpy.float32).reshape(groups, 1, -1, 1)
            filters = scaled.reshape(filters.shape)
        return filters

    def _attributes(self, name: str) -> dict[str, Any]:
        return next(node for node in self.graph["nodes"]
                    if node["name"] == name.removesuffix(".weight"))["attributes"]

    def _length(self, name: str) -> int:
        """How many weights a filter has: its last byte of codes may have bits to spare."""
        attributes = self._attributes(name)
        kernel = attributes.get("kernel")
        if kernel is None:
            return attributes["inputs"]
        return (attributes["inputChannels"] // attributes["groups"]
                * kernel["height"] * kernel["width"])
