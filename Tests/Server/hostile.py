"""Requests that mean harm, or cannot speak: each is sent, and something sane must come back."""

import asyncio
import io
import random
import struct
import zipfile
import zlib

from client import post, read_answer


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, rows=None):
    """A grey image; all black, which packs to little."""
    data = zlib.compress((b"\0" * (width + 1)) * height if rows is None else rows, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def jpeg_header(width, height):
    """A header, and no image behind it."""
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def packed_zeros(count):
    """A .npz whose array packs to a thousandth."""
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count},), }}\n".encode()
    array = b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + bytes(4 * count)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("input.npy", array)
    return file.getvalue()


class Attacks:
    """All of them, made once."""

    def __init__(self, model, image, kind):
        self.path = f"/v1/models/{model}/predict"
        self.image, self.kind = image, kind
        self.bombs = [
            png(6000, 6000), png(65535, 3, b""), png(30000, 30000, b"\0"),
            jpeg_header(65535, 65535), jpeg_header(9000, 9000), png(2000, 2000)[:-30],
            # As large as one may be, so that it is decoded.
            png(4400, 4400),
        ]
        self.archives = [packed_zeros(3_000_000), packed_zeros(100_000_000), b"PK\5\6" + bytes(18)]
        deep = b'{"inputs":{"input":{"data":' + b"[" * 200_000
        zeros = b'{"inputs":{"input":{"data":[' + b"0," * 2_000_000 + b"0]}}}"
        long = b'{"inputs":{"input":{"data":[' + b"0," * 7_500_000 + b"0]}}}"
        self.texts = [deep, zeros, long, b'{"inputs":{"input":{"shape":[9999999999],"data":[1]}}}', b"{"]
        self.kinds = [
            self.truncated, self.slow_head, self.slow_body, self.wrong_type, self.bomb,
            self.archive, self.text, self.traversal, self.injection, self.huge_head,
            self.two_lengths, self.broken_chunks, self.garbage, self.pipelined, self.deaf,
            self.flipped,
        ]

    async def one(self, port, number):
        """Sends one of them, and says what came back: a status, `closed` or `silent`."""
        noise = random.Random(number)
        attack = self.kinds[number % len(self.kinds)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            ends = await attack(writer, noise)
            if ends:
                writer.write_eof()
            status, _, _ = await asyncio.wait_for(read_answer(reader), 30)
            return attack.__name__, status
        except asyncio.TimeoutError:
            return attack.__name__, "silent"
        except (OSError, asyncio.IncompleteReadError):
            return attack.__name__, "closed"
        finally:
            writer.close()

    def head(self, *lines):
        return "\r\n".join([f"POST {self.path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()

    async def truncated(self, writer, noise):
        whole = post(self.path, self.kind, self.image)
        writer.write(whole[: noise.randrange(1, len(whole))])
        return True

    async def slow_head(self, writer, noise):
        for byte in b"GET / HTTP/1.1\r\nHost: "[: noise.randrange(4, 20)]:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    async def slow_body(self, writer, _):
        writer.write(self.head(f"Content-Type: {self.kind}", "Content-Length: 1000000"))
        for _ in range(10):
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async def wrong_type(self, writer, noise):
        kinds = ["text/plain", "image/gif", "application/x-www-form-urlencoded", "a/b; c=\x7f", ""]
        writer.write(post(self.path, noise.choice(kinds), self.image))

    async def bomb(self, writer, noise):
        bomb = noise.choice(self.bombs)
        writer.write(post(self.path, "image/png" if bomb[:1] == b"\x89" else "image/jpeg", bomb))

    async def archive(self, writer, noise):
        writer.write(post(self.path, "application/x-npz", noise.choice(self.archives)))

    async def text(self, writer, noise):
        writer.write(post(self.path, "application/json", noise.choice(self.texts)))

    async def traversal(self, writer, noise):
        paths = [
            "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/v1/models/../../etc/passwd/predict",
            "/v1/models/%2e%2e/predict", "/app.js/../../x", "//etc/passwd", "/v1/data/images/../x",
        ]
        writer.write(f"GET {noise.choice(paths)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    async def injection(self, writer, noise):
        values = ["a\rX-Evil: 1", "a\nX-Evil: 1", "\0", "a\r\n\r\nGET / HTTP/1.1", "é" * 50]
        value = noise.choice(values)
        writer.write(self.head(f"Content-Type: {value}", "Content-Length: 0"))

    async def huge_head(self, writer, noise):
        lines = noise.choice([[f"X: {'a' * 40_000}"], [f"X{n}: 1" for n in range(2000)]])
        writer.write(self.head(*lines))

    async def two_lengths(self, writer, _):
        writer.write(self.head("Content-Length: 5", "Content-Length: 6") + b"123456")

    async def broken_chunks(self, writer, noise):
        writer.write(self.head(f"Content-Type: {self.kind}", "Transfer-Encoding: chunked"))
        writer.write(noise.choice([b"zz\r\n", b"-1\r\nx\r\n", b"FFFFFFFFFFFFFFFFFF\r\n", b"5\r\nabcdefgh\r\n"]))

    async def garbage(self, writer, noise):
        writer.write(noise.randbytes(noise.randrange(1, 3000)) + b"\r\n\r\n")
        return True

    async def pipelined(self, writer, _):
        writer.write(b"GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2000)

    async def deaf(self, writer, _):
        """Asks, and goes away before the answer."""
        writer.write(post(self.path, self.kind, self.image))
        await writer.drain()
        raise ConnectionError

    async def flipped(self, writer, noise):
        """An image with some bytes changed."""
        image = bytearray(self.image)
        for _ in range(8):
            image[noise.randrange(len(image))] = noise.randrange(256)
        writer.write(post(self.path, self.kind, bytes(image)))


async def attack(port, attacks, count, at_a_time):
    """How often what came back, by kind of attack."""
    seen = {}
    numbers = iter(range(count))

    async def work():
        for number in numbers:
            try:
                kind, outcome = await attacks.one(port, number)
            except OSError as error:
                kind, outcome = "connection", str(error)
            seen.setdefault(kind, {}).setdefault(outcome, 0)
            seen[kind][outcome] += 1

    await asyncio.gather(*(work() for _ in range(at_a_time)))
    return seen
