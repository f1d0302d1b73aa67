"""What a format has read of its sample, the ledger takes: what is left is which security it is."""

from pathlib import Path

import pytest

from accounts.models import User
from portfolios.formats.contract import Format, Options, Source
from portfolios.models import Portfolio
from portfolios.services import preview_import
from portfolios.services.import_choices import Choices
from portfolios.tests.formats.reading_aloud import SAMPLES
from portfolios.tests.formats.test_hostile_files import PAIRS, TODAY

# Which security is meant, whether it was held, and a balance that another row contradicts.
OF_ITS_LEDGER = {"unknown_symbol", "ambiguous", "insufficient_quantity", "missing_rate"}


@pytest.mark.parametrize(("format_", "path"), PAIRS)
def test_the_ledger_takes_what_a_format_reads(
    market: None, portfolio: Portfolio, alice: User, format_: Format, path: Path
) -> None:
    content = (SAMPLES / path).read_bytes()
    parsed = format_.parse(
        Source(content, path.name), Options(base_currency="CAD", today=TODAY.replace(year=2026))
    )
    report = preview_import(
        portfolio_id=portfolio.pk,
        content=content,
        filename=path.name,
        by=alice,
        choices=Choices(format=format_.name),
        today=TODAY.replace(year=2026),
    )
    told = {(fault.row, fault.reason) for fault in parsed.faults}
    surprising = [
        error
        for error in report.errors
        if (error["row"], error["reason"]) not in told and error["reason"] not in OF_ITS_LEDGER
    ]
    assert surprising == []
