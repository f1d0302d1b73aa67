"""A run as panels ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patterns.panels import PanelError
from patterns.runs import RunResult


@dataclass(frozen=True)
class Answer:
    """The result of a run, its steps by name, and what its figures stand on."""

    run: RunResult
    steps: Mapping[str, Mapping[str, Any]]
    base_currency: str
    asof_date: str

    @classmethod
    def of(cls, run: RunResult) -> "Answer":
        return cls(
            run=run,
            steps={step["as"]: step for step in run.trace["steps"]},
            base_currency=run.trace.get("base_currency") or "",
            asof_date=run.trace.get("asof_date") or "",
        )

    def has(self, path: str) -> bool:
        return root_of(path) in self.run.result

    def error(self, path: str) -> PanelError | None:
        error = self.steps.get(root_of(path), {}).get("error")
        return PanelError(**error) if error else None

    def note(self, path: str) -> str:
        return str(self.steps.get(root_of(path), {}).get("note", ""))

    def items(self, path: str) -> tuple[list[Mapping[str, Any]], str]:
        """The rows that a path leads to, and the currency of the nearest mapping on the way."""
        data: Any = self.run.result
        currency = self.base_currency
        for name in path.split("."):
            data = data.get(name) if isinstance(data, Mapping) else None
            if isinstance(data, Mapping) and isinstance(data.get("currency"), str):
                currency = data["currency"]
        return (data if isinstance(data, list) else []), currency

    def owner(self, path: str) -> Mapping[str, Any]:
        """The mapping that holds what a path leads to."""
        found: Any = self.run.result
        for name in path.split(".")[:-1]:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def root_of(path: str) -> str:
    """The output that a path begins with."""
    return path.partition(".")[0]
