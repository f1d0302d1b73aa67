"""A lot while the ledger is being read: booking changes it, the book keeps it as it is then."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from portfolios.calc.entries import SecurityKey


class OpenLot:
    """The state of a lot; each field has the name and the meaning of `Lot`'s.

    A plain class with slots: a ledger of 100,000 entries makes 60,000 of them. A book makes no
    other copy; it makes a `Lot` of one when somebody looks at it, and nothing changes it by then.
    """

    __slots__ = (
        "account",
        "acquisition_date",
        "closed_date",
        "cost_basis_local",
        "cost_settled",
        "currency",
        "fx_rate",
        "holding_start",
        "is_short",
        "lot_label",
        "number",
        "open_seq",
        "origin",
        "quantity_open",
        "quantity_original",
        "security",
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
        self.cost_basis_local = cost
        self.fx_rate = fx_rate
        self.closed_date: date | None = None
        self.is_short = False
        self.cost_settled: Decimal | None = None
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
    def cost_basis(self) -> Decimal | None:
        """Cost of the open part in base; None where cost or rate is unknown."""
        if self.cost_settled is not None:
            return self.cost_settled
        if self.cost_basis_local is None or self.fx_rate is None:
            return None
        return self.cost_basis_local * self.fx_rate

    def take(self, quantity: Decimal, finest: Decimal) -> tuple[Decimal | None, Decimal | None]:
        """Remove shares with their part of cost and settled cost, which are returned.

        A part is cost·q/Q, half-even at `finest`; the last part takes what remains, so that
        cost is conserved exactly (methods §1.1). Unknown stays unknown.
        """
        held, cost, settled = self.quantity_open, self.cost_basis_local, self.cost_settled
        self.quantity_open = held - quantity
        if quantity == held:
            if cost is not None:
                self.cost_basis_local = cost - cost
            if settled is not None:
                self.cost_settled = settled - settled
            return cost, settled
        if cost is not None:
            part = (cost * quantity / held).quantize(finest, ROUND_HALF_EVEN)
            self.cost_basis_local, cost = cost - part, part
        if settled is not None:
            part = (settled * quantity / held).quantize(finest, ROUND_HALF_EVEN)
            self.cost_settled, settled = settled - part, part
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
        lot.cost_settled = cost[1]
        lot.is_short = self.is_short
        lot.holding_start = self.holding_start
        lot.lot_label = self.lot_label
        lot.origin = self.label
        return lot
