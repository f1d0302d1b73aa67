"""A run as panels ask for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patterns.panels import PanelError
from patterns.rules import rule_of
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
        root, within = _heads(path)
        if root not in self.run.result:
            return False
        return "steps" not in self.steps.get(root, {}) or within in self.run.result[root]

    def error(self, path: str) -> PanelError | None:
        error = self._step(path).get("error")
        return PanelError(**error) if error else None

    def note(self, path: str) -> str:
        return str(self._step(path).get("note", ""))

    def rule(self, path: str) -> str:
        """The rule that defines the figure at a path, as its capability declares it; "" for none.

        The path of a field of rows may leave the row out.
        """
        first, *rest = path.split(".")
        step: Mapping[str, Any] = self.steps.get(first, {})
        while "steps" in step and rest:
            first, *rest = rest
            step = next((one for one in step["steps"] if one["as"] == first), {})
        return rule_of(step.get("capability", ""), rest)

    def _step(self, path: str) -> Mapping[str, Any]:
        """The step behind a path; of a pattern that gave only some outputs, the one within."""
        root, within = _heads(path)
        step = self.steps.get(root, {})
        if step.get("state") != "done":
            return step
        inner: dict[str, Mapping[str, Any]] = {each["as"]: each for each in step.get("steps", ())}
        return inner.get(within, step)

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


def _heads(path: str) -> tuple[str, str]:
    """The output that a path begins with, and the name after it."""
    root, _, rest = path.partition(".")
    return root, rest.partition(".")[0]
