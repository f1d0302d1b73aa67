from accounts.models.api_token import ApiToken
from accounts.models.audit import AuditEvent
from accounts.models.idempotency import IdempotencyKey
from accounts.models.membership import Membership
from accounts.models.refresh import RefreshFamily
from accounts.models.throttle import LoginThrottle
from accounts.models.user import User

__all__ = [
    "ApiToken",
    "AuditEvent",
    "IdempotencyKey",
    "LoginThrottle",
    "Membership",
    "RefreshFamily",
    "User",
]
