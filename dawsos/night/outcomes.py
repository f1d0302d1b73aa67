"""What a stage came to, and what a part of one came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True)
class Outcome:
    """What a stage did, as counts, and a sentence for the page: no tenant's figures in it.

    `stops` ends the night, yet what the stage has found is kept: an error would roll it back.
    """

    message: str
    counts: dict[str, int] = field(default_factory=dict)
    stops: bool = False


class Failed(NamedTuple):
    """A portfolio that could not be done: a code for programs, a sentence for its members."""

    portfolio_id: UUID
    code: str
    message: str


@dataclass(frozen=True)
class Part:
    """What a stage did for some of its portfolios."""

    counts: Mapping[str, int] = field(default_factory=dict)
    failures: tuple[Failed, ...] = ()


@dataclass(frozen=True)
class Totals:
    """What all parts of a stage did: counts added up, failures by code, chunks given up."""

    portfolios: int
    counts: Mapping[str, int]
    failures: Mapping[str, int]
    dead: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        return sum(self.failures.values())
