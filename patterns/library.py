"""Every pattern of the product: one folder, read once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from patterns.exceptions import PatternInvalid, PatternUnknown
from patterns.faults import SHAPE, Fault, did_you_mean
from patterns.reading import Reading, read_spec
from patterns.source import read
from patterns.spec import PatternSpec

FOLDER: Final = Path(__file__).parent / "library"


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
def library() -> Library:
    """The product's own patterns."""
    return load(FOLDER)


def get_pattern(pattern_id: str) -> PatternSpec:
    return library().get(pattern_id)


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
