"""What a process remembers: the things used last, as many as their weights allow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, up to a sum of weights; the one that was not asked for the longest goes first.
    Threads share it. What a key stands for must never change: nothing is ever replaced.
    """

    def __init__(self, most: int, weigh: Callable[[V], int]) -> None:
        self.most = most
        self.weight = 0
        self._weigh = weigh
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """The value, used now."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: K, value: V) -> V:
        """What is kept from now on: the value, or that of whoever was faster. One that weighs more
        than all may is given back and not kept."""
        weight = self._weigh(value)
        if weight > self.most:
            return value
        with self._lock:
            if key in self._kept:
                return self._kept[key]
            self._kept[key] = value
            self.weight += weight
            while self.weight > self.most:
                _, gone = self._kept.popitem(last=False)
                self.weight -= self._weigh(gone)
            return value

    def pop(self, key: K) -> V | None:
        """The value, which is kept no more."""
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None:
                self.weight -= self._weigh(found)
            return found

    def in_order(self) -> list[K]:
        """The keys, that of what was used last at the end."""
        with self._lock:
            return list(self._kept)

    def clear(self) -> None:
        """As in a process that has just started."""
        with self._lock:
            self._kept.clear()
            self.weight = 0
