from accounts.models.audit import AuditEvent
from accounts.models.membership import Membership
from accounts.models.refresh import RefreshFamily
from accounts.models.throttle import LoginThrottle
from accounts.models.user import User

__all__ = ["AuditEvent", "LoginThrottle", "Membership", "RefreshFamily", "User"]
