"""How often a login was tried lately."""

from typing import ClassVar

from django.db import models


class LoginThrottle(models.Model):
    """Attempts for one email from one address in the present window.

    By both, so that a stranger's failures elsewhere never lock a user out.
    """

    email = models.CharField(max_length=254)
    address = models.CharField(max_length=45)
    attempts = models.PositiveSmallIntegerField()
    window_started_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "accounts_loginthrottle"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "address"], name="accounts_loginthrottle_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} from {self.address}: {self.attempts}"
