"""Entries that move cash only. Each is applied whole or refused with a Problem."""

from decimal import Decimal

from portfolios.calc.booking.amounts import charges, gross, known, net
from portfolios.calc.booking.desk import Desk
from portfolios.calc.booking.rates import base_rate, recorded_worth
from portfolios.calc.entries import Entry, EntryType, Problem
from portfolios.calc.lots import Movement


def charge(desk: Desk, entry: Entry) -> Problem | None:
    """A fee or tax that the portfolio bears, or gets back: a cost, not an external flow."""
    desk.post_cash(entry, Movement.CHARGE, cash=effect(desk, entry))
    return None


def external_flow(desk: Desk, entry: Entry) -> Problem | None:
    """A deposit or withdrawal: the gross amount crosses the border, its charges are a cost."""
    amount = known(gross(entry))
    if entry.entry_type is EntryType.WITHDRAWAL:
        amount = -amount
    desk.post_cash(
        entry,
        Movement.FLOW,
        cash=effect(desk, entry),
        crossing=amount,
        crossing_base=recorded_worth(desk, entry, amount),
    )
    return None


def conversion(desk: Desk, entry: Entry) -> Problem | None:
    """Two legs of one worth: nothing enters or leaves the portfolio, only its currencies."""
    if known(entry.to_currency) == entry.currency:
        return Problem(
            "invalid_currency",
            entry.seq,
            "to_currency",
            f"A conversion from {entry.currency} to itself changes nothing.",
            "Name two different currencies.",
        )
    _exchange(desk, entry, (known(gross(entry)), known(entry.to_amount)), effect(desk, entry))
    return None


def cash_transfer(desk: Desk, entry: Entry) -> Problem | None:
    """Money from one account to another; a conversion where the currencies differ.

    The net amount leaves; what is charged is in it and does not arrive.
    """
    charged = charges(entry)
    if entry.net_amount is not None:
        left = abs(entry.net_amount)
    else:
        left = abs(known(gross(entry))) + charged
    given = left - charged
    source = entry.cash_account or entry.account
    if source == entry.to_account:
        return Problem(
            "invalid_account",
            entry.seq,
            "to_account",
            f"A transfer from {source} to itself changes nothing.",
            "Name two different accounts.",
        )
    if entry.to_currency not in {None, entry.currency}:
        _exchange(desk, entry, (given, known(entry.to_amount)), -left)
        return None
    arrived = given if entry.to_amount is None else entry.to_amount
    desk.post(entry, Movement.TRANSFER, account=source, cash=-left)
    desk.post(entry, Movement.TRANSFER, account=entry.to_account, cash=arrived)
    return None


def effect(desk: Desk, entry: Entry) -> Decimal:
    """An entry's effect on cash, posted as the portfolio rounds."""
    return net(entry, rounded=desk.cent is not None)


def _exchange(desk: Desk, entry: Entry, legs: tuple[Decimal, Decimal], cash: Decimal) -> None:
    given, taken = legs
    worth = _worth(desk, entry, given, taken)
    desk.post_cash(
        entry,
        Movement.EXCHANGE,
        cash=cash,
        crossing=-given,
        crossing_base=None if worth is None else -worth,
    )
    desk.post(
        entry,
        Movement.EXCHANGE,
        account=entry.to_account or entry.cash_account,
        currency=entry.to_currency,
        security=None,
        cash=taken,
        crossing=taken,
        crossing_base=worth,
    )


def _worth(desk: Desk, entry: Entry, given: Decimal, taken: Decimal) -> Decimal | None:
    """What was exchanged, in base: the base leg itself, else the amount given at its rate."""
    if entry.to_currency == desk.base:
        return taken
    rate = base_rate(desk, entry)
    return None if rate is None else given * rate
