"""A small load: some keep-alive clients, a bounded number of requests, the latencies."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Ask:
    """One HTTP request, always to this machine."""

    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    body: bytes = b""

    def raw(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode() + self.body


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of each answered request, and how many were no success."""

    milliseconds: tuple[float, ...]
    failures: int
    seconds: float

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


def load(asks: Sequence[Ask], *, clients: int) -> Latencies:
    """Send every ask once, spread over ``clients`` connections that each wait for their answer."""
    return asyncio.run(_load(asks, clients))


async def _load(asks: Sequence[Ask], clients: int) -> Latencies:
    queue = list(reversed(asks))
    taken: list[float] = []
    failures = 0

    async def client() -> None:
        nonlocal failures
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        while queue:
            ask = queue.pop()
            begun = time.perf_counter()
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", ask.port)
            writer.write(ask.raw())
            status, keep = await _answer(reader)
            taken.append((time.perf_counter() - begun) * 1000)
            failures += status != 200
            if not keep:
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Latencies(tuple(taken), failures, time.perf_counter() - begun)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head[0].split()[1]), fields.get("connection") != "close"
