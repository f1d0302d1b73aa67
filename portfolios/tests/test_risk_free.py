"""The risk-free rate is the one that was known, and where it ends it is not known."""

from datetime import date

import pytest

from portfolios.selectors.risk_free import yields_known_at


def test_january_is_known_in_february() -> None:
    """TB3MS of January 2013 is 0.07 %; as a yield 365·0.0007 / (360 − 91·0.0007)."""
    found = yields_known_at([date(2013, 2, 8)])
    assert found.yields == pytest.approx([365 * 0.0007 / (360 - 91 * 0.0007)])


def test_no_value_is_carried_beyond_two_months() -> None:
    found = yields_known_at([date(2013, 2, 8), date(2023, 6, 30)])
    assert found.yields is None
    assert "TB3MS" in found.reason


def test_nothing_is_known_before_the_series() -> None:
    assert yields_known_at([date(1900, 1, 2)]).yields is None
