"""HTTP by hand, so that it can be done wrong, too."""

import asyncio
import time


async def read_answer(reader):
    """Status, headers and body of one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head[0].split()[1]), headers, body


def post(path, kind, body):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Tally:
    """What clients saw."""

    def __init__(self):
        self.seconds = []
        self.statuses = {}
        self.lost = []
        self.unheard = 0

    def count(self, status):
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def quantile(self, share):
        if not self.seconds:
            return float("nan")
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def keep_asking(port, request, end, tally):
    """One client, over connections that it keeps, until the time is over."""
    reader = writer = None
    is_new = True
    while time.monotonic() < end:
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                is_new = True
        except OSError as error:
            tally.lost.append(f"no connection: {error}")
            await asyncio.sleep(0.01)
            continue
        begun = time.monotonic()
        try:
            writer.write(request)
            await writer.drain()
            status, headers, _ = await asyncio.wait_for(read_answer(reader), 60)
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            # A connection may end when nothing is asked; a new one has been asked something.
            tally.lost.append(f"{'first' if is_new else 'later'} request: {error!r}")
            writer.close()
            writer = None
            continue
        is_new = False
        tally.count(status)
        if status == 200:
            tally.seconds.append(time.monotonic() - begun)
        elif status == 503:
            await asyncio.sleep(0.05)
        if headers.get("connection") == "close":
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def crowd(port, request, clients, seconds):
    """Many clients at a time."""
    tally = Tally()
    end = time.monotonic() + seconds
    await asyncio.gather(*(keep_asking(port, request, end, tally) for _ in range(clients)))
    return tally
