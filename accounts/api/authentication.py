"""Bearer tokens: who is asking is learned inside the view, and their identity entered there."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import (
    JWTAuthentication as SimpleJWTAuthentication,
)

from accounts.exceptions import PermissionDenied, TokenInvalid
from accounts.identity import NOBODY, Identity, adopt, current_identity
from accounts.models import ApiToken, User
from accounts.scopes import Scope, current_scopes, limit
from accounts.services.api_tokens import PREFIX, api_token_of
from accounts.services.tokens import AccessToken, Claims, holder, read


class JWTAuthentication(SimpleJWTAuthentication):
    """The middleware's transaction is open as nobody, since no session said who asks. A good
    token turns it into the user's for the rest of the request."""

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:  # type: ignore[override]
        header = self.get_header(request)
        raw_token = self.get_raw_token(header) if header else None
        if raw_token is None:
            return None
        claims = read(AccessToken, raw_token)
        before = current_identity() or NOBODY
        adopt(Identity("user", claims.user_id))
        try:
            return holder(claims), claims
        except TokenInvalid:
            adopt(before)
            raise


class ApiTokenAuthentication(BaseAuthentication):
    """A token that a person made for a program, told from a login's by how it begins. Its scopes
    hold for the rest of the request."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer" or not text.startswith(PREFIX):
            return None
        token = api_token_of(text.strip())
        adopt(Identity("user", token.user_id))
        limit(token.granted)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class WithinScopes(BasePermission):
    """A token that only reads is refused at the door of whatever writes, besides what each
    service asks. A POST that is a question leaves this permission out."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scopes = current_scopes()
        if request.method in SAFE_METHODS or scopes is None or scopes - {Scope.READ}:
            return True
        raise PermissionDenied(
            "The scopes of this token allow reading only.",
            suggestion="Make a token with the scope on your profile page.",
            details={"reason": "scope"},
        )


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Named in the schema beside the login's."""

    target_class = "accounts.api.authentication.ApiTokenAuthentication"
    name = "apiToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        said = f"Made on the profile page; begins with {PREFIX}"
        return {"type": "http", "scheme": "bearer", "description": said}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Without it the schema would leave authentication out and say nothing."""

    target_class = "accounts.api.authentication.JWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
