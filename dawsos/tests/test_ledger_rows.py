"""The rows of a ledger's page: every cell, and nothing that a file wrote is taken for markup."""

from datetime import date
from decimal import Decimal
from typing import Any

from dawsos.templatetags.ledger import ledger_entries
from portfolios.selectors.page_rows import COLUMNS, LedgerRow

BLANK: dict[str, Any] = dict.fromkeys(LedgerRow._fields[: len(COLUMNS)])
SALE = BLANK | {
    "pk": 70,
    "seq": 7,
    "entry_type": "SELL",
    "transaction_date": date(2013, 2, 8),
    "account": "main",
    "to_account": "",
    "quantity": Decimal("1500.00000000"),
    "price": Decimal("12.5000"),
    "fees": Decimal("1.00"),
    "taxes": Decimal(0),
    "net_amount": Decimal("18749.00"),
    "currency": "USD",
    "to_currency": "",
    "narration": "",
    "source": "form",
    "estimated_reason": "",
    "entry_hash": "a" * 64,
    "symbol": "ACME",
    "security_name": "Acme Inc.",
}


def html_of(**said: Any) -> str:
    row = LedgerRow(**(SALE | said))
    return str(ledger_entries([row], "/ledger/", show_accounts=True))


def test_a_sale() -> None:
    html = html_of()
    assert '<a href="/ledger/7/" aria-label="Entry 7 of 2013-02-08">2013-02-08</a>' in html
    assert '<span class="entry-type">Sale</span>' in html
    assert '<span title="Acme Inc.">ACME</span>' in html
    assert ">1,500</data>" in html
    assert '>12.50<span class="figure__unit"> USD</span></data>' in html
    assert 'value="18749.00">18,749.00<span class="figure__unit"> USD' in html
    assert "figure--positive" in html and html.count("<br>") == 0
    assert '<span class="muted">form</span>' in html and "<td>main</td>" in html


def test_money_that_leaves_has_a_sign_and_not_only_a_colour() -> None:
    html = html_of(net_amount=Decimal("-5.00"))
    assert "figure--negative" in html and "−5.00" in html


def test_what_is_not_there_leaves_its_cell_empty() -> None:
    empty = dict.fromkeys(("quantity", "price", "symbol", "security_name"))
    html = html_of(fees=Decimal(0), net_amount=Decimal(0), **empty)
    assert "<data" not in html and "None" not in html
    assert html.count("<td") == 10  # and the day before them


def test_a_split_an_exchange_and_two_charges() -> None:
    html = html_of(
        new_shares=Decimal(2),
        old_shares=Decimal(1),
        to_symbol="NEWCO",
        to_security_name="New Co",
        taxes=Decimal("0.50"),
        to_amount=Decimal(100),
        to_currency="CAD",
        to_account="savings",
    )
    assert ">2</data></span> for <span" in html
    assert '</span> → <span title="New Co">NEWCO</span>' in html
    assert html.count("<br>") == 2  # fees and taxes; cash of both currencies
    assert "<td>main → savings</td>" in html


def test_a_reversed_entry_is_struck_and_leads_to_its_reversal() -> None:
    html = html_of(reversed_by=9, import_run_id=3, filename="ledger.csv")
    assert '<tr class="is-reversed">' in html
    assert 'Reversed by <a href="/ledger/9/">entry 9</a>.' in html
    assert '<span title="ledger.csv">Import 3</span>' in html
    assert 'Reverses <a href="/ledger/5/">entry 5</a>.' in html_of(reverses=5)


def test_an_estimate_is_marked_and_says_why() -> None:
    html = html_of(narration="Dividend", estimated_reason="pay_date_unknown")
    assert "state--estimated" in html
    assert "Dividend<br>Pay date estimated: the source names none." in html


def test_nothing_that_was_written_into_a_ledger_is_markup() -> None:
    texts = (
        "account to_account currency to_currency narration source estimated_reason symbol "
        "security_name to_symbol to_security_name"
    ).split()
    foul = dict.fromkeys(texts, "<i>\"'&amp;")
    html = html_of(**foul, to_amount=Decimal(1))
    html += html_of(**foul, import_run_id=1, filename="<i>\"'&amp;")
    assert "<i>" not in html and "\"'" not in html
    assert html.count("&lt;i&gt;&quot;&#x27;&amp;amp;") > len(texts)
