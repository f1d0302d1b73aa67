"""API tokens: made, revoked, judged.

A token is honoured while its user is active and it is neither revoked nor expired, which is asked
with every request: revoking it, a deactivation and a password change end it with the next one.
A logout does not, since programs go on while their owner sleeps.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts.exceptions import (
    AccountInvalid,
    ApiTokenNotFound,
    TokenExpired,
    TokenInvalid,
    TokensTriedTooOften,
)
from accounts.identity import as_service
from accounts.models import ApiToken, User
from accounts.scopes import Scope
from accounts.services.audit import record
from accounts.services.throttle import admit
from accounts.trace import current_trace

PREFIX: Final = "dawsos_"
SHOWN: Final = len(PREFIX) + 6
LONGEST_DAYS: Final = 366
MOST_TOKENS: Final = 50
# Guesses have no email; they are counted by address alone, under a name that is none.
GUESSES: Final = "(api token)"


def create_api_token(
    *, user: User, name: str, scopes: frozenset[Scope], days: int
) -> tuple[ApiToken, str]:
    """A token of a user's own and its text, which is shown once and kept nowhere.

    Raises AccountInvalid for a blank name, no scope, a lifetime outside of 1 to `LONGEST_DAYS`
    days, and too many tokens.
    """
    text = PREFIX + token_urlsafe(32)
    with as_service("create an API token"):
        User.objects.select_for_update().get(pk=user.pk)  # so that the count holds
        _refuse_mistakes(user, name.strip(), scopes, days)
        token = ApiToken.objects.create(
            user=user,
            name=name.strip(),
            prefix=text[:SHOWN],
            digest=_digest(text),
            scopes=" ".join(scope for scope in Scope if scope in scopes),
            expires_at=timezone.now() + timedelta(days=days),
        )
        _note("api_token_created", token, by=user)
    return token, text


def revoke_api_token(*, token_id: UUID, by: User) -> ApiToken:
    """Ends a token of one's own; one that has ended stays as it is. Raises ApiTokenNotFound."""
    with as_service("revoke an API token"):
        token = ApiToken.objects.of(by).select_for_update().filter(pk=token_id).first()
        if token is None:
            raise ApiTokenNotFound("There is no such token.")
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            _note("api_token_revoked", token, by=by)
    return token


def api_token_of(text: str) -> ApiToken:
    """The token behind a text, with its user. The day of its use is noted.

    Raises TokenInvalid, TokenExpired for one whose time is over, and TokensTriedTooOften after
    five wrong ones from one address, by the rules of logins. A right token is never locked out.
    """
    with as_service("look an API token up: nobody is known yet"):
        known = ApiToken.objects.select_related("user").filter(digest=_digest(text))
        token = known.filter(user__is_active=True, revoked_at__isnull=True).first()
        if token is not None and token.expires_at > timezone.now():
            _used(token)
            return token
        admitted = admit(email=GUESSES, address=current_trace().address)
        record(
            action="api_token_refused",
            by=None,
            resource_type="api_token",
            resource_id=token.pk if token else "",
            details={"prefix": ascii(text[:SHOWN])[1:-1][:80]},
        )
    if not admitted:
        raise TokensTriedTooOften("Too many wrong tokens came from this address.")
    if token is not None:
        raise TokenExpired("The token has expired.", suggestion="Make a new one on your profile.")
    raise TokenInvalid("The token is not valid.", suggestion="Make a new one on your profile.")


def _used(token: ApiToken) -> None:
    """One write a day, and none that waits for another request's."""
    today = timezone.now().date()
    if token.last_used_on == today:
        return
    free = ApiToken.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=token.pk)
    if free.exists():
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_mistakes(user: User, name: str, scopes: frozenset[Scope], days: int) -> None:
    mistakes = {}
    if not name or len(name) > 80 or "\0" in name:
        mistakes["name"] = "Give it a name of at most 80 characters."
    if not scopes:
        mistakes["scopes"] = "Choose what it may do."
    if not 1 <= days <= LONGEST_DAYS:
        mistakes["days"] = f"Between 1 and {LONGEST_DAYS} days."
    if ApiToken.objects.of(user).standing().count() >= MOST_TOKENS:
        mistakes["name"] = f"There are {MOST_TOKENS} tokens; revoke one first."
    if mistakes:
        errors = [{"column": field, "message": said} for field, said in mistakes.items()]
        raise AccountInvalid(
            "The token cannot be made.", details={"reason": "account_invalid", "errors": errors}
        )


def _note(action: str, token: ApiToken, *, by: User) -> None:
    record(
        action=action,
        by=by,
        resource_type="api_token",
        resource_id=token.pk,
        details={"name": token.name, "prefix": token.prefix, "scopes": token.scopes},
    )
