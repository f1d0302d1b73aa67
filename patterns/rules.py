"""By which numbered rule a figure is defined: `returns.3` is the third of docs/methods/returns.md.

An app declares the rules of its capabilities beside them, so that every label on every page leads
to the definition of what it names, whichever pattern shows it, and whether or not the figure could
be computed. Places are named as in the catalogue, without the marks of lists.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from patterns.exceptions import CapabilityMisdeclared

BY_ROW: Final = "row"  # each row names its own rule, in its field `definition`

_rules: dict[str, dict[str, str]] = {}


def defines(capability: str, rules: Mapping[str, str]) -> None:
    """Say which figures of a capability each rule defines: their paths, parted by blanks.

    Raises CapabilityMisdeclared where a figure would have two rules.
    """
    declared: dict[str, str] = {}
    for rule, paths in rules.items():
        for path in paths.split():
            if declared.setdefault(path, rule) != rule:
                raise CapabilityMisdeclared(f"{path!r} of {capability!r} has two rules.")
    if _rules.setdefault(capability, declared) != declared:
        raise CapabilityMisdeclared(f"The figures of {capability!r} are defined twice.")


def rule_of(capability: str, path: Iterable[str]) -> str:
    """The rule of a figure; "" where there is none or its row names it.

    `path` may name a row, as a result does (positions, 0, price), or leave it out.
    """
    rule = declared_rule(capability, ".".join(name for name in path if not name.isdigit()))
    return "" if rule == BY_ROW else rule


def declared_rule(capability: str, place: str) -> str:
    """The rule of a place as it was declared, BY_ROW included; "" for none."""
    return _rules.get(capability, {}).get(place, "")


def defined_places(capability: str) -> frozenset[str]:
    """Every place that has a rule."""
    return frozenset(_rules.get(capability, ()))
