import pytest

from patterns import explaining, runner
from patterns.context import Context
from patterns.exceptions import CapabilityMisdeclared, FigureUnknown, NotExplained
from patterns.explaining import Path, explain, explains
from patterns.explanation import Explanation, Formula, Source
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
