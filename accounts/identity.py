"""The one place where code says as whom it talks to the database.

    with as_user(user.pk): …            rows of the portfolios this user is a member of
    with seen_by(user.pk): …            the same for reading, free where it is the case already
    with as_service("night"): …         every tenant; the reason is for whoever reads the code
    with as_nobody(): …                 the web's role without a user: public rows only

Each opens `atomic()` and sets role and user inside the transaction, so no identity outlives its
commit and a pooled connection carries nothing over. SET LOCAL does outlive a *savepoint* that
was released, therefore a nested block puts the previous pair back; a savepoint that was rolled
back has done so already.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db import DEFAULT_DB_ALIAS, connections, transaction

WEB_ROLE = "dawsos_web"
SERVICE_ROLE = "dawsos_service"

# Left to right: the pair before, then the pair from now on. One round trip.
_SWITCH = (
    "SELECT current_setting('role'), current_setting('app.user_id', true),"
    " set_config('role', %s, true), set_config('app.user_id', %s, true)"
)
_BECOME: Final = "SELECT set_config('role', %s, true), set_config('app.user_id', %s, true); "


@dataclass(frozen=True)
class Identity:
    kind: Literal["user", "service", "nobody"]
    user_id: int | None = None
    reason: str = ""

    @property
    def role(self) -> str:
        return SERVICE_ROLE if self.kind == "service" else WEB_ROLE

    @property
    def setting(self) -> str:
        return "" if self.user_id is None else str(self.user_id)


NOBODY = Identity("nobody")

_current: ContextVar[Identity | None] = ContextVar("accounts_identity", default=None)


def current_identity() -> Identity | None:
    """Whose rows the database shows now; None outside of any identity."""
    return _current.get()


@contextmanager
def as_user(user_id: int, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Identity]:
    with assume(Identity("user", user_id), using=using) as identity:
        yield identity


@contextmanager
def seen_by(user_id: int, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Identity]:
    """`as_user` for questions that only read: an identity that is this user's already is kept,
    without another savepoint. A request asks many questions as one user."""
    current = _current.get()
    if current == Identity("user", user_id) and connections[using].in_atomic_block:
        yield current
        return
    with as_user(user_id, using=using) as identity:
        yield identity


@contextmanager
def as_service(reason: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Identity]:
    with assume(Identity("service", reason=reason), using=using) as identity:
        yield identity


@contextmanager
def as_nobody(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[Identity]:
    with assume(NOBODY, using=using) as identity:
        yield identity


@contextmanager
def assume(identity: Identity, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Identity]:
    """An identity as a value: for code that carries one from here to there, as streams do."""
    nested = connections[using].in_atomic_block
    before = _current.get()
    try:
        with transaction.atomic(using=using):
            pair = _switch(identity.role, identity.setting, using)
            _current.set(identity)
            yield identity
        if nested:
            _switch(*pair, using)
    finally:
        # Not `reset(token)`: a generator may be closed from another context than it began in.
        _current.set(before)


def ask_as(
    identity: Identity, question: str, params: Sequence[Any], *, using: str = DEFAULT_DB_ALIAS
) -> tuple[Any, ...] | None:
    """The first row of one question that only reads, asked as somebody.

    Outside of a transaction identity and question travel in one message. PostgreSQL runs what came
    in one message as one transaction, so the identity ends with the answer.
    """
    if connections[using].in_atomic_block:
        with assume(identity, using=using), connections[using].cursor() as cursor:
            cursor.execute(question, params)
            return cursor.fetchone()
    with connections[using].cursor() as cursor:
        cursor.execute(_BECOME + question, [identity.role, identity.setting, *params])
        cursor.nextset()
        return cursor.fetchone()


def adopt(identity: Identity, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Change the identity for the rest of the block that is open.

    For doors that learn who asks only after the transaction has begun: the API authenticates
    inside its view. The enclosing block restores what was before it, as always.
    """
    if _current.get() is None:
        raise RuntimeError("adopt() changes an open identity; open one with as_nobody() first.")
    if identity != _current.get():
        _switch(identity.role, identity.setting, using)
        _current.set(identity)


def _switch(role: str, user: str, using: str) -> tuple[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute(_SWITCH, [role, user])
        previous_role, previous_user, *_ = cursor.fetchone()
    return previous_role, previous_user or ""
