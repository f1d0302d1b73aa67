"""From the bytes of a document, or of a list of them, to the answer: what both doors do."""

from __future__ import annotations

import uuid
from typing import Any

from market.formats.csv_records import Limits
from portfolios.calc.evaluation import as_answer, evaluate
from portfolios.exceptions import DocumentUnreadable
from portfolios.formats.evaluation.document import read_document, read_documents


def answers(content: bytes, limits: Limits) -> Any:
    """The answer as plain data; for a list one answer each, in its order.

    Raises DocumentUnreadable where there is no document. In a list, one that cannot be read has
    its error in its place, so that it does not cost the others their answers.
    """
    said = read_documents(content, limits)
    if not isinstance(said, list):
        return _answer(said)
    return [_answer_or_error(each) for each in said]


def _answer(said: Any) -> dict[str, Any]:
    return as_answer(evaluate(read_document(said)))


def _answer_or_error(said: Any) -> dict[str, Any]:
    try:
        return _answer(said)
    except DocumentUnreadable as error:
        return {"error": error.as_dict(uuid.uuid4().hex)}
