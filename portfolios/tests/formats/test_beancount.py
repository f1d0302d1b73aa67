"""Beancount text: postings to entries, lots to picks, and the line of everything else."""

import time

import pytest

from portfolios.formats.beancount import FORMAT
from portfolios.formats.contract import Parsed, Source
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

NAME = "beancount.beancount"
ACME = {
    "symbol": "ACME",
    "isin": "US0000000002",
    "security_name": "Acme Inc",
    "account": "Broker",
    "currency": "USD",
}


def read(text: str, **prefixes: str) -> Parsed:
    return FORMAT.parse(Source(text.encode()), options(base_currency="USD", columns=prefixes))


def transaction(*postings: str) -> Parsed:
    return read("\n".join(['2025-02-03 * "x"', *(f"  {posting}" for posting in postings)]) + "\n")


def test_the_entries_of_a_ledger() -> None:
    parsed = FORMAT.parse(sample(NAME), options(base_currency="USD"))
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        {
            "entry_type": "TRANSFER_IN",  # bought in 2019, here since 2025: the lot comes along
            "transaction_date": "2025-01-01",
            "symbol": "OLD",
            "account": "Broker",
            "currency": "USD",
            "quantity": "5",
            "carried_lots": [
                {
                    "quantity": "5",
                    "acquisition_date": "2019-05-05",
                    "cost_basis": "40",
                    "label": "old",
                }
            ],
            "narration": "Opening",
        },
        {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "account": "Broker",
            "currency": "USD",
            "gross_amount": "5000",
            "net_amount": "5000",
            "narration": "Wire",
            "link_id": "pay-1",
        },
        ACME
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "10",
            "price": "20",
            "gross_amount": "200",
            "fees": "4.95",
            "net_amount": "-204.95",
            "lot_label": "first",
            "narration": "Acme – Buy",
            "external_id": "b-1",
        },
        ACME
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-03",
            "quantity": "4",
            "price": "25",
            "gross_amount": "100",
            "fees": "1",
            "net_amount": "99",
            "lot_picks": [{"acquisition_date": "2025-01-03", "quantity": "4"}],
            "narration": "Sell",
        },
        ACME
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-02-04",
            "quantity": "1",
            "price": "26",
            "gross_amount": "26",
            "net_amount": "26",
            "narration": "Sell from any lot",
        },
        ACME
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-03",
            "gross_amount": "10",
            "taxes": "1.5",
            "net_amount": "8.5",
            "narration": "Dividend",
        },
        {
            "entry_type": "FX_CONVERSION",
            "transaction_date": "2025-03-04",
            "account": "Broker",
            "currency": "USD",
            "gross_amount": "110",
            "net_amount": "-110",
            "to_amount": "100",
            "to_currency": "EUR",
            "narration": "To euro",
        },
        {
            "entry_type": "FEE",
            "transaction_date": "2025-03-05",
            "account": "Broker",
            "currency": "EUR",
            "gross_amount": "2",  # the amount that was left out
            "net_amount": "-2",
            "narration": "Custody",
        },
        {name: text for name, text in ACME.items() if name != "currency"}
        | {
            "entry_type": "TRANSFER",
            "transaction_date": "2025-03-06",
            "to_account": "Other",
            "quantity": "2",
            # 20.00 is the cost of one day only; with its fee the lot costs 20.495 here
            "lot_picks": [{"acquisition_date": "2025-01-03", "quantity": "2"}],
            "narration": "To the other broker",
        },
    ]
    assert [(row.row, row.reason) for row in parsed.skipped] == [
        (56, "Touches nothing that is held.")
    ]


def test_a_balance_holds_at_the_close_of_the_day_before() -> None:
    parsed = FORMAT.parse(sample(NAME), options(base_currency="USD"))
    assert [(s.kind, str(s.amount), str(s.asof_date)) for s in parsed.stated] == [
        ("cash", "98", "2025-03-07"),  # 100.00 came, 2.00 went
        ("quantity", "3", "2025-03-07"),  # 10 − 4 − 1 − 2
    ]


def test_prefixes_may_be_mapped() -> None:
    """Only the broker is held: money from the bank is a deposit, and Rewards are dividends."""
    text = (
        '2025-01-02 * "In"\n  Assets:Broker  100 USD\n  Assets:Bank  -100 USD\n'
        '2025-01-03 * "Paid"\n  symbol: "ACME"\n  Assets:Broker  3 USD\n  Income:Rewards  -3 USD\n'
    )
    parsed = read(text, assets="Assets:Broker", dividends="Income:Rewards")
    assert [(d.entry_type, d.symbol) for d in parsed.drafts] == [
        ("DEPOSIT", ""),
        ("DIVIDEND", "ACME"),
    ]


def test_a_total_price_and_a_total_cost() -> None:
    """10 shares for {{200.00 USD}} cost 20.00 each; 4 sold @@ 100.00 brought 25.00 each."""
    (buy,) = transaction("Assets:B:X  10 X {{200.00 USD}}", "Assets:B:Cash  -200.00 USD").drafts
    (sell,) = transaction("Assets:B:X  -4 X {} @@ 100.00 USD", "Assets:B:Cash  100.00 USD").drafts
    assert buy.price == 20 and sell.price == 25


def bought(*postings: str) -> list[str]:
    """The entries of a transaction, each with its shares, money, fees and label."""
    found = []
    for draft in map(told, transaction(*postings).drafts):
        names = ("entry_type", "quantity", "price", "gross_amount", "fees", "lot_label")
        found.append(" ".join(str(draft[name]) for name in names if name in draft))
    return found


def test_a_purchase_of_two_lots_is_two_entries_that_share_its_commission() -> None:
    """300.00 and 400.00; of a commission of 7.00 the first bears 3.00, the second 4.00."""
    lots = [
        f'Assets:B:X  10 X {{{cost}.00 USD, "{label}"}}' for cost, label in ((30, "a"), (40, "b"))
    ]
    assert bought(*lots, "Assets:B:Cash  -707.00 USD", "Expenses:Fees  7.00 USD") == [
        "BUY 10 30 300 3 a",
        "BUY 10 40 400 4 b",
    ]


def test_a_lot_without_a_label_is_picked_by_its_cost_among_those_of_its_day() -> None:
    """Both lots are of one day, which would name either: the second one is meant."""
    lots = ["Assets:B:X  10 X {30.00 USD}", "Assets:B:X  10 X {40.00 USD}"]
    sale = '2025-02-04 * "y"\n  Assets:B:X  -5 X {40.00 USD, 2025-02-03} @ 50 USD\n'
    sale += "  Assets:B:Cash  250 USD\n  Income:Gains\n"
    text = "\n".join(['2025-02-03 * "x"', *(f"  {lot}" for lot in lots), "  Assets:B:Cash"])
    *_, sold = read(f"{text}\n{sale}").drafts
    assert sold.lot_picks == [
        {"acquisition_date": "2025-02-03", "label": "40.00 USD", "quantity": "5"}
    ]


def test_two_purchases_of_a_day_are_told_apart_by_their_cost() -> None:
    buys = "".join(
        f'2025-02-03 * "x"\n  Assets:B:X  10 X {{{cost}.00 USD}}\n  Assets:B:Cash\n'
        for cost in (30, 40)
    )
    sale = '2025-02-04 * "y"\n  Assets:B:X  -5 X {40.00 USD} @ 50 USD\n  Assets:B:Cash  250 USD\n'
    *_, sold = read(f"{buys}{sale}  Income:Gains\n").drafts
    assert sold.lot_picks == [
        {
            "unit_cost": "40",
            "currency": "USD",
            "acquisition_date": "2025-02-03",
            "quantity": "5",
        }
    ]


def test_a_sale_without_a_price_is_worth_its_cash_and_not_its_cost() -> None:
    """5 shares that cost 40.00 each brought 250.00; no price and no rate follows from it."""
    sold = "Assets:B:X  -5 X {40.00 USD}"
    (own,) = transaction(sold, "Assets:B:Cash  250 USD", "Income:Gains").drafts
    assert (str(own.gross_amount), own.price) == ("250", None)
    (abroad,) = transaction(sold, "Assets:B:Cash  190 EUR", "Income:Gains").drafts
    assert (abroad.currency, abroad.settlement_fx_rate) == ("EUR", None)


def test_opening_lots_keep_their_days() -> None:
    lots = [f"Assets:B:X  10 X {{{cost}.00 USD, {day}}}" for cost, day in
            ((30, "2010-01-03"), (40, "2012-01-03"))]  # fmt: skip
    parsed = transaction(*lots, "Equity:Opening")
    carried = [lot for draft in parsed.drafts for lot in draft.carried_lots or ()]
    assert [(lot["acquisition_date"], lot["cost_basis"]) for lot in carried] == [
        ("2010-01-03", "300"),
        ("2012-01-03", "400"),
    ]


def test_a_dividend_reinvested_in_two_lots() -> None:
    lots = ["Assets:B:X  1 X {30.00 USD}", "Assets:B:X  1 X {40.00 USD}"]
    assert bought(*lots, "Income:Dividends  -70.00 USD") == [
        "DRIP 1 30 30 30.00 USD",
        "DRIP 1 40 40 40.00 USD",
    ]


def test_each_lot_after_the_first_has_an_id_of_its_own() -> None:
    lots = "Assets:B:X  1 X {30 USD}\n  Assets:B:X  1 X {40 USD}\n  Assets:B:Cash  -70 USD\n"
    parsed = read(f'2025-02-03 * "x"\n  id: "b-1"\n  {lots}')
    assert [draft.external_id for draft in parsed.drafts] == ["b-1", "b-1:2"]


def test_one_lot_may_leave_its_cost_to_the_others() -> None:
    first, second = "Assets:B:X  10 X {30 USD}", 'Assets:B:X  10 X {"b"}'
    assert bought(first, second, "Assets:B:Cash  -700 USD") == [
        "BUY 10 30 300 30 USD",
        "BUY 10 400 b",
    ]


@pytest.mark.parametrize(
    ("postings", "row", "reason"),
    [
        (["Assets:B:X  10/3 X {1 USD}", "Assets:B:Cash"], 2, "line_unread"),
        (["Assets:B:X  10 X {*}", "Assets:B:Cash -1 USD"], 2, "line_unread"),
        (["Assets:B:X  10 X {1 # 2 USD}", "Assets:B:Cash -1 USD"], 2, "line_unread"),
        (["Assets:B:X  10 X {2 USD}", "Assets:B:Cash -19 USD"], 1, "unbalanced"),
        (["Assets:B:X  10 X {2 USD}", "Assets:B:Cash", "Expenses:Fees"], 1, "amount_elided"),
        (["Assets:B:X  9 X {}", 'Assets:B:X  1 X {"b"}', "Assets:B:Cash -9 USD"], 1,
         "amount_elided"),
        (["Assets:B:X  -1 X {}", "Assets:B:X  2 X {2 USD}", "Assets:B:Cash -1 USD"], 1,
         "type_unknown"),
        (["Assets:B:Cash  -10 USD", "Expenses:Food  10 USD"], 1, "account_unknown"),
        (["Assets:B:Cash  10 USD", "Income:Dividends  -10 USD"], 1, "value_missing"),
        (["Assets:B:Cash  -10 USD", "Expenses:Fees  9 EUR @ 1.11 USD"], 1, "currency_mismatch"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_named_with_its_line(
    postings: list[str], row: int, reason: str
) -> None:
    found = wrong(transaction(*postings))
    assert (row, reason) in [(at, said) for at, _, said in found]


@pytest.mark.parametrize(
    "line",
    [
        "2025-01-01 pad Assets:B:Cash Equity:Opening",
        'include "other.beancount"',
        "2025-02-30 open Assets:B:Cash",
        '2035-01-01 * "ahead"',
        "2025-01-01 balance Assets:B:Cash lots of USD",
        "something else",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    ((row, _, reason),) = wrong(read(f"2020-01-01 open Assets:B:Cash USD\n{line}\n"))
    assert row == 2 and reason in {"line_unread", "date_invalid"}


def test_long_lines_cost_no_time() -> None:
    started = time.perf_counter()
    for line in ("  Assets:A " + "{" * 4000, "  A:" + "a:" * 2000, '2025-01-01 * "' + "\\" * 4000,
                 "  " + "1,234" * 900, '"' * 4001 + ";"):  # fmt: skip
        read(f'2025-01-01 * "x"\n{line * 3}\n')
    assert time.perf_counter() - started < 2


def test_a_damaged_ledger_never_breaks_the_reader() -> None:
    survives(FORMAT, sample(NAME).content)
