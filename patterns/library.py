"""Every pattern: those of the product, from one folder that is read once, and those of the house.

This module knows no database. Whoever keeps the patterns of the house hands them over with
`take_over`, in every process.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final, TypedDict

from patterns.exceptions import PatternInvalid, PatternUnknown
from patterns.faults import SHAPE, Fault, did_you_mean
from patterns.reading import Reading, read_spec
from patterns.source import read
from patterns.spec import PatternSpec

FOLDER: Final = Path(__file__).parent / "library"

_generations = count(1)


class _Current(TypedDict):
    library: "Library | None"  # None: the built-in alone
    generation: int
    archive: Callable[[str, str], PatternSpec | None]


_current: _Current = {"library": None, "generation": 0, "archive": lambda _id, _version: None}


@dataclass(frozen=True)
class Library:
    """The files of a folder by pattern id, the broken ones among them."""

    readings: dict[str, Reading]

    def get(self, pattern_id: str) -> PatternSpec:
        reading = self.readings.get(pattern_id)
        if reading is None:
            raise PatternUnknown(
                f"There is no pattern {pattern_id[:80]!r}.",
                suggestion=did_you_mean(pattern_id[:80], self.readings),
                details={"reason": "pattern_unknown", "pattern_id": pattern_id[:80]},
            )
        if reading.spec is None or reading.faults:
            raise PatternInvalid(
                f"The pattern {pattern_id!r} has {len(reading.faults)} mistakes.",
                [fault.as_dict() for fault in reading.faults],
            )
        return reading.spec

    def patterns(self) -> Iterator[PatternSpec]:
        """The patterns that could be read, by id."""
        for _, reading in sorted(self.readings.items()):
            if reading.spec is not None and not reading.faults:
                yield reading.spec


def load(folder: Path) -> Library:
    """Read every *.json of a folder. A file is named after the pattern it holds."""
    readings = {}
    for path in sorted(folder.glob("*.json")):
        readings[path.stem] = _named(read_spec(read(path)), path)
    return Library(readings)


@cache
def built_in() -> Library:
    """The product's own patterns."""
    return load(FOLDER)


def library() -> Library:
    """The product's own patterns and those of the house, as this process knows them."""
    return _current["library"] or built_in()


def get_pattern(pattern_id: str) -> PatternSpec:
    return library().get(pattern_id)


def generation() -> int:
    """Changes with the patterns of the house: whoever keeps a plan knows it is old."""
    return _current["generation"]


def take_over(own: Mapping[str, Reading]) -> None:
    """From now on these are the patterns of the house. A built-in id stays what it is."""
    _current["library"] = Library({**own, **built_in().readings}) if own else None
    _current["generation"] = next(_generations)


def of_version(pattern_id: str, version: str) -> PatternSpec:
    """A pattern as it was in a version; as it is now, where no such version is kept.

    Raises PatternUnknown where there is neither.
    """
    now = library().readings.get(pattern_id)
    if now is not None and now.spec is not None and now.spec.version == version:
        return get_pattern(pattern_id)
    kept = _current["archive"](pattern_id, version)
    return kept if kept is not None else get_pattern(pattern_id)


def keep_in(archive: Callable[[str, str], PatternSpec | None]) -> None:
    """Where earlier versions of patterns are found."""
    _current["archive"] = archive


def _named(reading: Reading, path: Path) -> Reading:
    if reading.spec is None or reading.spec.id == path.stem:
        return reading
    fault = Fault(
        code=SHAPE,
        pointer="/id",
        message=f"The file {path.name} holds the pattern {reading.spec.id!r}.",
        suggestion=f"Call the file {reading.spec.id}.json.",
    )
    found = reading.source.located(fault)
    return Reading(reading.source, reading.spec, (*reading.faults, found), reading.step_ids)
