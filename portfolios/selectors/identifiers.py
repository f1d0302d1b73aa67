"""Who carries a source's identifier: one of a portfolio, or one in each account.

OFX counts its identifiers by account, so the same one in two accounts is two. Other sources count
them for all, and the same one in another account is a contradiction. In one file both rows are
there, so both are meant. An account that nobody states may be any.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from portfolios.formats.draft import Draft
from portfolios.models import Transaction

COUNTED_BY_ACCOUNT = frozenset({"ofx"})
UNSTATED = Draft.account


T = TypeVar("T", Draft, Transaction)


class Identifiers(Generic[T]):
    """The first that carries each identifier, and the first in every further account."""

    def __init__(self) -> None:
        self._first: dict[str, T] = {}
        self._further: dict[tuple[str, str], T] = {}

    def add(self, told: T) -> None:
        """Remember it, unless another one of its account came before."""
        first = self._first.setdefault(told.external_id, told)
        if first.account != told.account:
            self._further.setdefault((told.external_id, told.account), told)

    def find(self, draft: Draft, *, by_account: bool) -> T | None:
        """Whoever carries the draft's identifier: in its account, else in one that must be its."""
        first = self._first.get(draft.external_id)
        if first is None or first.account == draft.account:
            return first
        own = self._further.get((draft.external_id, draft.account))
        if own is not None:
            return own
        return None if by_account and UNSTATED not in (first.account, draft.account) else first
