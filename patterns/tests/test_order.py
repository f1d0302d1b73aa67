import pytest

from patterns.order import Cycle, dependency_order


def test_a_step_runs_after_what_it_needs():
    needs = {"c": frozenset({"b"}), "b": frozenset({"a"}), "a": frozenset()}
    assert dependency_order(needs) == ["a", "b", "c"]


def test_free_steps_keep_the_order_of_the_file():
    needs: dict[str, frozenset[str]] = {name: frozenset() for name in ("zebra", "apple", "mango")}
    assert dependency_order(needs) == ["zebra", "apple", "mango"]


def test_a_ring_is_named():
    needs = {"a": frozenset({"c"}), "b": frozenset({"a"}), "c": frozenset({"b"})}
    with pytest.raises(Cycle) as cycle:
        dependency_order(needs)
    assert set(cycle.value.steps) == {"a", "b", "c"}
    assert cycle.value.steps[0] == cycle.value.steps[-1]
