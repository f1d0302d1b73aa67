"""Keeping stored answers within the limits of the installation, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from accounts.identity import as_service
from patterns.selectors import old_answers
from patterns.services import forget_cancellations, forget_runs, forget_steps

AT_ONCE = 1_000
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """`runs`, `steps`, `bytes`: what went, or would go. `referred`: runs that something needs."""

    runs: int
    steps: int
    bytes: int
    referred: int
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sentence(self) -> str:
        verb = "would go" if self.dry_run else "went"
        kept = (
            f" {self.referred} older runs stay: something refers to them." if self.referred else ""
        )
        size = f"{self.bytes / 1024 / 1024:.1f} MB"
        return f"{self.runs} runs and {self.steps} step results {verb}, {size}.{kept}"


def prune(*, keep_days: int, keep_mb: int, dry_run: bool = False) -> Pruned:
    """Forget what is beyond the limits. Each part is its own transaction: nobody waits for all."""
    with as_service("count old answers"):
        old = old_answers(keep_days=keep_days, keep_mb=keep_mb)
    if not dry_run:
        for runs in _parts(old.runs):
            with as_service("forget old runs"):
                forget_runs(runs)
        for steps in _parts(old.steps):
            with as_service("forget old step results"):
                forget_steps(steps)
        with as_service("forget old tickets"):
            forget_cancellations()
    return Pruned(
        runs=len(old.runs),
        steps=len(old.steps),
        bytes=old.bytes,
        referred=old.referred,
        dry_run=dry_run,
    )


def _parts(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), AT_ONCE):
        yield whole[start : start + AT_ONCE]
