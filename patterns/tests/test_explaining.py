from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from patterns import explaining, runner
from patterns.column_sums import explain_sum
from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, FigureUnknown, NotExplained
from patterns.explaining import Path, explain, explains
from patterns.explanation import Explanation, Formula, Source, breach
from patterns.tests.inventions import BASKET_STEP, SHARE_STEP, ShareInput, context, pattern


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Explanation]:
    """What the explainer of shop.share answers, by the last name of the path."""
    monkeypatch.setattr(explaining, "_explainers", {})
    known: dict[str, Explanation] = {}

    @explains("shop.share")
    def why(ctx: Context, args: ShareInput, path: Path) -> Explanation | None:
        parts = [
            Explanation(label=name, value=value, unit="money", source=Source("test", name))
            for name, value in (("part", args.part), ("whole", args.whole))
        ]
        made = Explanation(
            label="share",
            value=float(args.part / args.whole),
            unit="fraction",
            formula=Formula("quotient", "part / whole"),
            parts=parts,
        )
        return known.get(path[-1], made if path == ("share",) else None)

    return known


QUESTION = pattern(BASKET_STEP, SHARE_STEP)


def ask(path: str) -> Explanation:
    return explain(runner.run(QUESTION, {}, context()), context(), path, QUESTION)


def test_the_explainer_gets_the_arguments_of_the_step(shop, answers) -> None:
    found = ask("share.share")
    assert found.value == 0.1
    assert [part.value for part in found.children] == [1, 10]


@pytest.mark.parametrize("path", ["share", "share.nothing", "nobody.share", "share.share.0", ""])
def test_a_path_to_no_figure(shop, answers, path: str) -> None:
    with pytest.raises(FigureUnknown):
        ask(path)


def worth(value: str | None, currency: str = "CAD", state: str = "exact") -> dict[str, Any]:
    return {"worth": {"value": value, "unit": "money", "currency": currency, "state": state}}


ROWS = [worth("1.25") | {"label": "one"}, worth("2", state="stale") | {"label": "two"}]


def total_of(rows: list[dict[str, Any]], path: str = "rows.*.worth") -> Explanation:
    """As of a run: the figure of a row is a fact."""

    def value_at(row: Any, names: Sequence[str]) -> Any:
        return row.get(names[0])

    def fact(at: str) -> Explanation:
        figure = rows[int(at.split(".")[1])]["worth"]
        value = None if figure["value"] is None else Decimal(figure["value"])
        return Explanation(
            label=at, value=value, unit="money", reason="unknown", source=Source("test", at)
        )

    return explain_sum(rows, path, value_at, fact)


def test_the_total_of_a_column_is_the_sum_of_its_rows() -> None:
    found = total_of(ROWS)
    assert (found.value, found.currency, found.state) == (Decimal("3.25"), "CAD", "stale")
    assert [child.label for child in found.children] == ["rows.0.worth", "rows.1.worth"]
    assert breach(found) == ""


def test_a_row_that_is_withheld_makes_the_total_partial() -> None:
    found = total_of([*ROWS, worth(None, state="withheld")])
    assert (found.value, found.state) == (Decimal("3.25"), "partial")
    assert "2 of 3 rows" in found.reason
    assert breach(found) == ""


@pytest.mark.parametrize("path", ["rows.*.label", "rows.*.nobody"])
def test_what_is_no_column_of_figures_has_no_total(path: str) -> None:
    with pytest.raises(FigureUnknown):
        total_of(ROWS, path)
    with pytest.raises(FigureUnknown):
        total_of([], path)


def test_currencies_have_no_total() -> None:
    with pytest.raises(FigureUnknown):
        total_of([*ROWS, worth("1", "EUR")])


def test_a_figure_that_nobody_explains(shop, answers) -> None:
    with pytest.raises(NotExplained, match=r"shop\.basket does not explain"):
        ask("basket.total")


def test_an_explanation_that_leads_elsewhere_is_not_shown(shop, answers) -> None:
    answers["share"] = Explanation(label="share", value=0.2, unit="fraction")
    with pytest.raises(NotExplained, match=r"was 0\.1, and now follows as 0\.2"):
        ask("share.share")


def test_a_withheld_figure_is_explained_too(shop, answers) -> None:
    answers["yearly"] = Explanation(
        label="yearly", value=None, unit="fraction", state="withheld", reason="Too short."
    )
    assert ask("share.yearly").reason == "Too short."


def test_a_capability_has_one_explainer(answers) -> None:
    with pytest.raises(CapabilityMisdeclared, match="twice"):
        explains("shop.share")(lambda *_: None)
    assert explaining.is_explained("shop.share")
