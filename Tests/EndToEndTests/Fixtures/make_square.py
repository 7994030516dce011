#!/usr/bin/env python3
"""Writes square.png: class 5 as TinyFashion.swift draws it, with its mean noise."""

import pathlib
import struct
import zlib

SIDE, LABEL = 28, 5
TOP, LEFT = 2 + LABEL // 4 * 9, 2 + LABEL % 4 * 6


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def pixel(y: int, x: int) -> int:
    return 210 if TOP <= y < TOP + 7 and LEFT <= x < LEFT + 5 else 30


rows = b"".join(b"\0" + bytes(pixel(y, x) for x in range(SIDE)) for y in range(SIDE))
png = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, 9))
    + chunk(b"IEND", b"")
)
pathlib.Path(__file__).with_name("square.png").write_bytes(png)
