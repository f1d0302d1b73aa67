"""Evaluating a ledger document: everything an import would give, and nothing stored."""

from portfolios.calc.evaluation.answer import as_answer
from portfolios.calc.evaluation.document import Document, Finding, Policy
from portfolios.calc.evaluation.evaluate import Evaluation, evaluate

__all__ = ["Document", "Evaluation", "Finding", "Policy", "as_answer", "evaluate"]
