"""Why the counts of the dashboard and of data health are what they are: one each of what is
counted, with the row of the pack, or the page, where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.urls import reverse

from market.models import Price
from patterns.explanation import Explanation, Formula, Source
from portfolios.capabilities.why.facts import day_source, price_source
from portfolios.selectors.data_health import CountedHolding, DataHealth, PolicyHealth, Weak

RULE = "valuation.5"
ONE_EACH = Formula("sum", "one each")


def holdings_counted(label: str, held: Sequence[CountedHolding]) -> Explanation:
    """Holdings of all portfolios, each at its row of the pack that prices it."""
    return _counted(
        label,
        (
            _one(f"{it.symbol} in {it.portfolio}", price_source(it.pack_id, it.security_id))
            for it in held
        ),
    )


def of_health(health: DataHealth, name: str) -> Explanation | None:
    """A count of data health by its name; None where there is none so named."""
    make = COUNTS.get(name)
    return None if make is None else make(health)


def of_policy(each: PolicyHealth, name: str) -> Explanation | None:
    """How many prices the newest pack of a policy has of its day, or carries; and its coverage."""
    pack = each.pack
    if pack is None:
        return None
    if name == "coverage":
        return _coverage(each)
    state = {"exact": "exact", "carried": "stale"}.get(name)
    if state is None:
        return None
    rows = Price.objects.in_pack(pack.pk).filter(state=state).select_related("security")
    label = "prices of the day" if name == "exact" else "prices carried from an earlier day"
    return _counted(
        f"{label} in {pack.pk}",
        (
            _one(row.security.symbol, price_source(pack.pk, row.security_id))
            for row in rows.order_by("security__symbol")
        ),
    )


def _coverage(each: PolicyHealth) -> Explanation | None:
    """As it was judged when the pack was built."""
    pack, judged = each.pack, each.coverage
    if pack is None or not judged:
        return None
    required, missing = int(judged["required"]), list(judged["missing"])
    if not required:
        return _fact_of_nothing(pack.pk)
    needed = _fact("prices and rates that were needed", required, day_source(pack.pk))
    lacking = _counted(
        "of them missing", (_one(str(name), day_source(pack.pk)) for name in missing)
    )
    return Explanation(
        label=f"coverage of what was held when {pack.pk} was built",
        value=float(judged["priced"]),
        unit="fraction",
        formula=Formula("quotient", "found / needed"),
        parts=[
            Explanation(
                label="found",
                value=required - len(missing),
                unit="count",
                formula=Formula("difference", "needed − missing"),
                parts=[needed, lacking],
                rule=RULE,
            ),
            needed,
        ],
        rule=RULE,
    )


def _fact_of_nothing(pack_id: str) -> Explanation:
    return Explanation(
        label="nothing was needed, so nothing was missing",
        value=1.0,
        unit="fraction",
        source=day_source(pack_id),
        rule=RULE,
    )


def _weak(label: str, rows: Iterable[Weak]) -> Explanation:
    return _counted(
        label, (_one(f"{it.name} in {it.portfolio}: {it.reason}", _row(it)) for it in rows)
    )


def _row(weak: Weak) -> Source:
    if weak.security_id is None:
        return day_source(weak.pack_id)
    return price_source(weak.pack_id, weak.security_id)


def _differences(health: DataHealth) -> Explanation:
    return _counted(
        "open differences between ledgers and statements",
        (
            _fact(
                line.portfolio.name,
                line.differences,
                Source(
                    "page",
                    "reconciliation",
                    reverse("portfolios:reconciliation", args=[line.portfolio.pk]),
                ),
            )
            for line in health.lines
            if line.differences
        ),
    )


def _waiting(health: DataHealth) -> Explanation:
    page = Source("page", "quarantine", reverse("market:quarantine"))
    return _fact("observations in quarantine, of the whole house", health.waiting, page)


def _counted(label: str, parts: Iterable[Explanation]) -> Explanation:
    found = list(parts)
    return Explanation(
        label=label,
        value=sum(int(one.value or 0) for one in found),
        unit="count",
        formula=ONE_EACH,
        parts=found,
        rule=RULE,
    )


def _one(label: str, source: Source) -> Explanation:
    return _fact(label, 1, source)


def _fact(label: str, count: int, source: Source) -> Explanation:
    return Explanation(label=label, value=count, unit="count", source=source, rule=RULE)


COUNTS: dict[str, Callable[[DataHealth], Explanation]] = {
    "priced": lambda health: holdings_counted("holdings with a price", health.with_price),
    "stale": lambda health: _weak("carried from an earlier day", health.stale),
    "withheld": lambda health: _weak("withheld for want of a price or a rate", health.withheld),
    "differences": _differences,
    "waiting": _waiting,
}
