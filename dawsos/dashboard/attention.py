"""What needs somebody: one line each, the most urgent first, with the page that mends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission, has
from dawsos.models import NightlyRun
from market.models import PricingPack
from market.selectors import health_of
from market.selectors.packs import Asked
from portfolios.selectors.composition import Composition
from portfolios.selectors.dashboard import Line
from portfolios.selectors.due_actions import DueAction

Urgency = Literal["error", "warning", "note"]
ORDER: tuple[Urgency, ...] = ("error", "warning", "note")
NAMED = 4  # symbols in a line; the page behind it has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """One thing to look at. `where` names the portfolio or the part of the house."""

    kind: str
    urgency: Urgency
    where: str
    sentence: str
    url: str
    label: str


def in_order(items: Iterable[Attention]) -> list[Attention]:
    return sorted(items, key=lambda item: ORDER.index(item.urgency))


def of_portfolios(
    lines: Iterable[Line],
    compositions: Mapping[UUID, Composition],
    due: Iterable[DueAction],
    *,
    today: date,
) -> Iterator[Attention]:
    """Corporate actions, open differences, holdings without a price, values behind the ledger."""
    by_portfolio: dict[UUID, list[DueAction]] = defaultdict(list)
    for action in due:
        by_portfolio[action.portfolio_id].append(action)
    for line in lines:
        pk = line.portfolio.pk
        yield from _actions(line, by_portfolio[pk], today)
        yield from _differences(line)
        yield from _unpriced(line, compositions.get(pk, Composition()))
        yield from _behind(line)


def _actions(line: Line, due: Sequence[DueAction], today: date) -> Iterator[Attention]:
    if not due:
        return
    first = due[0].day
    when = "today" if first == today else f"on {first}"
    count = len(due)
    more = f"{count} corporate actions, the first" if count > 1 else "A corporate action"
    yield Attention(
        kind="corporate_action",
        urgency="warning",
        where=line.portfolio.name,
        sentence=f"{more} {when}: {names(action.symbol for action in due)}.",
        url=reverse("portfolios:actions", args=[line.portfolio.pk]),
        label="Corporate actions",
    )


def _differences(line: Line) -> Iterator[Attention]:
    if not line.differences:
        return
    count = line.differences
    said = f"{count} difference{'s' if count > 1 else ''} open between ledger and statements."
    yield Attention(
        kind="reconciliation",
        urgency="error",
        where=line.portfolio.name,
        sentence=said,
        url=reverse("portfolios:reconciliation", args=[line.portfolio.pk]),
        label="Reconciliation",
    )


def _unpriced(line: Line, composition: Composition) -> Iterator[Attention]:
    unpriced = composition.unpriced
    if not unpriced or line.value is None:
        return
    sources = any(it.has_source for it in unpriced)
    why = f"no price in {line.value.pack_id}" if sources else "no price source is connected"
    yield Attention(
        kind="unpriced",
        urgency="warning",
        where=line.portfolio.name,
        sentence=f"{names(it.symbol for it in unpriced)}: {why}; withheld, not counted as zero.",
        url=reverse("portfolio-data-health", args=[line.portfolio.pk]),
        label="Data health",
    )


def _behind(line: Line) -> Iterator[Attention]:
    if line.behind:
        yield Attention(
            kind="values_behind",
            urgency="warning",
            where=line.portfolio.name,
            sentence=line.behind,
            url=reverse("portfolios:overview", args=[line.portfolio.pk]),
            label="Value it now",
        )


def of_packs(packs: Mapping[Asked, PricingPack]) -> Iterator[Attention]:
    """Policies whose newest pack is stale, still warming, or failed."""
    for (policy, _), pack in packs.items():
        state = health_of(pack, latest=True)
        if state["status"] == "fresh":
            continue
        said = {
            "stale": f"The newest pack is of {pack.asof_date}; there was a later session.",
            "warming": f"The pack of {pack.asof_date} is warming: its night is not done.",
            "error": f"The pack of {pack.asof_date} failed. {state['error_message'] or ''}".strip(),
        }[state["status"]]
        yield Attention(
            kind="pack",
            urgency="note" if state["status"] == "warming" else "error",
            where=f"Prices, policy {policy}",
            sentence=said,
            url=reverse("market:pack", args=[pack.pk]),
            label="The pack",
        )


def of_nights(nights: Iterable[NightlyRun]) -> Iterator[Attention]:
    for night in nights:
        if night.state == NightlyRun.State.FAILED:
            yield Attention(
                kind="night",
                urgency="error",
                where=f"Night of {night.asof_date}",
                sentence=f"The chain of policy {night.policy} stopped before its end.",
                url=reverse("night", args=[night.pk]),
                label="The night",
            )


def of_quarantine(waiting: int) -> Iterator[Attention]:
    if waiting:
        yield Attention(
            kind="quarantine",
            urgency="warning",
            where="Quarantine",
            sentence=f"Observations that wait for a decision: {waiting}.",
            url=reverse("market:quarantine"),
            label="Decide",
        )


def latest_nights(user: User, policies: Sequence[str]) -> list[NightlyRun]:
    """The last night of each policy, for whoever may read nights."""
    if not has(user, Permission.READ_NIGHTS):
        return []
    rows = NightlyRun.objects.filter(policy__in=policies)
    return list(rows.order_by("policy", "-asof_date").distinct("policy"))


def names(symbols: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    found = list(dict.fromkeys(symbols))
    rest = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
