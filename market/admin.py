"""The market in Django's admin. Observations and packs are shown, never edited."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.identity import as_service
from accounts.models import User
from accounts.services import record
from market.models import (
    Benchmark,
    BenchmarkComponent,
    CorporateAction,
    FxObservation,
    FxRate,
    PackFreshness,
    Price,
    PriceObservation,
    PricingPack,
    Quarantine,
    Security,
    SecurityAlias,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """History: everything may be looked at, nothing changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class KeptAdmin(admin.ModelAdmin):
    """May be added and changed, not deleted. The web's role only reads the market, so the write
    is the service's, and the audit trail names who asked for it."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: models.Model,
        form: "ModelForm[Any]",
        change: bool,  # noqa: FBT001
    ) -> None:
        with as_service("administration of the market"):
            super().save_model(request, obj, form, change)
            record(
                action=f"market.{obj._meta.model_name}.{'change' if change else 'add'}",
                by=request.user if isinstance(request.user, User) else None,
                resource_type=str(obj._meta.model_name),
                resource_id=obj.pk,
                details={"changed": sorted(form.changed_data)},
            )


@admin.register(Security)
class SecurityAdmin(KeptAdmin):
    list_display = ("symbol", "exchange", "price_basis", "name", "currency", "price_source")
    list_filter = ("security_type", "exchange", "price_basis", "is_active")
    search_fields = ("symbol", "name", "isin")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Packs know a listing by these three; they are chosen once."""
        return ("symbol", "exchange", "price_basis") if obj else ()


@admin.register(SecurityAlias)
class SecurityAliasAdmin(KeptAdmin):
    list_display = ("scheme", "value", "security")
    list_filter = ("scheme",)
    search_fields = ("value", "security__symbol")
    list_select_related = ("security",)


@admin.register(CorporateAction)
class CorporateActionAdmin(KeptAdmin):
    list_display = ("security", "action_type", "ex_date", "amount", "currency", "source")
    list_filter = ("action_type", "source")
    search_fields = ("security__symbol",)
    list_select_related = ("security",)


@admin.register(Benchmark)
class BenchmarkAdmin(KeptAdmin):
    list_display = ("name", "security")
    search_fields = ("name",)


@admin.register(BenchmarkComponent)
class BenchmarkComponentAdmin(KeptAdmin):
    list_display = ("benchmark", "security", "weight")
    list_filter = ("benchmark",)


@admin.register(PricingPack)
class PricingPackAdmin(ReadOnlyAdmin):
    list_display = ("id", "asof_date", "policy", "revision", "sealed_at", "content_hash")
    list_filter = ("policy", "revision")
    search_fields = ("id", "content_hash")
    date_hierarchy = "asof_date"


@admin.register(PackFreshness)
class PackFreshnessAdmin(ReadOnlyAdmin):
    list_display = ("pack", "state", "reconciliation_passed", "updated_at", "error_message")
    list_filter = ("state",)


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    list_display = ("pack", "security", "close", "currency", "asof_date", "state")
    list_filter = ("state",)
    search_fields = ("pack__id", "security__symbol")
    list_select_related = ("security",)


@admin.register(FxRate)
class FxRateAdmin(ReadOnlyAdmin):
    list_display = ("pack", "base_currency", "quote_currency", "rate", "asof_date", "state")
    list_filter = ("quote_currency", "state")
    search_fields = ("pack__id",)


@admin.register(PriceObservation)
class PriceObservationAdmin(ReadOnlyAdmin):
    list_display = ("security", "observed_on", "close", "currency", "source", "available_at")
    list_filter = ("source", "licence_class")
    search_fields = ("security__symbol",)
    list_select_related = ("security",)


@admin.register(FxObservation)
class FxObservationAdmin(ReadOnlyAdmin):
    list_display = ("base_currency", "quote_currency", "observed_on", "rate", "fixing", "source")
    list_filter = ("quote_currency", "source")


@admin.register(Quarantine)
class QuarantineAdmin(ReadOnlyAdmin):
    """Decided on its page, where a reason is asked for."""

    list_display = ("subject", "observed_on", "value", "unit", "reason", "state", "note")
    list_filter = ("state", "reason", "source")
    search_fields = ("subject", "note")
