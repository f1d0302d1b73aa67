"""The ledger document as `evaluate` reads it; docs/evaluate.md describes it field by field."""

from portfolios.formats.evaluation.answering import answers
from portfolios.formats.evaluation.document import read_document, read_documents

__all__ = ["answers", "read_document", "read_documents"]
