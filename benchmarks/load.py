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
    server_ms: tuple[float, ...] = ()  # inside the view, where the answer says it

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return ninety_fifth(self.milliseconds)

    @property
    def server_p95(self) -> float | None:
        return ninety_fifth(self.server_ms) if self.server_ms else None

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


def ninety_fifth(milliseconds: Sequence[float]) -> float:
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def probe(ask: Ask, seconds: float) -> float | None:
    """Milliseconds until a new client is answered; None where it takes longer than `seconds`."""

    async def asked() -> float | None:
        try:
            return (await asyncio.wait_for(_load([ask], 1), seconds)).milliseconds[0]
        except TimeoutError:
            return None

    return asyncio.run(asked())


def load(asks: Sequence[Ask], *, clients: int) -> Latencies:
    """Send every ask once, spread over ``clients`` connections that each wait for their answer."""
    return asyncio.run(_load(asks, clients))


async def _load(asks: Sequence[Ask], clients: int) -> Latencies:
    queue = list(reversed(asks))
    taken: list[float] = []
    inside: list[float] = []
    failures = 0

    async def client() -> None:
        nonlocal failures
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        while queue:
            ask = queue.pop()
            begun = time.perf_counter()
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection(
                        "127.0.0.1", ask.port, limit=2**20
                    )
                writer.write(ask.raw())
                status, fields = await _answer(reader)
            except (OSError, asyncio.IncompleteReadError):
                status, fields = 0, {"connection": "close"}
            taken.append((time.perf_counter() - begun) * 1000)
            failures += status != 200
            if "server-timing" in fields:
                inside.append(float(fields["server-timing"].partition("dur=")[2]))
            if fields.get("connection") == "close" and writer is not None:
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - begun
    return Latencies(tuple(taken), failures, seconds, tuple(inside))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head[0].split()[1]), fields
