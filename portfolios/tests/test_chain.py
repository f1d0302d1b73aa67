"""Hashes of stored ledgers must come out again for ever, however they are computed."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from patterns.canonical import canonical_json
from portfolios.models.chain import (
    BESIDE,
    CONTENT,
    SECURITIES,
    Speller,
    content_parts,
    entry_hash,
    parts_hash,
    pieces_hash,
    same_content_hash,
)
from portfolios.models.plain_lines import PlainLines, chained_digest, content_digest
from portfolios.services.rows import as_text

DATES = {"transaction_date", "settlement_date", "ex_date", "pay_date", "holding_start"}
LISTS = {"lot_picks", "carried_lots"}
NUMBERS = {"seq", "occurrence"}
TEXTS = set(
    "entry_type account currency to_currency estimated_reason cash_account to_account "
    "security_currency treatment jurisdiction lot_label narration external_id source "
    "link_id".split()
)
COLUMNS = [*CONTENT, *BESIDE]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
picks = st.dictionaries(texts.filter(bool), texts, max_size=2)


def column(name: str) -> st.SearchStrategy[Any]:
    if name in TEXTS:
        return texts
    if name in NUMBERS:
        return st.integers(1, 10**6)
    if name in LISTS:
        return st.none() | st.lists(picks, max_size=2)
    if name in DATES:
        return st.none() | st.dates(date(1970, 1, 1), date(2100, 1, 1))
    return st.none() | st.decimals(-(10**15), 10**15, places=10) | st.just(Decimal("1E+3"))


entries = st.fixed_dictionaries({name: column(name) for name in COLUMNS}).map(
    lambda values: SimpleNamespace(**values)
)


def said(entry: SimpleNamespace, names: list[str], **more: Any) -> str:
    """The definition: canonical JSON of whatever is not empty."""
    fields = more | {name: getattr(entry, name) for name in names}
    return canonical_json({k: v for k, v in fields.items() if v is not None and v not in ("", [])})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entry=entries, security=texts, into=texts, reverses=st.none() | st.integers(1, 99))
def test_both_hashes_are_those_of_the_canonical_text(
    entry: SimpleNamespace, security: str, into: str, reverses: int | None
) -> None:
    more = {"security": security, "to_security": into, "reverses": reverses}
    content, whole = said(entry, [*CONTENT], **more), said(entry, COLUMNS, **more)

    named: dict[str, Any] = {"security": security, "to_security": into, "reverses": reverses}
    assert same_content_hash(entry, **named) == hashlib.sha256(content.encode()).hexdigest()
    assert (
        entry_hash("0" * 64, entry, **named)
        == hashlib.sha256(f"{'0' * 64}{whole}".encode()).hexdigest()
    )


SAID = [name for name in COLUMNS if name not in {"seq", "occurrence", "source"}]
KEYS: dict[Any, str] = {UUID(int=1): "XNYS:ACME", UUID(int=2): 'XTSE:"B"'}
spelled = st.fixed_dictionaries(
    {},
    optional={name: column(name) for name in SAID}
    | {name: st.sampled_from([None, *KEYS]) for name in ("security_id", "to_security_id")},
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=spelled)
def test_entries_spelled_by_the_column_are_hashed_as_one_by_one(values: dict[str, Any]) -> None:
    """What is said in part, in any order, behind what is left unsaid; and the cells that a table
    gets are those values, column by column."""
    unsaid = {"account": "main", "fees": Decimal(0), "narration": ""}
    columns = [*SAID, "security_id", "to_security_id"]
    speller = Speller(columns, unsaid, KEYS)
    cells, content, beside = speller.spell(values)

    whole = dict.fromkeys(COLUMNS) | unsaid | values
    security, into = (values.get(name) for name in ("security_id", "to_security_id"))
    named = {"security": KEYS.get(security, ""), "to_security": KEYS.get(into, "")}
    parts = content_parts([whole[name] for name in CONTENT], reverses=None, **named)
    assert parts_hash(content) == parts_hash(parts)
    entry = SimpleNamespace(**whole)
    assert pieces_hash("0" * 64, content + beside) == entry_hash(
        "0" * 64, entry, reverses=None, **named
    )
    for name, cell in zip(speller.columns, cells, strict=True):
        value = whole[name] if name in whole else values.get(name)
        assert cell == value if isinstance(value, str | None) else read(cell, value) == value


PLAIN = PlainLines(
    ["seq", "entry_hash"],
    sorted([*SAID, *SECURITIES], key=lambda name: SECURITIES.get(name, name)),
    {"account": "main", "fees": Decimal(0), "narration": ""},
    KEYS,
    "100% a file",
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=spelled.filter(lambda values: len(values) > 1))
@example({"entry_type": "BUY", "narration": 'a "good" one'})
@example({"entry_type": "BUY", "account": "C:\\"})
@example({"entry_type": "BUY", "account": "a\tb"})
@example({"entry_type": "BUY", "account": "100 % Löwe", "security_id": UUID(int=2)})
def test_plain_entries_are_hashed_and_written_as_any_other(values: dict[str, Any]) -> None:
    """Those that are not plain are left alone. What was said before changes nothing."""
    unsaid = {"account": "main", "fees": Decimal(0), "narration": ""}
    speller = Speller([*SAID, *SECURITIES], unsaid, KEYS)
    cells, content, beside = speller.spell(values)
    found = PLAIN.spell(values)
    if found is None:
        assert any(is_special(value) for value in values.values())
        return
    shape, texts = found
    pieces = PLAIN.pieces(shape, texts)
    assert content_digest(shape, pieces) == parts_hash(content)

    beside += ['"seq":7', '"occurrence":2', '"source":"100% a file"']
    chained = pieces_hash("0" * 64, content + beside)
    assert chained_digest("0" * 64, shape, [*pieces, 7, 2]) == chained

    line = shape.line % (7, chained, *texts)
    assert line == as_text([(7, chained, *cells)])


def is_special(value: Any) -> bool:
    """Nothing, a list, or a text with a character that needs care somewhere."""
    if isinstance(value, str):
        return not value or not value.isprintable() or '"' in value or "\\" in value
    return value is None or isinstance(value, list)


def test_equal_values_of_different_length_are_not_taken_for_one_another() -> None:
    """1 and 1.00 are equal, and the same text; objects that are gone leave nothing behind."""
    for number in range(200):
        values = {
            "entry_type": "BUY",
            "quantity": Decimal(number),
            "price": Decimal(f"{number}.50"),
        }
        found = PLAIN.spell(values)
        assert found is not None
        assert set(found[1]) == {"BUY", str(number), f"{number}.5"}


def read(cell: str | None, like: Any) -> Any:
    """A cell as PostgreSQL understands it in a column of that kind."""
    said = cell or ""
    if isinstance(like, list):
        return json.loads(said)
    return date.fromisoformat(said) if isinstance(like, date) else type(like)(said)


def test_the_hash_of_a_ledger_written_long_ago() -> None:
    """Worked out by hand from the text, with no code of ours: what is stored stays provable."""
    nothing = dict.fromkeys(COLUMNS) | dict.fromkeys(TEXTS, "")
    entry = SimpleNamespace(
        **nothing
        | {
            "entry_type": "DEPOSIT",
            "transaction_date": date(2013, 2, 4),
            "account": "main",
            "gross_amount": Decimal("12.50"),
            "fees": Decimal(0),
            "taxes": Decimal(0),
            "net_amount": Decimal("12.50"),
            "currency": "CAD",
            "seq": 1,
            "occurrence": 1,
            "source": "manual",
        }
    )
    text = (
        '{"account":"main","currency":"CAD","entry_type":"DEPOSIT","fees":"0",'
        '"gross_amount":"12.5","net_amount":"12.5","occurrence":1,"seq":1,"source":"manual",'
        '"taxes":"0","transaction_date":"2013-02-04"}'
    )
    expected = hashlib.sha256(f"{'a' * 64}{text}".encode()).hexdigest()
    assert entry_hash("a" * 64, entry, security="", reverses=None) == expected
