"""Accounts in Django's admin. What must not change is shown, never edited."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import services
from accounts.http import AuthenticatedRequest
from accounts.models import (
    ApiToken,
    AuditEvent,
    IdempotencyKey,
    LoginThrottle,
    Membership,
    RefreshFamily,
    User,
)


class UserForm(forms.ModelForm):
    """Without a field for the password: people change their own, `manage.py` sets a first one."""

    password = ReadOnlyPasswordHashField(required=False)

    class Meta:
        model = User
        fields = ("email", "display_name", "role", "is_active", "locale", "password")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    form = UserForm
    list_display = ("email", "display_name", "role", "is_active", "date_joined")
    list_filter = ("role", "is_active")
    search_fields = ("email", "display_name")
    readonly_fields: ClassVar = ("date_joined", "token_version")

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: "ModelForm[User]",
        change: bool,  # noqa: FBT001 - Django's own signature
    ) -> None:
        """A changed role or a deactivation ends every login at once, and is written down; a
        deactivation ends API tokens as well."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        services.record(
            action="user_changed" if change else "user_registered",
            by=_actor(request),
            resource_type="user",
            resource_id=obj.pk,
            details={"changed": sorted(form.changed_data)},
        )
        if {"role", "is_active"} & set(form.changed_data):
            services.end_tokens(user=obj)
        if "is_active" in form.changed_data:
            services.end_api_tokens(user=obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated: the audit trail goes on naming them."""
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "portfolio_id", "role", "created_at")
    list_filter = ("role",)
    search_fields = ("user__email", "portfolio_id")
    list_select_related = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        """A membership changes its role only; another user or portfolio is another membership."""
        return ("user", "portfolio_id") if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Membership,
        form: "ModelForm[Membership]",
        change: bool,  # noqa: FBT001 - Django's own signature
    ) -> None:
        services.keep_an_owner(obj.user, obj.portfolio_id, becoming=obj.role)
        super().save_model(request, obj, form, change)
        self._record(request, obj, "membership_granted")

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.keep_an_owner(obj.user, obj.portfolio_id, becoming=None)
        self._record(request, obj, "membership_revoked")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for membership in queryset:
            self.delete_model(request, membership)

    def _record(self, request: HttpRequest, obj: Membership, action: str) -> None:
        services.record(
            action=action,
            by=_actor(request),
            resource_type="user",
            resource_id=obj.user_id,
            portfolio_id=obj.portfolio_id,
            details={"role": obj.role},
        )


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = (
        "at",
        "action",
        "actor",
        "resource_type",
        "resource_id",
        "portfolio_id",
        "ip",
    )
    list_filter = ("action",)
    search_fields = ("actor__email", "resource_id", "correlation_id")
    list_select_related = ("actor",)
    date_hierarchy = "at"


@admin.register(LoginThrottle)
class LoginThrottleAdmin(ReadOnlyAdmin):
    """Deleting a row lets the person try again before the half hour is over."""

    list_display = ("email", "address", "attempts", "window_started_at", "locked_until")
    search_fields = ("email", "address")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(RefreshFamily)
class RefreshFamilyAdmin(ReadOnlyAdmin):
    """Deleting a row ends one login by token."""

    list_display = ("user", "created_at", "expires_at")
    list_select_related = ("user",)
    exclude = ("current_jti",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Deleting a row ends the token."""

    list_display = ("user", "name", "prefix", "scopes", "expires_at", "revoked_at", "last_used_on")
    list_select_related = ("user",)
    exclude = ("digest",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """That a request was answered, and when; not what with."""

    list_display = ("user", "request", "status", "created_at")
    list_select_related = ("user",)
    fields = ("user", "request", "status", "created_at")


def _actor(request: HttpRequest) -> User:
    authenticated: AuthenticatedRequest = request  # type: ignore[assignment]  # admin is behind it
    return authenticated.user
