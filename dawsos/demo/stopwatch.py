"""How long each part of the set-up took, said while it happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Stopwatch:
    """Names parts and keeps their seconds, in order."""

    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str, doing: str) -> Iterator[None]:
        """Time a block; a line appears when it begins and another when it ends."""
        self.say(f"{doing} …")
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)
        self.say(f"  {name}: {self.seconds[name]:.1f} s")
