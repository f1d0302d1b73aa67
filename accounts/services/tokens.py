"""Access and refresh tokens: issued, rotated, judged.

An access token lives fifteen minutes and names user, token version and family; a refresh token
lives seven days and counts once. Both are honoured only while the user is active, the version is
the user's present one, and the family's row exists: so a password change, a deactivation, a
logout or a stolen refresh token ends them at the next request.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts.exceptions import TokenExpired, TokenInvalid
from accounts.identity import as_service
from accounts.models import RefreshFamily, User
from accounts.services.audit import record

AUDIENCE = "dawsos"


@lru_cache(maxsize=2)
def _backend(secret: str) -> TokenBackend:
    key = salted_hmac("accounts.tokens", "signing key", secret=secret, algorithm="sha256")
    return TokenBackend("HS256", key.hexdigest(), audience=AUDIENCE, issuer=AUDIENCE)


class SignedToken(Token):
    """One algorithm, one audience, one issuer; what a token's own header says counts nothing."""

    def get_token_backend(self) -> TokenBackend:
        return _backend(str(settings.SECRET_KEY))


class AccessToken(SignedToken):
    token_type = "access"  # noqa: S105 - a kind, not a secret
    lifetime = timedelta(minutes=15)


class RefreshToken(SignedToken):
    token_type = "refresh"  # noqa: S105 - a kind, not a secret
    lifetime = timedelta(days=7)


@dataclass(frozen=True)
class Claims:
    user_id: int
    version: int
    family_id: UUID
    jti: str


@dataclass(frozen=True)
class TokenPair:
    user: User
    access: str
    refresh: str
    expires_in: int


def issue(*, user: User) -> TokenPair:
    """A new family, for one login."""
    refresh = RefreshToken()
    with as_service("issue tokens"):
        user.refresh_families.filter(expires_at__lte=timezone.now()).delete()
        family = RefreshFamily.objects.create(
            user=user, current_jti=refresh["jti"], expires_at=_end(refresh)
        )
    return _pair(user, family.pk, refresh)


def rotate(*, refresh: str) -> TokenPair:
    """A new pair for the family's current refresh token; any other ends the family."""
    claims = read(RefreshToken, refresh)
    successor = RefreshToken()
    with as_service("rotate a refresh token"):
        user = holder(claims)
        won = RefreshFamily.objects.filter(pk=claims.family_id, current_jti=claims.jti).update(
            current_jti=successor["jti"], expires_at=_end(successor)
        )
        if not won:
            RefreshFamily.objects.filter(pk=claims.family_id).delete()
            record(
                action="refresh_reused",
                by=None,
                resource_type="user",
                resource_id=user.pk,
            )
    if not won:
        raise TokenInvalid("This refresh token was used before; its login has been ended.")
    return _pair(user, claims.family_id, successor)


def holder(claims: Claims) -> User:
    """The user whom a token still speaks for, in one query. Needs an identity that may look."""
    user = (
        User.objects.active()
        .filter(
            pk=claims.user_id,
            token_version=claims.version,
            refresh_families__in=RefreshFamily.objects.alive().filter(pk=claims.family_id),
        )
        .first()
    )
    if user is None:
        raise TokenInvalid("The login of this token has ended.")
    return user


def read(kind: type[SignedToken], encoded: str | bytes) -> Claims:
    """Signature, audience, lifetime and kind are checked; whether it still counts is `holder`'s
    question. Raises TokenExpired or TokenInvalid."""
    try:
        token = kind(encoded)  # type: ignore[arg-type]  # annotated as a Token, takes the text
        return Claims(int(token["sub"]), int(token["ver"]), UUID(token["fam"]), str(token["jti"]))
    except ExpiredTokenError as error:
        raise TokenExpired("The token has expired.") from error
    except (TokenError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenInvalid("The token is not valid.") from error


def _pair(user: User, family_id: UUID, refresh: RefreshToken) -> TokenPair:
    access = AccessToken()
    for token in (access, refresh):
        token["sub"] = str(user.pk)
        token["ver"] = user.token_version
        token["fam"] = str(family_id)
    return TokenPair(user, str(access), str(refresh), int(AccessToken.lifetime.total_seconds()))


def _end(token: Token) -> datetime:
    return datetime.fromtimestamp(token["exp"], tz=UTC)
