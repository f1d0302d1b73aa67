"""Entries that move cash only. Each is applied whole or refused with a Problem."""

from datetime import date
from decimal import Decimal

from portfolios.calc.booking.amounts import gross, known, net
from portfolios.calc.booking.desk import Desk
from portfolios.calc.entries import Entry, EntryType, Problem
from portfolios.calc.lots import Income, Movement, Posting, Receivable


def dividend(desk: Desk, entry: Entry) -> Problem | None:
    """Receivable from the ex-date until the day before the pay date, cash on the pay date."""
    pay = entry.pay_date or entry.transaction_date
    ex = entry.ex_date or pay
    amount = net(entry)
    if ex < pay:
        desk.post(entry, Movement.INCOME, on=ex, receivable=amount)
        desk.post(entry, Movement.INCOME, on=pay, receivable=-amount, cash=amount)
        desk.receivables.append(
            Receivable(
                seq=entry.seq,
                security=entry.security,
                account=entry.account,
                currency=entry.currency,
                amount=amount,
                ex_date=ex,
                pay_date=pay,
            )
        )
    else:
        desk.post(entry, Movement.INCOME, on=pay, cash=amount)
    _earn(desk, entry, pay, amount)
    return None


def interest(desk: Desk, entry: Entry) -> Problem | None:
    """Cash and income on the transaction date; negative when it was charged."""
    desk.post(entry, Movement.INCOME, cash=net(entry))
    _earn(desk, entry, entry.transaction_date, net(entry))
    return None


def charge(desk: Desk, entry: Entry) -> Problem | None:
    """A fee or tax that the portfolio bears: a cost, not an external flow."""
    desk.post(entry, Movement.CHARGE, cash=net(entry))
    return None


def external_flow(desk: Desk, entry: Entry) -> Problem | None:
    """A deposit or withdrawal: the gross amount crosses the border, its charges are a cost."""
    amount = known(gross(entry))
    if entry.entry_type is EntryType.WITHDRAWAL:
        amount = -amount
    desk.post(
        entry,
        Movement.FLOW,
        cash=net(entry),
        crossing=amount,
        crossing_base=desk.recorded_worth(entry, amount),
    )
    return None


def conversion(desk: Desk, entry: Entry) -> Problem | None:
    """Two legs of one worth: nothing enters or leaves the portfolio, only its currencies."""
    target = known(entry.to_currency)
    if target == entry.currency:
        return Problem(
            "invalid_currency",
            entry.seq,
            "to_currency",
            f"A conversion from {entry.currency} to itself changes nothing.",
            "Name two different currencies.",
        )
    given, taken = known(gross(entry)), known(entry.to_amount)
    worth = _worth(desk, entry, given, taken)
    desk.post(
        entry,
        Movement.EXCHANGE,
        cash=net(entry),
        crossing=-given,
        crossing_base=None if worth is None else -worth,
    )
    desk.journal.append(
        Posting(
            on=entry.transaction_date,
            seq=entry.seq,
            movement=Movement.EXCHANGE,
            account=entry.account,
            currency=target,
            cash=taken,
            crossing=taken,
            crossing_base=worth,
        )
    )
    return None


def _worth(desk: Desk, entry: Entry, given: Decimal, taken: Decimal) -> Decimal | None:
    """What was exchanged, in base: the base leg itself, else the amount given at its rate."""
    if entry.to_currency == desk.settings.base_currency:
        return taken
    rate = desk.rate(entry, entry.transaction_date)
    return None if rate is None else given * rate


def _earn(desk: Desk, entry: Entry, pay: date, amount: Decimal) -> None:
    if desk.asof is not None and pay > desk.asof:
        return  # not income yet, and its rate is not known yet
    rate = desk.rate(entry, pay)
    desk.income.append(
        Income(
            seq=entry.seq,
            security=entry.security,
            pay_date=pay,
            currency=entry.currency,
            gross=known(gross(entry)),
            taxes=entry.taxes,
            net=amount,
            net_base=None if rate is None else amount * rate,
        )
    )
