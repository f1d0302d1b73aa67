"""What a run leaves behind, and the small contract of whoever keeps it."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol
from uuid import UUID

from patterns.breakers import Breakers, NoBreakers
from patterns.context import Context

RunState = Literal["complete", "partial", "failed"]


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """An answer with the papers that prove it.

    `result_text` is canonical: its SHA-256 is `result_hash`, and a door may send it as it is.
    `result` maps each output to plain data; a step that was skipped or failed has no key.
    """

    run_id: UUID
    pattern_id: str
    pattern_version: str
    inputs: dict[str, Any]
    run_hash: str
    result_text: str
    result_hash: str
    trace: dict[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)
    state: RunState
    engine_version: str
    cached: bool = False

    @cached_property
    def result(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.result_text)
        return found


@dataclass(frozen=True, kw_only=True)
class StoredStep:
    """A capability's result under the hash of everything that determined it.

    `meta` holds what a trace says of it: sources, counts of states, first and last as-of date.
    """

    key: str
    capability: str
    version: str
    value_text: str
    meta: Mapping[str, Any]


class ResultStore(Protocol):
    """Where results are kept. Whoever finds a key taken keeps what is there: it is the same."""

    def get_run(self, run_hash: str) -> RunResult | None:
        """The complete run of this hash; never a partial or failed one."""

    def put_run(self, run: RunResult, ctx: Context) -> None: ...

    def look_ahead(self, keys: Sequence[str]) -> None:
        """These steps will be asked for, so a store that is far away may ask for all at once."""

    def get_step(self, key: str) -> StoredStep | None: ...

    def put_step(self, step: StoredStep, ctx: Context) -> None: ...

    @property
    def breakers(self) -> Breakers: ...

    def finish(self, ctx: Context) -> None:
        """The run has ended, whichever way: keep what else there is to keep."""

    def alone(self, run_hash: str) -> None:
        """Return when nobody else computes this run. Whoever waited looks the run up again.

        Raises RunBusy when somebody else takes too long.
        """

    @property
    def budget_ms(self) -> int | None:
        """What a step may take whose pattern and capability do not say."""

    def entering(self, position: int) -> None:
        """The run comes to its step of this number. Raises RunCancelled where nobody waits."""

    def isolated(self, budget_ms: int | None = None) -> AbstractContextManager[Any]:
        """Around one step: what goes wrong inside must not spoil the store for the others.

        Raises OverBudget when a query inside has been stopped after so long.
        """


class MemoryStore:
    """A store for one process: tests, and runs that need not be kept."""

    def __init__(self) -> None:
        self.runs: dict[str, RunResult] = {}
        self.steps: dict[str, StoredStep] = {}
        self.breakers: Breakers = NoBreakers()
        self.budget_ms: int | None = None

    def get_run(self, run_hash: str) -> RunResult | None:
        return self.runs.get(run_hash)

    def put_run(self, run: RunResult, ctx: Context) -> None:
        if run.state == "complete":
            self.runs.setdefault(run.run_hash, run)

    def look_ahead(self, keys: Sequence[str]) -> None:
        """Everything is at hand."""

    def get_step(self, key: str) -> StoredStep | None:
        return self.steps.get(key)

    def put_step(self, step: StoredStep, ctx: Context) -> None:
        self.steps.setdefault(step.key, step)

    def finish(self, ctx: Context) -> None:
        """Everything is kept already."""

    def alone(self, run_hash: str) -> None:
        """One process, and nobody else in it."""

    def entering(self, position: int) -> None:
        """Nobody looks on."""

    def isolated(self, budget_ms: int | None = None) -> AbstractContextManager[Any]:
        return nullcontext()
