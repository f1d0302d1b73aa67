"""Running golden cases: each through its adaptor, never passed unless it was run and compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from dawsos.methods.cases import Case
from dawsos.methods.comparison import differences
from dawsos.methods.registry import adaptor_of

Status = Literal["passed", "failed", "unsupported"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `got` is None where nothing was run; problems say what differs."""

    case: Case
    status: Status
    got: Any = None
    problems: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As `verify_methods --json` prints it."""
        case = self.case
        return {
            "file": case.file,
            "id": case.id,
            "method": case.method,
            "status": self.status,
            "expected": case.expected,
            "got": plain(self.got),
            "tolerance": case.tolerance,
        }


def verify(cases: Iterable[Case]) -> Iterator[Outcome]:
    """Run cases one by one, in order."""
    return (run(case) for case in cases)


def run(case: Case) -> Outcome:
    """One case. A method without an adaptor, or one that only carries parameters, is unsupported;
    inputs that the adaptor or the function refuses are a failure that says so."""
    adaptor = None if case.carries_parameters else adaptor_of(case.method)
    if adaptor is None:
        return Outcome(case, "unsupported")
    try:
        got = adaptor(case.inputs)
    except Exception as error:  # noqa: BLE001 - whatever a case provokes belongs to that case
        said = f"{type(error).__name__}: {error}"
        return Outcome(case, "failed", {"error": said}, (said,))
    found = tuple(differences(case.expected, got, case.tolerance))
    return Outcome(case, "failed" if found else "passed", got, found)


def plain(value: object) -> Any:
    """An answer as JSON can hold it: Decimals and days as text, a number that is none as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, float) and value - value != 0:
        return str(value)
    return value
