"""Capabilities and patterns that exist only here: a shop that sells baskets of fruit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from patterns import library, registry
from patterns.context import Context
from patterns.exceptions import DawsError
from patterns.reading import Reading, read_spec
from patterns.results import (
    CountFigure,
    Fraction,
    FractionFigure,
    Money,
    MoneyFigure,
    Quantity,
    RatioFigure,
)
from patterns.source import Source
from patterns.spec import PatternSpec


class Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BasketInput(Closed):
    size: int
    note: str = ""


class Fruit(Closed):
    name: str
    quantity: Quantity
    value: MoneyFigure
    weight: Fraction | None
    picked_on: date
    rating: RatioFigure
    grade: RatioFigure
    bare: float = 1.0


class Basket(Closed):
    size: CountFigure
    total: MoneyFigure
    fruits: tuple[Fruit, ...]
    by_colour: dict[str, Money]
    ripe: bool = True
    sources: tuple[str, ...] = ("the orchard",)


class Shelf(Closed):
    fruits: tuple[Fruit, ...] = ()


class ShareInput(Closed):
    part: Decimal
    whole: Decimal


class LabelInput(Closed):
    share: float | None
    fruit: str = "apple"


class Label(Closed):
    text: str


class Share(Closed):
    share: FractionFigure
    yearly: FractionFigure


class NothingAsked(Closed):
    pass


@dataclass
class Shop:
    """The invented capabilities, and how often each was really called."""

    calls: list[str] = field(default_factory=list)

    def basket(self, ctx: Context, args: BasketInput) -> Basket:
        """A basket of apples at 2.50 each, one of which may have no price."""
        self.calls.append("basket")
        apple = Fruit(
            name="apple",
            quantity=Decimal(args.size),
            value=MoneyFigure(value=Decimal("2.50") * args.size, currency="CAD"),
            weight=1.0,
            picked_on=date(2013, 2, 28),
            rating=RatioFigure.withheld("Ratings are not built yet.", missing=("apple",)),
            grade=RatioFigure(value=1.0),
        )
        pear = Fruit(
            name="pear",
            quantity=Decimal(1),
            value=MoneyFigure.withheld("No price source.", missing=("pear",), currency="CAD"),
            weight=None,
            picked_on=date(2013, 2, 27),
            rating=RatioFigure.withheld("Ratings are not built yet.", missing=("pear",)),
            grade=RatioFigure.withheld("No price source.", missing=("pear",)),
        )
        total = apple.value.model_copy(
            update={"state": "partial", "coverage": 0.5, "reason": "1 of 2 has a price."}
        )
        return Basket(
            size=CountFigure(value=args.size),
            total=total,
            fruits=(apple, pear),
            by_colour={"red": Decimal("2.50")},
        )

    def share(self, ctx: Context, args: ShareInput) -> Share:
        """A part of a whole; a yearly one is not known."""
        self.calls.append("share")
        return Share(
            share=FractionFigure(value=float(args.part / args.whole), n=2),
            yearly=FractionFigure.withheld("Less than a year of history."),
        )

    def label(self, ctx: Context, args: LabelInput) -> Label:
        """What stands on the basket, with the share where it is known."""
        self.calls.append("label")
        return Label(text="no share" if args.share is None else f"{args.share:.0%} {args.fruit}")

    def shelf(self, ctx: Context, args: NothingAsked) -> Shelf:
        """An empty shelf."""
        return Shelf()

    def refuse(self, ctx: Context, args: NothingAsked) -> Share:
        """Fails in the way of our own family."""
        self.calls.append("refuse")
        raise DawsError("The shop is closed.", code="BUSINESS_4009", suggestion="Come tomorrow.")

    def explode(self, ctx: Context, args: NothingAsked) -> Share:
        """Fails in a way that nobody foresaw."""
        self.calls.append("explode")
        raise ZeroDivisionError("a secret that must not be shown")

    def lie(self, ctx: Context, args: NothingAsked) -> Share:
        """Returns something else than it declares."""
        return NothingAsked()  # type: ignore[return-value]

    def where(self, ctx: Context, args: BasketInput) -> CountFigure:
        """Answers with a figure itself."""
        self.calls.append("where")
        return CountFigure(value=args.size)


NAMES = ("basket", "share", "label", "shelf", "refuse", "explode", "lie", "where")


@contextmanager
def open_shop(*, version: str = "1") -> Iterator[Shop]:
    shop = Shop()
    declared = [
        registry.describe(getattr(shop, name), name=f"shop.{name}", version=version, agent="keeper")
        for name in NAMES
    ]
    with registry.temporarily(*declared, alone=True):
        yield shop


BASKET_STEP: dict[str, Any] = {
    "as": "basket",
    "capability": "shop.basket",
    "args": {"size": "{{inputs.size}}"},
}
SHARE_STEP: dict[str, Any] = {
    "as": "share",
    "capability": "shop.share",
    "args": {"part": "1", "whole": "{{basket.total.value}}"},
}


def document(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A pattern file of some steps, all of which are outputs."""
    return {
        "id": "fruit",
        "version": "1.0.0",
        "name": "Fruit",
        "inputs": {"size": {"type": "integer", "default": 4}},
        "steps": list(steps),
        "outputs": [step["as"] for step in steps],
        **changes,
    }


def pattern(*steps: dict[str, Any], **changes: Any) -> PatternSpec:
    reading = read_spec(Source(data=document(*steps, **changes)))
    assert reading.faults == ()
    assert reading.spec is not None
    return reading.spec


@contextmanager
def house(*specs: PatternSpec) -> Iterator[None]:
    """Patterns that can be found by their ids, beside those of the product."""
    library.take_over({spec.id: Reading(Source(), spec, ()) for spec in specs})
    try:
        yield
    finally:
        library.take_over({})


def context(**changes: Any) -> Context:
    known: dict[str, Any] = {
        "user_id": 1,
        "portfolio_id": UUID("11111111-1111-1111-1111-111111111111"),
        "pricing_pack_id": "2013-02-28-ECB-r1",
        "pack_hash": "a" * 64,
        "history_hash": "b" * 64,
        "ledger_commit_hash": "c" * 64,
        "settings_hash": "d" * 64,
        "asof_date": date(2013, 2, 28),
        "base_currency": "CAD",
        "correlation_id": "tests",
    }
    return Context(**known | changes)
