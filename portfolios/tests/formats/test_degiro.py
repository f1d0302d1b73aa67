"""DEGIRO's two files: localised columns, pence, fills of one order, legs that belong together."""

import pytest

from portfolios.formats import degiro_account, degiro_transactions
from portfolios.formats.contract import DecimalStyle, Parsed, Source
from portfolios.formats.degiro.words import places, said_in
from portfolios.tests.formats.sample_files import options, sample, survives, told, wrong

TRADES, ACCOUNT = degiro_transactions.FORMAT, degiro_account.FORMAT
NL, EN = "degiro_transactions-nl.csv", "degiro_account-en.csv"
ACME = {"isin": "US0000000002", "security_name": "ACME INC", "currency": "EUR"}
ABROAD = {"security_currency": "USD", "settlement_fx_rate": "0.8"}  # 1 ÷ 1.25
BON = {
    "isin": "FR0000000004",
    "security_name": "BON SA",
    "currency": "EUR",
    "entry_type": "BUY",
    "transaction_date": "2025-01-02",
    "quantity": "10",
    "price": "15.5",
    "gross_amount": "155",
    "fees": "1",
    "net_amount": "-156",
    "external_id": "3a1b2c3d-dddd",
}


def with_change(format_: object, name: str, old: str, new: str) -> Parsed:
    content = sample(name).content
    assert old.encode() in content
    assert format_ in (TRADES, ACCOUNT)
    changed = Source(content.replace(old.encode(), new.encode(), 1))
    return (TRADES if format_ is TRADES else ACCOUNT).parse(changed, options())


def test_the_trades_of_a_dutch_file() -> None:
    parsed = TRADES.parse(sample(NL), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        BON,
        ACME
        | ABROAD
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "4",
            "price": "20",
            "gross_amount_security": "80",
            "gross_amount": "64",
            "fees": "0.16",
            "net_amount": "-64.16",
            "external_id": "2a1b2c3d-cccc",  # the order's first fill stands below its second
        },
        ACME
        | ABROAD
        | {
            "entry_type": "BUY",
            "transaction_date": "2025-01-03",
            "quantity": "6",
            "price": "20",
            "gross_amount_security": "120",
            "gross_amount": "96",
            "fees": "2.24",  # 2.00 and the AutoFX fee of 0.24
            "net_amount": "-98.24",
            "external_id": "2a1b2c3d-cccc:2",
        },
        {
            "entry_type": "BUY",
            "transaction_date": "2025-01-06",
            "isin": "GB0000000009",
            "security_name": "BRIT PLC",
            "currency": "EUR",
            "quantity": "100",
            "price": "2",  # 200 pence
            "security_currency": "GBP",
            "gross_amount_security": "200",
            "settlement_fx_rate": "1.25",  # 80 pence for a euro
            "gross_amount": "250",
            "fees": "5.53",
            "net_amount": "-255.53",
            "external_id": "1a1b2c3d-bbbb",
        },
        ACME
        | ABROAD
        | {
            "entry_type": "SELL",
            "transaction_date": "2025-03-10",
            "quantity": "4",
            "price": "30",
            "gross_amount_security": "120",
            "gross_amount": "96",
            "fees": "2.24",
            "net_amount": "93.76",
            "external_id": "0a1b2c3d-aaaa",
        },
    ]
    assert any("GBX" in note for note in parsed.notes)


def test_an_older_german_file_has_a_currency_beside_every_amount() -> None:
    (draft,) = TRADES.parse(sample("degiro_transactions-de.csv"), options()).drafts
    assert told(draft) == BON


def test_the_entries_of_a_statement() -> None:
    parsed = ACCOUNT.parse(sample(EN), options())
    assert not parsed.faults
    assert [told(draft) for draft in parsed.drafts] == [
        {
            "entry_type": "DEPOSIT",
            "transaction_date": "2025-01-02",
            "currency": "EUR",
            "gross_amount": "1000",
            "net_amount": "1000",
            "narration": "iDEAL Deposit",
        },
        {
            "entry_type": "FEE",
            "transaction_date": "2025-02-03",
            "currency": "EUR",
            "gross_amount": "2.5",
            "net_amount": "-2.5",
            "narration": "DEGIRO Exchange Connection Fee 2025 (Nasdaq - NDQ)",
        },
        ACME
        | {
            "entry_type": "DIVIDEND",
            "transaction_date": "2025-03-14",
            "currency": "USD",
            "gross_amount": "10",
            "taxes": "1.5",
            "net_amount": "8.5",
            "narration": "Dividend",
        },
        {
            "entry_type": "FX_CONVERSION",
            "transaction_date": "2025-03-17",
            "currency": "USD",
            "gross_amount": "8.5",
            "net_amount": "-8.5",
            "to_amount": "6.8",
            "to_currency": "EUR",
            "narration": "FX Debit",
        },
        {
            "entry_type": "INTEREST",
            "transaction_date": "2025-04-01",
            "currency": "EUR",
            "gross_amount": "0.12",
            "net_amount": "0.12",
            "narration": "Flatex Interest Income",
        },
    ]


def test_every_other_row_is_left_out_with_its_reason() -> None:
    parsed = ACCOUNT.parse(sample(EN), options())
    assert [(row.row, row.reason.split(";")[0]) for row in parsed.skipped] == [
        (3, "The other leg of row 4."),
        (6, "Taken together with row 5."),
        (7, "Rows that take each other back."),
        (8, "Rows that take each other back."),
        (10, "Part of a trade"),
        (12, "Part of a trade"),
        (13, "Part of a trade"),
        (14, "Part of a trade"),
        (15, "Moved within DEGIRO."),
        (16, "A reservation"),
    ]
    assert [(s.currency, str(s.amount), str(s.asof_date)) for s in parsed.stated] == [
        ("EUR", "801.98", "2025-04-01"),
        ("USD", "0", "2025-03-17"),
    ]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Währungswechsel (Einbuchung)", "exchange"),
        ("Valuta Debitering", "exchange"),
        ("Opération de change - Crédit", "exchange"),
        ("Dividendensteuer", "dividend_tax"),
        ("Dividendbelasting", "dividend_tax"),
        ("Impôts sur dividende", "dividend_tax"),
        ("Dividende", "dividend"),
        ("Koop 3 @ 650,2 EUR", "trade"),
        ("Verkauf 10 Acme Inc@20 USD (US0000000002)", "trade"),
        ("AKTIENSPLIT: Kauf 20 Acme@10 USD", "split"),
        ("Einzahlung", "deposit"),
        ("flatex terugstorting", "withdrawal"),
        ("Versement de fonds", "deposit"),
        ("Retrait de fonds", "withdrawal"),
        ("Überweisung auf Ihr Geldkonto bei der flatexDEGIRO Bank", "within"),
        ("Einrichtung von Handelsmodalitäten 2025 Entgelt", "fee"),
        ("DEGIRO Aansluitingskosten 2025", "fee"),
        ("DEGIRO Exchange Connection Fee 2025 (New York Stock Exchange - NSY)", "fee"),
        ("Frais de connexion aux places boursières 2025 (Stock Exchange - NSY)", "fee"),
        ("London/Dublin Stamp Duty", "transaction_tax"),
        ("DEGIRO Geldmarktfondsen Compensatie", "interest"),
        ("Koersverandering geldmarktfonds (EUR)", "interest"),
        ("Geldmarktfonds Preisänderung (CHF)", "interest"),
        ("Variation Fonds Monétaires (EUR)", "interest"),
        ("Money Market fund price change (EUR)", "interest"),
        ("Conversie geldmarktfonds: Koop 100 @ 1,0045 EUR", "within"),
        ("Geldmarktfonds Umwandlung: Verkauf 12,49 zu je 1,0045 EUR", "within"),
        ("Conversion Fonds Monétaires finalisée: Vente 1 046,3825 @ 0,9854 EUR", "within"),
        ("Something new", ""),
    ],
)
def test_a_sentence_says_what_its_row_is(sentence: str, kind: str) -> None:
    assert said_in(sentence) == kind


def test_what_a_money_market_fund_loses_is_charged() -> None:
    """These funds are cash: their units are not held beside it."""
    sentence = "Koersverandering geldmarktfonds (EUR),,EUR,-0.12,"
    parsed = with_change(ACCOUNT, EN, "Flatex Interest Income,,EUR,0.12,", sentence)
    assert [
        told(d)["gross_amount"] for d in parsed.drafts if d.entry_type == "INTEREST_CHARGE"
    ] == ["0.12"]


@pytest.mark.parametrize(
    ("format_", "name", "old", "new", "row", "column", "reason"),
    [
        (TRADES, NL, 'XNAS,-4,"30', 'XNAS,four,"30', 2, "quantity", "number_invalid"),
        (TRADES, NL, 'XNAS,-4,"30', 'XNAS,0,"30', 2, "quantity", "zero_not_allowed"),
        (TRADES, NL, 'XNAS,-4,"30', 'XNAS,-5,"30', 2, "gross_amount_security", "amount_mismatch"),
        (TRADES, NL, "10-03-2025", "30-02-2025", 2, "date", "date_invalid"),
        (TRADES, NL, "10-03-2025", "10-03-2035", 2, "date", "date_invalid"),
        (TRADES, NL, "US0000000002", "ACME", 2, "isin", "isin_invalid"),
        (ACCOUNT, EN, "Flatex Interest Income", "Surprise", 2, "description", "type_unknown"),
        (ACCOUNT, EN, ",EUR,0.12", ",ZZZ,0.12", 2, "change_currency", "currency_unknown"),
        (ACCOUNT, EN, ",EUR,0.12", ",EUR,some", 2, "change", "number_invalid"),
        (ACCOUNT, EN, "17-03-2025,07:01", "17-03-2025,07:02", 4, "change", "conversion_unpaired"),
        (ACCOUNT, EN, ",EUR,-3.00", ",EUR,-4.00", 7, "change", "negative_not_allowed"),
    ],
)
def test_a_broken_row_is_named(
    format_: object, name: str, old: str, new: str, row: int, column: str, reason: str
) -> None:
    assert (row, column, reason) in wrong(with_change(format_, name, old, new))


def test_a_split_that_looks_like_trades_is_refused() -> None:
    head = sample(NL).content.splitlines(keepends=True)[0].decode()
    rows = [
        f'02-01-2025,09:00,BON SA,FR0000000004,EPA,XPAR,{quantity},"15,50",EUR,"{value}",EUR,'
        f'"{value}",,,,"{value}",,\n'
        for quantity, value in (("-10", "155,00"), ("20", "-310,00"))
    ]
    parsed = TRADES.parse(Source((head + "".join(rows)).encode()), options())
    assert wrong(parsed) == [(2, "quantity", "split_unread"), (3, "quantity", "split_unread")]


NEW_FILE = """\
Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,\
Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,
"""


def traded(quantity: int, price: float, isin: str, order: str = "", fees: str = "") -> str:
    value = f"{-quantity * price:.2f}"
    total = f"{-quantity * price + float(fees or 0):.2f}"
    return (
        f"04-02-2025,08:15,CORP,{isin},EAM,,{quantity},{price:.4f},EUR,{value},EUR,{value},,0.00,"
        f"{fees},{total},,{order}\n"
    )


OLD_ISIN, NEW_ISIN = "NL0000000012", "NL0000000020"


@pytest.mark.parametrize(
    ("quantity", "price", "came"),
    [
        (100, 20.25, 100),
        (1000, 2.025, 100),  # a reverse split, 10:1
        (100, 1.0, 300),  # 3:1, 300 at 0.3333 are 99.99
    ],
)
def test_shares_that_come_under_another_isin_are_no_sale(
    quantity: int, price: float, came: int
) -> None:
    """Nothing is gained, and the holding goes on: it would be a lie to book a sale."""
    rows = traded(came, round(price * quantity / came, 4), NEW_ISIN)
    rows += traded(-quantity, price, OLD_ISIN)
    parsed = TRADES.parse(Source((NEW_FILE + rows).encode()), options())
    assert wrong(parsed) == [(row, "quantity", "action_incomplete") for row in (2, 3)]
    assert "SYMBOL_CHANGE" in parsed.faults[0].remedy


@pytest.mark.parametrize(
    "sale",
    [
        traded(-100, 20.25, OLD_ISIN, order="o-1"),
        traded(-100, 20.25, OLD_ISIN, fees="-2.00"),
        traded(-100, 25, OLD_ISIN),
    ],
)
def test_a_sale_with_an_order_a_fee_or_a_value_of_its_own_is_one(sale: str) -> None:
    rows = traded(100, 20.25, NEW_ISIN) + sale
    parsed = TRADES.parse(Source((NEW_FILE + rows).encode()), options())
    assert sorted(draft.entry_type for draft in parsed.drafts) == ["BUY", "SELL"]


@pytest.mark.parametrize("minute", ["09:30", "08:15"])
def test_a_fill_keeps_its_identifier_when_a_later_one_is_added(minute: str) -> None:
    """The next export lists the order's next fill above, be it of another day or one minute."""
    first = traded(10, 50, NEW_ISIN, order="o-1")
    second = traded(5, 51, NEW_ISIN, order="o-1").replace("08:15", minute)
    for rows, expected in (
        (first, {"10": "o-1"}),
        (second + first, {"10": "o-1", "5": "o-1:2"}),
    ):
        parsed = TRADES.parse(Source((NEW_FILE + rows).encode()), options())
        assert {str(d.quantity): d.external_id for d in parsed.drafts} == expected


@pytest.mark.parametrize(
    ("charged", "total", "mistakes"),
    [
        ("0.00,-2.00", "-502.00", []),
        ("-0.50,-1.50", "-502.01", []),  # each is rounded by itself
        ("0.00,2.00", "-498.00", [(2, "total", "amount_mismatch")]),  # a refund
        ("0.00,0.00", "-502.00", [(2, "total", "amount_mismatch")]),  # a charge of another column
    ],
)
def test_the_value_and_its_charges_are_the_total(
    charged: str, total: str, mistakes: list[tuple[int, str, str]]
) -> None:
    row = f"04-02-2025,08:15,CORP,{NEW_ISIN},EAM,XAMS,10,50,EUR,-500.00,EUR,-500.00,,{charged},"
    parsed = TRADES.parse(Source(f"{NEW_FILE}{row}{total},,o-1\n".encode()), options())
    assert wrong(parsed) == mistakes


def test_without_a_value_the_total_less_its_charges_is_the_amount() -> None:
    row = f"04-02-2025,08:15,CORP,{NEW_ISIN},EAM,XAMS,10,50,EUR,-500.00,EUR,,,0.00,-2.00,-502.00,,o"
    (draft,) = TRADES.parse(Source(f"{NEW_FILE}{row}\n".encode()), options()).drafts
    assert draft.gross_amount == 500
    assert draft.net_amount == -502


def test_a_charge_in_another_currency_is_a_mistake() -> None:
    content = sample("degiro_transactions-de.csv").content
    changed = Source(content.replace(b'"-1,00",EUR', b'"-1,00",USD'))
    assert wrong(TRADES.parse(changed, options())) == [(2, "fees", "currency_mismatch")]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("AutoFX-Gebühr", "autofx"),
        ("Taxa Autofx", "autofx"),
        ("Frais conversion AutoFX", "autofx"),
        ("Transaktionskost", "fees"),
        ("Transaction and/or third", "fees"),
        ("Preços", "price"),
        ("Value date", "value_date"),
    ],
)
def test_a_column_is_known_by_the_beginning_of_its_name(name: str, column: str) -> None:
    assert places([name]) == {column: 0}


def test_a_decimal_sign_that_nothing_tells_is_asked_for() -> None:
    """1.234 euro or 1,234? One row alone does not say."""
    head = sample(EN).content.splitlines(keepends=True)[0].decode()
    row = '02-01-2025,09:30,02-01-2025,,,iDEAL Deposit,,EUR,"1,234",EUR,"1,234",\n'
    parsed = ACCOUNT.parse(Source((head + row).encode()), options())
    assert [question.about for question in parsed.questions] == ["decimal_style"]
    told_so = options(decimal_style=DecimalStyle.POINT)
    (draft,) = ACCOUNT.parse(Source((head + row).encode()), told_so).drafts
    assert draft.gross_amount == 1234


def test_damaged_files_never_break_the_readers() -> None:
    survives(TRADES, sample(NL).content)
    survives(ACCOUNT, sample(EN).content)
