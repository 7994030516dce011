"""Writes a detector as ONNX that finds one box in whatever it is shown: no package is needed."""

import struct

FLOAT, INT64 = 1, 7
SIDE = 28
BOXES = 8


def varint(number):
    number &= (1 << 64) - 1
    parts = b""
    while number > 0x7F:
        parts += bytes([number & 0x7F | 0x80])
        number >>= 7
    return parts + bytes([number])


def field(number, value):
    """Of a message: a number, or text or bytes or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, kind, extents, data):
    head = b"".join(field(1, extent) for extent in extents)
    return field(5, head + field(2, kind) + field(8, name) + field(9, data))


def node(operation, inputs, output, *attributes):
    body = b"".join(field(1, name) for name in inputs) + field(2, output)
    return field(1, body + field(4, operation) + b"".join(field(5, one) for one in attributes))


def value(number, name, extents):
    shape = b"".join(field(1, field(1, extent)) for extent in extents)
    return field(number, field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, shape))))


def floats(numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


def write_detector(file):
    """Grey images; boxes N × 4 as shares of the image, scores N × 2 that do not add up to 1."""
    boxes = [0.25, 0.5, 0.75, 1.0] + [0.0] * (4 * BOXES - 4)
    scores = [0.1, 0.9] + [0.05] * (2 * BOXES - 2)
    transposed = field(1, "transB") + field(3, 1) + field(20, 2)
    graph = node("Flatten", ["image"], "flat")
    for name, numbers in (("boxes", boxes), ("scores", scores)):
        width = len(numbers) // BOXES
        graph += node("Gemm", ["flat", f"{name}.weight", f"{name}.bias"], f"{name}.flat", transposed)
        graph += node("Reshape", [f"{name}.flat", f"{name}.shape"], name)
        # Weights of zero: the image does not matter.
        graph += tensor(f"{name}.weight", FLOAT, [len(numbers), SIDE * SIDE],
                        bytes(4 * len(numbers) * SIDE * SIDE))
        graph += tensor(f"{name}.bias", FLOAT, [len(numbers)], floats(numbers))
        graph += tensor(f"{name}.shape", INT64, [3], struct.pack("<3q", 1, BOXES, width))
    graph += field(2, "detector") + value(11, "image", [1, 1, SIDE, SIDE])
    graph += value(12, "boxes", [1, BOXES, 4]) + value(12, "scores", [1, BOXES, 2])
    operators = field(8, field(1, "") + field(2, 17))
    file.write_bytes(field(1, 8) + operators + field(7, graph))
