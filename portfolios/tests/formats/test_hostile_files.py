"""Every sample, damaged in a thousand ways: each file is read or refused, and soon.

A sample belongs to the format whose name its own begins with.
"""

import random
import time
from datetime import date

import pytest

from portfolios.formats.contract import Format, Options, Source
from portfolios.formats.registry import SURE, detect, formats
from portfolios.tests.formats.reading_aloud import SAMPLES

TODAY = date(2013, 2, 28)
HOSTILE = (
    b"NaN", b"Infinity", b"1E+1000000", b"1_000", "１２３".encode(), b"9" * 5000, b"1.234,56",
    b"2013-02-30", b"0001-01-01", b"99/99/9999", b"=1+1", b"\t", b'"', b'""', b"\0", b"\xff\xfe",
    "\u202e".encode(), b"\xed\xa0\x80", b",", b";", b"\r", b"-0", b"()", b"<", b">", b"&a;", b"]]>",
    b"{", b"[" * 200, b"\\u0000", b" ", b"",
)  # fmt: skip
BUDGET = 2.0  # seconds for one sample
PAIRS = [
    pytest.param(format_, path, id=path.name)
    for format_ in formats()
    for path in sorted(SAMPLES.iterdir())
    if path.name.partition(".")[0] == format_.name or path.name.startswith(f"{format_.name}-")
]


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Cut short, or one to four stretches of it replaced."""
    if dice.random() < 0.2:
        return content[: dice.randrange(len(content) + 1)]
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(content) + 1)
        end = start + dice.choice((0, 0, 1, 2, 8, 40))
        new = dice.choice(HOSTILE) if dice.random() < 0.7 else bytes([dice.randrange(256)])
        content = content[:start] + new + content[end:]
    return content


@pytest.mark.parametrize(("format_", "path"), PAIRS)
def test_a_damaged_file_is_read_or_refused(format_: Format, path: object) -> None:
    content = (SAMPLES / str(path)).read_bytes()
    dice = random.Random(20130228)
    options = Options(base_currency="USD", today=TODAY)
    end = time.perf_counter() + BUDGET
    for _ in range(1_000):
        began = time.perf_counter()
        if began > end:
            break
        source = Source(damaged(content, dice), str(path))
        assert 0.0 <= format_.recognises(source) <= 1.0
        parsed = format_.parse(source, options)
        assert time.perf_counter() - began < 2
        for fault in parsed.faults:
            told = fault.as_dict()
            assert told["reason"] and told["message"] and told["remedy"]
            assert len(told["value"] or "") <= 100
        for draft in parsed.drafts:
            assert draft.transaction_date <= TODAY
            assert draft.net_amount is not None and draft.net_amount.is_finite()


@pytest.mark.parametrize(("format_", "path"), PAIRS)
def test_a_sample_is_recognised_by_its_own_format_alone(format_: Format, path: object) -> None:
    found = detect(Source((SAMPLES / str(path)).read_bytes(), str(path)))
    sure = [one for one, score in found if score > SURE]
    # A mapped table is what remains where no format is sure.
    assert [one.name for one in sure or [one for one, _ in found]] == [format_.name]


def test_every_sample_belongs_to_a_format() -> None:
    known = {param.id for param in PAIRS}
    assert {path.name for path in SAMPLES.iterdir()} == known
