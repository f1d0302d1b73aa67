"""A corporate action as a provider tells it, before it is a row."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """A dated fact of a listing. `amount` is per share in `currency`; `new_shares` come for
    `old_shares`. `source_id` is the provider's own identifier: with one, even a changed ex-date
    is recognised as the same action mended."""

    symbol: str
    exchange: str
    action_type: str
    ex_date: date
    source: str
    source_id: str = ""
    announcement_date: date | None = None
    record_date: date | None = None
    pay_date: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    withholding_tax_rate: Decimal | None = None
    new_shares: Decimal | None = None
    old_shares: Decimal | None = None
    price: Decimal | None = None
    to_price: Decimal | None = None
    cost_fraction: Decimal | None = None
    to_symbol: str = ""
    to_exchange: str = ""
