from decimal import Decimal

import pytest

from portfolios.calc.reconciliation import Agreement, reconcile


@pytest.mark.parametrize(
    ("figure", "reference", "bp", "status"),
    [
        ("10001.00", "10000.00", "1", Agreement.PASS),  # 1/10,000: the limit is inside
        ("10001.01", "10000.00", "1.01", Agreement.BREAK),
        ("1.05", "1.00", "500", Agreement.PASS),  # five cents are the floor, inside
        ("1.06", "1.00", "600", Agreement.BREAK),
        ("0.05", "0", "50000", Agreement.PASS),  # 0.05/0.01
        ("-10001.00", "-10000.00", "1", Agreement.PASS),
    ],
)
def test_a_figure_agrees_within_a_basis_point_or_five_cents(
    figure: str, reference: str, bp: str, status: Agreement
) -> None:
    got = reconcile(Decimal(figure), Decimal(reference))
    assert got.bp == Decimal(bp)
    assert got.status is status
    assert got.difference == Decimal(figure) - Decimal(reference)
