"""A lot while the ledger is being read: booking changes it, then keeps its row."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from portfolios.calc.entries import SecurityKey
from portfolios.calc.records import Row


class OpenLot:
    """The state of a lot; the meaning of each field is that of `Lot`.

    A plain class with slots: a ledger of 100,000 entries makes 60,000 of them. `settled` is the
    base cost where it is not cost × fx_rate.
    """

    __slots__ = (
        "account",
        "acquisition_date",
        "closed_date",
        "cost",
        "currency",
        "fx_rate",
        "holding_start",
        "index",
        "is_short",
        "lot_label",
        "number",
        "open_seq",
        "origin",
        "quantity_open",
        "quantity_original",
        "security",
        "settled",
    )

    def __init__(
        self,
        security: SecurityKey,
        account: str,
        open_seq: int,
        number: int,
        acquisition_date: date,
        currency: str,
        quantity: Decimal,
        cost: Decimal | None,
        fx_rate: Decimal | None,
    ) -> None:
        self.security = security
        self.account = account
        self.open_seq = open_seq
        self.number = number
        self.acquisition_date = acquisition_date
        self.currency = currency
        self.quantity_original = self.quantity_open = quantity
        self.cost = cost
        self.fx_rate = fx_rate
        self.index = -1  # where the desk keeps it
        self.closed_date: date | None = None
        self.is_short = False
        self.settled: Decimal | None = None
        self.holding_start: date | None = None
        self.lot_label: str | None = None
        self.origin: str | None = None

    @property
    def label(self) -> str:
        """Its identity as text."""
        return f"{self.open_seq}.{self.number}"

    @property
    def place(self) -> tuple[date, int, int]:
        """Sorts lots from the oldest: trade date, then identity."""
        return self.acquisition_date, self.open_seq, self.number

    @property
    def base_cost(self) -> Decimal | None:
        """Cost of the open part in base; None where cost or rate is unknown."""
        if self.settled is not None:
            return self.settled
        if self.cost is None or self.fx_rate is None:
            return None
        return self.cost * self.fx_rate

    def take(self, quantity: Decimal, finest: Decimal) -> tuple[Decimal | None, Decimal | None]:
        """Remove shares with their part of cost and settled cost, which are returned.

        A part is cost·q/Q, half-even at `finest`; the last part takes what remains, so that
        cost is conserved exactly (methods §1.1). Unknown stays unknown.
        """
        held, cost, settled = self.quantity_open, self.cost, self.settled
        self.quantity_open = held - quantity
        if quantity == held:
            if cost is not None:
                self.cost = cost - cost
            if settled is not None:
                self.settled = settled - settled
            return cost, settled
        if cost is not None:
            cost = (cost * quantity / held).quantize(finest, ROUND_HALF_EVEN)
            self.cost -= cost  # type: ignore[operator]  # it was not None a line ago
        if settled is not None:
            settled = (settled * quantity / held).quantize(finest, ROUND_HALF_EVEN)
            self.settled -= settled  # type: ignore[operator]  # the same
        return cost, settled

    def successor(
        self,
        identity: tuple[int, int],
        quantity: Decimal,
        cost: tuple[Decimal | None, Decimal | None],
    ) -> "OpenLot":
        """Another lot with this one's history: dates, rate and name go on, its origin is this.

        cost is local and settled, as `take` gives it.
        """
        lot = OpenLot(
            self.security,
            self.account,
            *identity,
            self.acquisition_date,
            self.currency,
            quantity,
            cost[0],
            self.fx_rate,
        )
        lot.settled = cost[1]
        lot.is_short = self.is_short
        lot.holding_start = self.holding_start
        lot.lot_label = self.lot_label
        lot.origin = self.label
        return lot

    def row(self) -> Row:
        """The fields of `Lot`, as the book keeps them."""
        return (
            self.security,
            self.account,
            self.open_seq,
            self.number,
            self.acquisition_date,
            self.currency,
            self.quantity_original,
            self.quantity_open,
            self.cost,
            self.fx_rate,
            self.closed_date,
            self.is_short,
            self.settled,
            self.holding_start,
            self.lot_label,
            self.origin,
        )
