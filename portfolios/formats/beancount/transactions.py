"""What a Beancount transaction means: its postings to the entries of a ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from portfolios.formats.beancount.accounts import Accounts, Use
from portfolios.formats.beancount.cash import of_cash
from portfolios.formats.beancount.directives import Entry, Posting, links, strings
from portfolios.formats.beancount.sides import BY_HAND, Sides, named
from portfolios.formats.beancount.trades import of_securities
from portfolios.formats.currencies import CURRENCIES
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.machine_row import MachineRow

UNBALANCED = Decimal("0.015")  # two roundings of a cent, and their sum's


def read_transaction(
    entry: Entry, row: MachineRow, accounts: Accounts, known: Mapping[str, Mapping[str, str]]
) -> list[Draft]:
    """The entries of one transaction; none, and a mistake in the row, where it has no meaning."""
    postings = _completed(entry, row, accounts)
    sides = _sides(postings, row, accounts)
    if sides is None or row.faults:
        return []
    draft = _common(entry, sides, accounts, known)
    if sides.securities:
        return of_securities(sides, draft, row, accounts)
    return of_cash(entry, sides, draft, row, accounts, known)


def _completed(entry: Entry, row: MachineRow, accounts: Accounts) -> list[Posting]:
    """With the one elided amount filled in, and the balance checked where all weights are known.

    Gains follow from cost, so a posting of gains is left out, and with it the check.
    """
    gains = [post for post in entry.postings if accounts.use(post.account) is Use.GAINS]
    stated = [post for post in entry.postings if post not in gains]
    elided = [post for post in stated if post.units is None]
    weights, whole = _weights([post for post in stated if post.units is not None])
    if len(elided) > 1 or (elided and (not whole or gains or len(weights) > 1)):
        message = "The amount that was left out does not follow from the others."
        row.wrong("posting", "amount_elided", message, "Write all amounts.")
        return []
    if elided:
        ((currency, weight),) = weights.items() if weights else ((("", ZERO)),)
        filled = replace(elided[0], units=-weight, currency=currency)
        return [filled if post is elided[0] else post for post in stated]
    if whole and not gains and any(abs(weight) > UNBALANCED for weight in weights.values()):
        row.wrong("posting", "unbalanced", "The postings do not balance.", "Mend the amounts.")
    return stated


def _weights(postings: list[Posting]) -> tuple[dict[str, Decimal], bool]:
    """What each posting weighs by currency, and whether all of them could be told."""
    weights: dict[str, Decimal] = defaultdict(Decimal)
    whole = True
    for post in postings:
        units = post.units or ZERO
        if post.cost is not None and post.cost.amount is None:
            whole = False
        elif post.cost is not None and post.cost.amount is not None:
            weights[post.cost.currency] += units * post.cost.amount
        elif post.price is not None:
            weights[post.price_currency] += units * post.price
        else:
            weights[post.currency] += units
    return weights, whole


def _sides(postings: list[Posting], row: MachineRow, accounts: Accounts) -> Sides | None:
    securities: list[Posting] = []
    cash: list[Posting] = []
    names: list[str] = []
    uses: dict[Use, Decimal] = defaultdict(Decimal)
    currencies: set[str] = set()
    for post in postings:
        use = accounts.use(post.account)
        if use is Use.UNKNOWN:
            message = f"{post.account[:60]} has no meaning for a portfolio."
            row.wrong("account", "account_unknown", message, "Map its prefix.", post.account)
        elif use is Use.HELD:
            is_cash = post.currency in CURRENCIES and post.cost is None
            (cash if is_cash else securities).append(post)
        else:
            uses[use] += post.units or ZERO
            currencies.add(post.currency)
            names.append(post.account)
    currencies -= {""}
    if len(currencies | {post.currency for post in cash}) > 1 and (securities or uses):
        message = "Charges, income and cash are in different currencies."
        row.wrong("posting", "currency_mismatch", message, BY_HAND)
        return None
    currency = next(iter(currencies), cash[0].currency if cash else "")
    return Sides(securities, cash, uses, currency, names)


def _common(
    entry: Entry, sides: Sides, accounts: Accounts, known: Mapping[str, Mapping[str, str]]
) -> Draft:
    told, tied = strings(entry.rest), links(entry.rest)
    posting = next(iter([*sides.securities, *sides.cash]), None)
    symbol = sides.securities[0].currency if sides.securities else ""
    draft = Draft(
        entry_type="",
        transaction_date=entry.day,
        currency=sides.currency,
        account=accounts.name(posting.account, posting.currency) if posting else "main",
        narration=" – ".join(text for text in told if text)[:500],
        external_id=(entry.meta.get("id") or entry.meta.get("external_id", ""))[:100],
        link_id=tied[0] if tied else "",
        row=entry.row,
    )
    return named(draft, symbol, known)
