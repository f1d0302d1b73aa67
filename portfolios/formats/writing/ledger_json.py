"""A ledger as the document of docs/import-json.md, piece by piece: no ledger is too long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portfolios.formats.writing.rows import Fields, written


def json_chunks(head: Mapping[str, Any], rows: Iterable[Fields]) -> Iterator[str]:
    """The document: `head` is everything but its transactions, one line for each of these."""
    text = json.dumps(head, indent=1)
    yield text.removesuffix("\n}") + ',\n "transactions": ['
    before = "\n  "
    for fields in rows:
        yield before + json.dumps(written(fields))
        before = ",\n  "
    yield "\n ]\n}\n"
