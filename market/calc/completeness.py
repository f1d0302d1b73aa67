"""Whether enough of what is needed is priced, so that a pack may be sealed.

The market does not know who holds what; whoever asks for a pack says what is required. A listing
without a price source is nobody's failure today: it is listed and named, and not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from market.calc.policies import Completeness


@dataclass(frozen=True, slots=True)
class Required:
    """What is held on a day: listings by key, and the currencies that have to be converted."""

    listings: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what is required a pack has, by listing key or pair.

    `missing` has no value at all, `late` a carried one though its exchange was open since.
    `unsourced` is required and has no source; it is in neither share.
    """

    rule: str
    required: int
    missing: tuple[str, ...]
    late: tuple[str, ...]
    unsourced: tuple[str, ...]

    @property
    def priced(self) -> Decimal:
        """The share that has a value; one when nothing is required."""
        return self._share(len(self.missing))

    @property
    def observed(self) -> Decimal:
        """The share that was seen on the last session of its own exchange."""
        return self._share(len(self.missing) + len(self.late))

    def suffices(self, rule: Completeness) -> bool:
        return self.priced >= rule.priced and self.observed >= rule.observed

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, the shares as text to four decimals."""
        return {
            "rule": self.rule,
            "required": self.required,
            "priced": _text(self.priced),
            "observed": _text(self.observed),
            "missing": list(self.missing),
            "late": list(self.late),
            "unsourced": list(self.unsourced),
        }

    def _share(self, lacking: int) -> Decimal:
        return Decimal(self.required - lacking) / self.required if self.required else Decimal(1)


def coverage_of(
    rule: Completeness,
    needed: Sequence[str],
    *,
    missing: Sequence[str],
    late: Sequence[str],
    unsourced: Sequence[str],
) -> Coverage:
    """The coverage of what is needed, from what a pack lacks; all by key."""
    wanted = set(needed) - set(unsourced)
    return Coverage(
        rule=rule.required,
        required=len(wanted),
        missing=tuple(sorted(wanted.intersection(missing))),
        late=tuple(sorted(wanted.intersection(late))),
        unsourced=tuple(sorted(set(needed).intersection(unsourced))),
    )


def _text(share: Decimal) -> str:
    return str(round(share, 4))
