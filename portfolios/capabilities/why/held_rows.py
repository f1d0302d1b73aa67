"""Why a holding earned what it did on the last day; the rest of its row is the position's."""

from __future__ import annotations

from patterns.context import Context
from patterns.explaining import Path, explains
from patterns.explanation import Explanation, Formula
from patterns.results import Figure
from portfolios.calc.valuation import ValuedPosition
from portfolios.capabilities.day_change import DayChange, last_day
from portfolios.capabilities.held_positions import HeldRow, held_positions
from portfolios.capabilities.inputs import OfPortfolio
from portfolios.capabilities.positions import valued
from portfolios.capabilities.why.cut import Cut
from portfolios.capabilities.why.facts import dressed, of_figure
from portfolios.capabilities.why.group import OWN_RULE, PROFIT_RULE, Group
from portfolios.capabilities.why.lines import in_all_accounts
from portfolios.capabilities.why.linked import linked_over
from portfolios.capabilities.why.positions import of_position
from portfolios.capabilities.why.worth import quantity
from portfolios.selectors.standing import standing


@explains("portfolio.held_positions")
def why_held_positions(ctx: Context, args: OfPortfolio, path: Path) -> Explanation | None:
    """What is the position's opens as it does on every page, the day's change into its lines."""
    match path:
        case ("positions", number, "day_change" | "day_change_pct" as name):
            return _of_day(ctx, args, int(number), name)
        case ("positions", number, name):
            now = standing(ctx, args.portfolio_id)
            found, positions = valued(now)
            if int(number) < len(positions):
                return of_position(now, positions[int(number)], found.positions[int(number)], name)
    return None


def _of_day(ctx: Context, args: OfPortfolio, number: int, name: str) -> Explanation | None:
    now = standing(ctx, args.portfolio_id)
    found, (_, positions) = held_positions(ctx, args), valued(now)
    if number >= len(positions):
        return None
    row, part = found.positions[number], positions[number]
    figure: Figure = getattr(row, name)
    if figure.state == "withheld":
        rule = PROFIT_RULE if name == "day_change" else OWN_RULE
        return of_figure(figure, f"{row.symbol} on the day", Formula("sum", ""), rule=rule)
    cut = linked_over(ctx, last_day(args)).cut
    change, last = DayChange(now, cut.span), len(cut.lines.dates) - 1
    group = Group(cut, row.symbol, tuple(change.columns(part.security)))
    if name == "day_change_pct":
        return dressed(figure, group.return_on(last))
    if len(change.held_of(part.security)) == 1:
        return dressed(figure, group.profit_on(last))
    return _in_one_account(change, cut, group, row, part)


def _in_one_account(
    change: DayChange, cut: Cut, group: Group, row: HeldRow, part: ValuedPosition
) -> Explanation:
    """What was not traded earned by quantity."""
    held, last = change.held_of(part.security), len(cut.lines.dates) - 1
    share = Explanation(
        label=f"share of account {row.account}",
        value=change.share(part),
        unit="fraction",
        formula=Formula("quotient", "quantity of the account / quantity of all"),
        parts=[quantity(change.now, part), in_all_accounts(change.now, held)],
        rule=PROFIT_RULE,
    )
    return of_figure(
        row.day_change,
        f"{row.symbol} in account {row.account} on {cut.date_of(last)}",
        Formula("product", "what the security earned × the account's share"),
        [group.profit_on(last), share],
        rule=PROFIT_RULE,
    )
