"""In which order the steps run."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter


class Cycle(ValueError):
    """Steps that wait for each other; `steps` names them in a ring."""

    def __init__(self, steps: list[str]) -> None:
        super().__init__(" → ".join(steps))
        self.steps = steps


def dependency_order(needs: Mapping[str, frozenset[str]]) -> list[str]:
    """Every step after the steps it needs; among those that are free, in the file's order.

    Raises Cycle naming the ring.
    """
    position = {step: index for index, step in enumerate(needs)}
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        raise Cycle(list(error.args[1])) from None
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        order.extend(ready)
        sorter.done(*ready)
    return order
