"""Every sample is recognised by its own format and no other."""

import pytest

from portfolios.formats.registry import SURE, detect
from portfolios.tests.formats.sample_files import sample

SAMPLES = {
    "ghostfolio.json": "ghostfolio",
    "dawsos_json.json": "dawsos_json",
    "ofx.ofx": "ofx",
    "ofx.qfx": "ofx",
    "trading212.csv": "trading212",
    "trading212-old.csv": "trading212",
    "trade_republic.csv": "trade_republic",
    "holdings.csv": "holdings",
    "holdings.ofx": "holdings",
    "portfolio_performance_csv-de.csv": "portfolio_performance_csv",
    "portfolio_performance_csv-en.csv": "portfolio_performance_csv",
    "degiro_transactions-nl.csv": "degiro_transactions",
    "degiro_transactions-de.csv": "degiro_transactions",
    "degiro_account-en.csv": "degiro_account",
    "portfolio_performance-path.xml": "portfolio_performance",
    "portfolio_performance-id.xml": "portfolio_performance",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_by_its_own_format_alone(name: str) -> None:
    sure = [format_.name for format_, score in detect(sample(name)) if score > SURE]
    assert sure == [SAMPLES[name]]
