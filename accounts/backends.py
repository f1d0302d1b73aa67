"""Login by email, the same for the page, the API and Django's admin."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.identity import Identity, as_service, as_user, current_identity
from accounts.models import User
from accounts.services.audit import record
from accounts.services.throttle import admit, forget
from accounts.trace import current_trace

PASSWORD_LIMIT = 1024  # characters; more is not a password but work for the hasher


class EmailBackend(BaseBackend):
    """Every refusal looks the same from outside; the audit trail knows the reason."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """`username` is what Django's own forms call the email."""
        given = (email or username or "").strip()
        if not given or password is None or "\0" in given + password:
            return None
        if len(password) > PASSWORD_LIMIT:
            return None
        with as_service("login: nobody is known yet"):
            return self._judge(given, password)

    def get_user(self, user_id: Any) -> User | None:
        """Of a session, as that user: a policy shows everyone their own row."""
        if current_identity() == Identity("user", user_id):
            return _active(user_id)
        with as_user(user_id):
            return _active(user_id)

    def _judge(self, email: str, password: str) -> User | None:
        address = current_trace().address
        if not admit(email=email, address=address):
            return _refused(None, email, "account_locked")
        user = User.objects.by_email(email).first()
        if user is None:
            make_password(password)  # the same work as for a user who exists
            return _refused(None, email, "user_not_found")
        if not user.check_password(password):
            return _refused(user, email, "invalid_password")
        if not user.is_active:
            return _refused(user, email, "account_inactive")
        forget(email=email, address=address)
        record(action="login_success", by=user, resource_type="user", resource_id=user.pk)
        return user


def _active(user_id: Any) -> User | None:
    return User.objects.active().filter(pk=user_id).first()


def _refused(user: User | None, email: str, reason: str) -> User | None:
    """`by` stays empty: whoever failed to log in has not shown to be that user."""
    record(
        action="login_failed",
        by=None,
        resource_type="user",
        resource_id=user.pk if user else "",
        details={"email": email[:254], "reason": reason},
    )
    return None
