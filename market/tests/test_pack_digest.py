"""The canonical lines of a pack and their digest."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from market.calc.packs import (
    PackContent,
    PackedGap,
    PackedPrice,
    PackedRate,
    PackedSource,
    canonical_lines,
    pack_digest,
    pack_id,
    plain_text,
)

DAY = date(2013, 2, 28)
APPLE = PackedPrice("AAPL.XNAS.raw", Decimal("441.40000000"), "USD", DAY, "tape", "exact")
IBM = PackedPrice("IBM.XNYS.raw", Decimal(200), "USD", date(2013, 2, 27), "tape", "stale")
CAD = PackedRate("EUR", "CAD", Decimal("1.3461"), DAY, "ECB", "ECB reference rate", "exact")
GAP = PackedGap("price", "RY.XTSE.raw", "RY", "no_price_source", None)
CONTENT = PackContent(
    DAY, "ECB", (APPLE, IBM), (CAD,), (GAP,), (PackedSource("price", "tape", "", "A"),)
)


def test_the_lines_are_readable() -> None:
    assert canonical_lines(CONTENT) == [
        '["gap", "price", "RY.XTSE.raw", "RY", "no_price_source", null]',
        '["pack", "2013-02-28", "ECB"]',
        '["price", "AAPL.XNAS.raw", "441.4", "USD", "2013-02-28", "tape", "exact"]',
        '["price", "IBM.XNYS.raw", "200", "USD", "2013-02-27", "tape", "stale"]',
        '["rate", "EUR", "CAD", "1.3461", "2013-02-28", "ECB", "ECB reference rate", "exact"]',
        '["source", "price", "tape", "", "A"]',
    ]


def test_the_digest_is_the_hash_of_the_lines() -> None:
    text = "\n".join(canonical_lines(CONTENT))
    assert pack_digest(CONTENT) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_of_rows_makes_no_difference() -> None:
    assert pack_digest(replace(CONTENT, prices=(IBM, APPLE))) == pack_digest(CONTENT)


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTENT, asof_date=date(2013, 2, 27)),
        replace(CONTENT, policy="WM"),
        replace(CONTENT, prices=(APPLE,)),
        replace(CONTENT, prices=(replace(APPLE, close=Decimal("441.41")), IBM)),
        replace(CONTENT, prices=(replace(APPLE, state="stale"), IBM)),
        replace(CONTENT, gaps=()),
        replace(CONTENT, sources=()),
        replace(CONTENT, rates=(replace(CAD, fixing="noon"),)),
    ],
)
def test_each_fact_counts(other: PackContent) -> None:
    assert pack_digest(other) != pack_digest(CONTENT)


def test_a_name_cannot_forge_a_line() -> None:
    # With bare separators, a source named 'x", "exact' could look like two fields.
    forged = replace(APPLE, source='x", "exact')
    assert r"\"" in canonical_lines(replace(CONTENT, prices=(forged,)))[2]


@pytest.mark.parametrize(
    ("number", "text"),
    [("0.50", "0.5"), ("100", "100"), ("1E+2", "100"), ("100.000", "100"), ("0.00001", "0.00001")],
)
def test_numbers_have_one_spelling(number: str, text: str) -> None:
    assert plain_text(Decimal(number)) == text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_has_no_place(number: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        plain_text(Decimal(number))


def test_a_pack_is_named_by_day_policy_and_revision() -> None:
    assert pack_id(DAY, "ECB", 1) == "2013-02-28-ECB-r1"
