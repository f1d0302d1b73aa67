from decimal import localcontext

import pytest

from patterns.formats import UNITS, display, minor_units, mismatch


@pytest.mark.parametrize(
    ("value", "format_name", "currency", "text"),
    [
        (0.05, "percent", "", "5.00 %"),
        (-0.12345, "percent", "", "−12.34 %"),  # −12.345: analytics are rounded half-even
        (0.12355, "percent", "", "12.36 %"),
        (-0.00001, "percent", "", "0.00 %"),
        (12.5, "percent", "", "1,250.00 %"),
        ("1234.565", "money", "CAD", "1,234.57 CAD"),  # money half-up, away from zero
        ("-1234.565", "money", "CAD", "−1,234.57 CAD"),
        ("1234.5", "money", "JPY", "1,235 JPY"),
        ("1.0005", "money", "BHD", "1.001 BHD"),
        ("-0.001", "money", "CAD", "0.00 CAD"),
        ("441.4", "price", "USD", "441.40 USD"),
        ("0.123456789", "price", "USD", "0.123457 USD"),
        ("62.3895315", "price", "USD", "62.389532 USD"),  # unit costs half-even
        ("62.3895325", "price", "USD", "62.389532 USD"),
        ("1000", "price", "JPY", "1,000 JPY"),
        ("1234.5", "quantity", "", "1,234.5"),
        ("100", "quantity", "", "100"),
        ("0.00000001", "quantity", "", "0.00000001"),
        (1.005, "ratio", "", "1.00"),
        (2500, "count", "", "2,500"),
        (12.34, "bps", "", "12.3 bp"),
        ("2013-02-28", "date", "", "2013-02-28"),
        ("AAPL", "text", "", "AAPL"),
        (True, "text", "", "Yes"),
        ("stale", "state", "", "stale"),
        (None, "money", "CAD", "—"),
        (None, "text", "", "—"),
    ],
)
def test_a_value_is_shown(value, format_name, currency, text):
    assert display(value, format_name, currency) == text


def test_the_callers_precision_does_not_matter():
    with localcontext(prec=3):
        assert display("1234567.891", "money", "CAD") == "1,234,567.89 CAD"
        assert display(0.1234567, "percent") == "12.35 %"


def test_a_unit_and_its_format_fit():
    assert mismatch("percent", "fraction") == ""
    assert mismatch("text", "state") == ""
    assert "Use 'percent'" in mismatch("money", "fraction")
    assert "does not say its unit" in mismatch("money", "")
    assert "No format" in mismatch("money", "furlongs")


def test_every_number_has_exactly_one_format():
    units = [unit for name, units in UNITS.items() for unit in units if name != "text"]
    assert len(units) == len(set(units))


def test_minor_units_follow_iso_4217():
    assert [minor_units(code) for code in ("CAD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
