"""Writes colours.signet: a network of one binary layer that tells red, green and blue apart.

A model file is made here without Signet, by Documentation/format.md alone.
"""

import json
import struct
import sys
import zlib

# Each filter adds its own colour and subtracts the others: bits 001, 010, 100.
tensors = {
    "colour.weight.scale": ("F32", [1, 3], struct.pack("<3f", 4, 4, 4)),
    "colour.weight.codes": ("U8", [1, 3, 1], bytes([0b001, 0b010, 0b100])),
}
one = {"height": 1, "width": 1}
graph = {
    "inputShape": [3, 8, 8],
    "nodes": [
        {"name": "colour", "op": "convolution", "inputs": ["input"], "attributes": {
            "inputChannels": 3, "outputChannels": 3, "kernel": one, "stride": one,
            "padding": {"top": 0, "left": 0, "bottom": 0, "right": 0}, "dilation": one,
            "groups": 1, "hasBias": False}},
        {"name": "mean", "op": "globalAveragePool", "inputs": ["colour"], "attributes": {}},
        {"name": "scores", "op": "flatten", "inputs": ["mean"], "attributes": {}},
    ],
    "output": "scores",
}
preprocessing = {"channelOrder": "rgb", "scale": 1 / 255, "mean": [0, 0, 0], "std": [1, 1, 1]}
metadata = {
    "signet.format": "1",
    "signet.graph": json.dumps(graph),
    "signet.preprocessing": json.dumps(preprocessing),
    "signet.labels": json.dumps(["red", "green", "blue"]),
    "signet.provenance": json.dumps({"steps": []}),
    "signet.checksum": "0" * 8,
}
header = {"__metadata__": metadata}
data = b""
for name, (kind, shape, content) in tensors.items():
    offsets = [len(data), len(data) + len(content)]
    header[name] = {"dtype": kind, "shape": shape, "data_offsets": offsets}
    data += content
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-(8 + len(text)) % 64)
contents = bytearray(struct.pack("<Q", len(text)) + text + data)
key = b'"signet.checksum":"'
at = contents.index(key) + len(key)
contents[at:at + 8] = b"%08x" % zlib.crc32(contents)
open(sys.argv[1], "wb").write(contents)
