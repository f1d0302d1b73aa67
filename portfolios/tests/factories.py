"""One factory per model, and drafts for ledgers. Rows of a ledger are made by its own service."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.identity import as_user
from accounts.models import Membership, User
from accounts.tests.factories import UserFactory
from market.tests.factories import CorporateActionFactory, SecurityFactory
from portfolios.formats.draft import Draft
from portfolios.models import (
    ActionDecision,
    BalanceAssertion,
    CashBalance,
    CostMethodChange,
    EndedDailyValue,
    HistoryState,
    ImportMapping,
    ImportRun,
    InstrumentMatch,
    LedgerAnchor,
    LedgerHoldings,
    Lot,
    LotClosure,
    MonthlyReturns,
    MonthlyValues,
    PendingUpload,
    Portfolio,
    PortfolioDailyValue,
    PortfolioMetrics,
    ReconciliationResult,
    Transaction,
)
from portfolios.selectors.stored_days import HistoryDay
from portfolios.services import append_entries
from portfolios.services.month_rows import put_values
from portfolios.tests.world import MON


class PortfolioFactory(DjangoModelFactory[Portfolio]):
    """Owned by a MANAGER, who is its first member."""

    class Meta:
        model = Portfolio
        skip_postgeneration_save = True

    id = LazyFunction(uuid4)
    name = Sequence(lambda n: f"Portfolio {n}")
    base_currency = "CAD"
    owner = SubFactory(UserFactory, role="MANAGER")

    @classmethod
    def _create(cls, model_class: type[Portfolio], *args: Any, **kwargs: Any) -> Portfolio:
        portfolio = Portfolio.objects.create(*args, **kwargs)
        Membership.objects.create(user=portfolio.owner, portfolio_id=portfolio.pk, role="owner")
        return portfolio


class ImportRunFactory(DjangoModelFactory[ImportRun]):
    class Meta:
        model = ImportRun

    portfolio = SubFactory(PortfolioFactory)
    filename = "ledger.csv"
    file_hash = Sequence(lambda n: f"{n:064x}")
    format = "dawsos_csv"
    created_by = SelfAttribute("portfolio.owner")


class TransactionFactory(DjangoModelFactory[Transaction]):
    """A deposit of 1,000, appended as any other entry is."""

    class Meta:
        model = Transaction

    portfolio = SubFactory(PortfolioFactory)
    gross_amount = Decimal(1000)

    @classmethod
    def _create(cls, model_class: type[Transaction], *args: Any, **kwargs: Any) -> Transaction:
        portfolio: Portfolio = kwargs.pop("portfolio")
        draft = deposit(**{"currency": portfolio.base_currency} | kwargs)
        return append(portfolio, portfolio.owner, draft)[0]


class LedgerAnchorFactory(DjangoModelFactory[LedgerAnchor]):
    class Meta:
        model = LedgerAnchor

    portfolio = SubFactory(PortfolioFactory)
    seq = 1
    entry_hash = "0" * 64


class LotFactory(DjangoModelFactory[Lot]):
    class Meta:
        model = Lot

    open_entry = SubFactory(TransactionFactory)
    portfolio = SelfAttribute("open_entry.portfolio")
    acquisition_date = MON
    currency = "USD"
    quantity_original = Decimal(10)
    quantity_open = Decimal(10)
    is_open = True


class LotClosureFactory(DjangoModelFactory[LotClosure]):
    class Meta:
        model = LotClosure

    portfolio = SelfAttribute("lot.portfolio")
    close_entry = SelfAttribute("lot.open_entry")
    close_date = MON
    quantity = Decimal(1)
    proceeds_local = Decimal(1)


class PortfolioMetricsFactory(DjangoModelFactory[PortfolioMetrics]):
    class Meta:
        model = PortfolioMetrics

    portfolio = SubFactory(PortfolioFactory)
    asof_date = MON
    return_1d = 0.01
    observations = 1
    method_version = "1"
    ledger_commit_hash = "0" * 64
    effect_currencies = ("USD",)
    local_effects = (0.01,)
    fx_effects = (0.0,)
    interaction_effects = (0.0,)
    effect_errors_bps = (0.0,)


class MonthlyValuesFactory(DjangoModelFactory[MonthlyValues]):
    """One day, on the pack that was sealed first."""

    class Meta:
        model = MonthlyValues

    portfolio = SubFactory(PortfolioFactory)
    month = MON.replace(day=1)
    currency = "CAD"
    coin = Decimal("0.01")
    days = [MON.day]
    packs = [1]
    heads = [1]
    totals = [100000]
    cash = [60000]
    returns = [0.0]


class EndedDailyValueFactory(DjangoModelFactory[EndedDailyValue]):
    class Meta:
        model = EndedDailyValue

    portfolio = SubFactory(PortfolioFactory)
    asof_date = MON
    total_value = Decimal(1000)
    positions_value = Decimal(400)
    cash_balance = Decimal(600)
    state = "exact"
    coverage = 1.0
    currency = "CAD"
    from_head = 0
    to_head = 1


def change_values(values: QuerySet[PortfolioDailyValue], **changes: Any) -> int:
    """Store today's values as they are but for some of what they say, past their services."""
    found = list(values)
    for value in found:
        said = {name: getattr(value, name) for name in HistoryDay._fields} | changes
        put_values(value.portfolio_id, value.currency, [HistoryDay(**said)], gone=[value.asof_date])
    return len(found)


def remove_values(values: QuerySet[PortfolioDailyValue]) -> None:
    """Take today's values of some days away."""
    for value in list(values):
        put_values(value.portfolio_id, value.currency, [], gone=[value.asof_date])


class MonthlyReturnsFactory(DjangoModelFactory[MonthlyReturns]):
    class Meta:
        model = MonthlyReturns

    portfolio = SubFactory(PortfolioFactory)
    month = MON.replace(day=1)
    days = bytes([MON.day])
    returns = bytes(8)
    observations_before = 0
    lineage = "0" * 64


class LedgerHoldingsFactory(DjangoModelFactory[LedgerHoldings]):
    class Meta:
        model = LedgerHoldings

    portfolio = SubFactory(PortfolioFactory)
    ledger_commit_hash = "0" * 64
    began_on = MON
    settled_on = MON
    securities = LazyFunction(list)
    shares = LazyFunction(list)
    currencies = LazyFunction(list)
    money = LazyFunction(list)
    digest = 0


class HistoryStateFactory(DjangoModelFactory[HistoryState]):
    class Meta:
        model = HistoryState

    portfolio = SubFactory(PortfolioFactory)
    ledger_seq = 0
    ledger_commit_hash = "0" * 64
    settings_hash = "0" * 64


class PendingUploadFactory(DjangoModelFactory[PendingUpload]):
    class Meta:
        model = PendingUpload

    portfolio = SubFactory(PortfolioFactory)
    user = SelfAttribute("portfolio.owner")
    filename = "ledger.csv"
    content = b""


class CashBalanceFactory(DjangoModelFactory[CashBalance]):
    class Meta:
        model = CashBalance

    portfolio = SubFactory(PortfolioFactory)
    account = Sequence(lambda n: f"account {n}")
    currency = "CAD"
    balance = Decimal(1000)


class CostMethodChangeFactory(DjangoModelFactory[CostMethodChange]):
    class Meta:
        model = CostMethodChange

    portfolio = SubFactory(PortfolioFactory)
    cost_method = "LIFO"
    effective_from = MON
    created_by = SelfAttribute("portfolio.owner")


class ImportMappingFactory(DjangoModelFactory[ImportMapping]):
    class Meta:
        model = ImportMapping

    portfolio = SubFactory(PortfolioFactory)
    name = Sequence(lambda n: f"mapping {n}")
    header_hash = "0" * 64
    created_by = SelfAttribute("portfolio.owner")


class InstrumentMatchFactory(DjangoModelFactory[InstrumentMatch]):
    class Meta:
        model = InstrumentMatch

    portfolio = SubFactory(PortfolioFactory)
    identifier = Sequence(lambda n: f"symbol:X{n}")
    security = SubFactory(SecurityFactory)
    confirmed_by = SelfAttribute("portfolio.owner")


class BalanceAssertionFactory(DjangoModelFactory[BalanceAssertion]):
    class Meta:
        model = BalanceAssertion

    portfolio = SubFactory(PortfolioFactory)
    kind = "cash"
    asof_date = MON
    currency = "CAD"
    amount = Decimal(1000)
    source = "ibkr_flex"


class ReconciliationResultFactory(DjangoModelFactory[ReconciliationResult]):
    class Meta:
        model = ReconciliationResult

    portfolio = SubFactory(PortfolioFactory)
    key = Sequence(lambda n: f"cash CAD {n}")
    code = "CASH_MISMATCH"
    asof_date = MON
    message = "Cash in CAD is 990.00, the statement says 1,000.00."


class ActionDecisionFactory(DjangoModelFactory[ActionDecision]):
    class Meta:
        model = ActionDecision

    portfolio = SubFactory(PortfolioFactory)
    corporate_action = SubFactory(CorporateActionFactory)
    state = "confirmed"
    decided_by = SelfAttribute("portfolio.owner")


def deposit(amount: str = "1000", day: date = MON, **fields: Any) -> Draft:
    given: dict[str, Any] = {"gross_amount": Decimal(amount), "currency": "CAD"} | fields
    return Draft(entry_type="DEPOSIT", transaction_date=day, **given)


def trade(kind: str, security: Any, quantity: str, price: str, day: date, **fields: Any) -> Draft:
    given: dict[str, Any] = {"currency": security.currency} | fields
    return Draft(
        entry_type=kind,
        security_id=security.pk,
        transaction_date=day,
        quantity=Decimal(quantity),
        price=Decimal(price),
        **given,
    )


def append(portfolio: Portfolio, by: User, *drafts: Draft) -> tuple[Transaction, ...]:
    done = append_entries(portfolio_id=portfolio.pk, entries=drafts, by=by)
    with as_user(by.pk):
        return done.entries
