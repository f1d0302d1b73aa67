"""Bearer tokens: who is asking is learned inside the view, and their identity entered there."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import (
    JWTAuthentication as SimpleJWTAuthentication,
)

from accounts.exceptions import TokenInvalid
from accounts.identity import NOBODY, Identity, adopt, current_identity
from accounts.models import User
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


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Without it the schema would leave authentication out and say nothing."""

    target_class = "accounts.api.authentication.JWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
