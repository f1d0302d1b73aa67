"""Asking every figure of a run why, and what does not follow."""

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.models import User
from patterns.explaining import explain, is_explained
from patterns.explanation import Explanation, breach
from patterns.layout import panels
from patterns.library import get_pattern
from portfolios.models import Portfolio
from portfolios.services.runs import Execution, execute


def run(alice: User, portfolio: Portfolio, pattern_id: str, **inputs: object) -> Execution:
    """A run of a pattern about a portfolio."""
    said = {name: str(value) for name, value in inputs.items()}
    return execute(
        user=alice,
        pattern_id=pattern_id,
        inputs={"portfolio_id": str(portfolio.pk), **said},
        correlation_id="test",
    )


def why(done: Execution, path: str) -> Explanation:
    return explain(done.run, done.context, path)


def asked(done: Execution, *steps: str) -> Iterator[str]:
    """The path of every number that a panel shows of some steps, of all when none is named."""
    pattern_id = done.run.pattern_id
    known = {step.id: step.capability for step in get_pattern(pattern_id).steps}
    for panel in panels(pattern_id, done.run):
        cells = [metric.cell for metric in panel.metrics]
        cells += [cell for row in panel.rows for cell in row.cells]
        for cell in cells:
            step = cell.path.split(".")[0]
            if cell.numeric and step in (steps or known) and is_explained(known[step]):
                yield cell.path


def broken(done: Execution, paths: Iterable[str]) -> list[str]:
    """What does not follow from what is below it, in any node of these figures."""
    seen: set[tuple[str, str, str]] = set()
    return [
        f"{path}: {said}"
        for path in paths
        for node in new_nodes(why(done, path), seen)
        if (said := breach(node))
    ]


def new_nodes(node: Explanation, seen: set[tuple[str, str, str]]) -> Iterator[Explanation]:
    """This node and all below it, each but once: many figures stand on the same days."""
    name = (node.label, str(node.value), node.formula.text)
    if name not in seen:
        seen.add(name)
        yield node
        for child in node.children:
            yield from new_nodes(child, seen)


def below(node: Explanation) -> list[tuple[str, Any]]:
    """The labels and values of a node's children."""
    return [
        (child.label, None if child.value is None else float(child.value))
        for child in node.children
    ]
