"""Which portfolio is open to whom."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.user import User


class MembershipRole(models.TextChoices):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> "MembershipQuerySet":
        return self.filter(user=user)


class Membership(models.Model):
    """One portfolio opened to one user.

    `portfolio_id` is a plain UUID because this app knows no portfolio; the foreign key is added
    by a migration of `portfolios`. Every tenant policy reads this table, so its unique index
    carries the role: the look-up never touches the heap.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    portfolio_id = models.UUIDField(db_index=True)
    role = models.CharField(max_length=10, choices=MembershipRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        db_table = "accounts_membership"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "portfolio_id"],
                include=["role"],
                name="accounts_membership_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=MembershipRole.values),
                name="accounts_membership_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role} of {self.portfolio_id}"
