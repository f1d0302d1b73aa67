"""One mistake in a pattern, where it is and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

UNREADABLE: Final = "E001"
SHAPE: Final = "E002"
CAPABILITY: Final = "E003"
ARGUMENT: Final = "E004"
REFERENCE: Final = "E005"
CYCLE: Final = "E006"
CONDITION: Final = "E007"
INPUT: Final = "E008"
PANEL_PATH: Final = "E009"
UNIT: Final = "E010"
BUDGET: Final = "E011"
SUBPATTERN: Final = "E012"


@dataclass(frozen=True, kw_only=True)
class Fault:
    code: str
    pointer: str  # a JSON pointer into the file: /steps/2/args/lookback_days
    message: str
    suggestion: str = ""
    file: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        line = f":{self.line}" if self.line else ""
        return f"{self.file or 'pattern'}{line} {self.pointer or '/'}"

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "pointer": self.pointer,
            "reason": self.code,
            "message": self.message,
            "remedy": self.suggestion,
        }


def pointer(*parts: str | int) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    known = sorted(candidates)
    close = get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(known[:24])}." if known else ""
