"""What a view behind the login is given."""

from uuid import UUID

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """For annotations: `login_required` has seen to it that `user` is one of ours."""

    user: User
    correlation_id: str
    htmx: HtmxDetails
    # Of a page that is waited for, by which it is cancelled.
    ticket: UUID | None
    # What the page is made from, where a view knows it: then the door may keep the page.
    footing: object | None
