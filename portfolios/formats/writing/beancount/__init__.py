"""A ledger as Beancount text; docs/export.md says what becomes of each entry."""

from portfolios.formats.writing.beancount.ledger import Ledger, Price, beancount_lines

__all__ = ["Ledger", "Price", "beancount_lines"]
