"""Dividends and the rows around them: tax that was withheld, and payments taken back.

Brokers print the withholding as a row of its own. It belongs to a dividend where exactly one was
paid for the same security on the same day; elsewhere it stays a tax of that security.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from market.formats.fields import Place
from portfolios.formats.draft import ZERO, Draft
from portfolios.formats.reading.findings import Findings

CANCELLED = "Taken back by row {row}; together they come to nothing."
PAID_IN_SHARES = "The dividend was paid in shares; the file does not hold its ratio or its value."
FEW, MANY = 4, 16  # dividends of one day that may each have had any of the tax; sums of it
JOINED = "Withheld from the dividend in row {row}; it is kept there."


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of cash with its sign. `key` names what it belongs to: account, security, day,
    currency. The draft carries everything but the amount."""

    key: Hashable
    amount: Decimal
    draft: Draft

    @property
    def row(self) -> int:
        return self.draft.row or 0


def add_dividends(
    findings: Findings, dividends: Sequence[Payment], taxes: Sequence[Payment]
) -> None:
    """Enter dividends with their withholding, and every tax that belongs to none of them."""
    _supersede(findings, dividends, taxes)
    dividends = lasting(findings, dividends)
    taxes = lasting(findings, taxes)
    withheld: dict[Hashable, list[Payment]] = defaultdict(list)
    for tax in taxes:
        withheld[tax.key].append(tax)
    paid: dict[Hashable, list[Payment]] = defaultdict(list)
    for dividend in dividends:
        paid[dividend.key].append(dividend)
    for dividend in dividends:
        own = withheld.get(dividend.key, []) if len(paid[dividend.key]) == 1 else []
        total = -sum((tax.amount for tax in own), ZERO)
        if not 0 < total <= dividend.amount:
            own, total = [], ZERO
        for tax in own:
            findings.skip(tax.row, JOINED.format(row=dividend.row), str(tax.amount))
        if own:
            withheld.pop(dividend.key)
        _add_dividend(findings, dividend, total)
    for left in withheld.values():
        for tax in left:
            add_signed(findings, tax, "TAX_REFUND", "TAX")


def add_signed(findings: Findings, payment: Payment, inward: str, outward: str) -> None:
    """Enter a payment under the type that its sign chooses; a row of nothing is skipped."""
    if not payment.amount:
        findings.skip(payment.row, "The amount is zero.")
        return
    kind = inward if payment.amount > 0 else outward
    draft = replace(payment.draft, entry_type=kind, gross_amount=abs(payment.amount))
    findings.add(draft)


def lasting(findings: Findings, payments: Sequence[Payment]) -> list[Payment]:
    """Payments without those that another row of the same key takes back to the cent."""
    waiting: dict[tuple[Hashable, Decimal], list[Payment]] = defaultdict(list)
    gone: set[int] = set()
    for payment in payments:
        opposite = waiting[payment.key, -payment.amount]
        if opposite and payment.amount:
            partner = opposite.pop()
            gone |= {id(payment), id(partner)}
            findings.skip(payment.row, CANCELLED.format(row=partner.row), str(payment.amount))
            findings.skip(partner.row, CANCELLED.format(row=payment.row), str(partner.amount))
        else:
            waiting[payment.key, payment.amount].append(payment)
    return [payment for payment in payments if id(payment) not in gone]


def _supersede(findings: Findings, dividends: Sequence[Payment], taxes: Sequence[Payment]) -> None:
    """What earlier files may have made of the same rows, of which they held only some: a dividend
    with other tax or none, one that was taken back since, a tax by itself."""
    aside = findings.aside()
    withheld: dict[Hashable, list[Payment]] = defaultdict(list)
    for tax in taxes:
        withheld[tax.key].append(tax)
    paid = Counter(dividend.key for dividend in dividends)
    for dividend in dividends:
        own = withheld[dividend.key]
        if dividend.amount > 0 and paid[dividend.key] + len(own) > 1:
            taken = own if paid[dividend.key] <= FEW else ()
            for total in _sums(-tax.amount for tax in taken):
                if 0 <= total <= dividend.amount:
                    _add_dividend(aside, dividend, total)
    for tax in taxes:
        if paid[tax.key] + len(withheld[tax.key]) > 1:
            add_signed(aside, tax, "TAX_REFUND", "TAX")
    findings.supersede(aside)


def _sums(amounts: Iterable[Decimal]) -> Sequence[Decimal]:
    """What some of the amounts, all or none can come to; of very many amounts, of the first."""
    sums = {ZERO}
    for amount in amounts:
        if len(sums) > MANY:
            break
        sums |= {each + amount for each in sums}
    return sorted(sums)


def _add_dividend(findings: Findings, dividend: Payment, taxes: Decimal) -> None:
    if not dividend.amount:
        findings.skip(dividend.row, "The amount is zero.")
    elif dividend.amount < 0:
        findings.refuse(
            Place(dividend.row, findings.columns.get("amount", "amount")),
            "negative_not_allowed",
            f"A dividend of {dividend.amount} takes back one that is not in this file.",
            "Leave the row out, and reverse the earlier dividend in the ledger.",
            value=str(dividend.amount),
            symbol=dividend.draft.symbol,
        )
    else:
        findings.add(replace(dividend.draft, gross_amount=dividend.amount, taxes=taxes))
