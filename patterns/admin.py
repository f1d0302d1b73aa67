"""What the runner keeps can be looked at and never changed here."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from patterns.models import (
    BreakerState,
    InstalledPattern,
    PatternRun,
    RunCancellation,
    StepResult,
    UploadedPattern,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PatternRun)
class PatternRunAdmin(ReadOnlyAdmin):
    list_display = ("pattern_id", "state", "asof_date", "pack_id", "run_hash", "created_at")
    list_filter = ("pattern_id", "state")
    search_fields = ("run_hash", "pack_id")


@admin.register(StepResult)
class StepResultAdmin(ReadOnlyAdmin):
    list_display = ("capability", "version", "key", "created_at")
    list_filter = ("capability",)
    search_fields = ("key",)


@admin.register(BreakerState)
class BreakerStateAdmin(ReadOnlyAdmin):
    list_display = ("agent", "failures", "opened_at", "last_failed_at")


@admin.register(UploadedPattern)
class UploadedPatternAdmin(ReadOnlyAdmin):
    list_display = ("pattern_id", "version", "is_active", "uploaded_by_name", "uploaded_at")
    list_filter = ("is_active",)


@admin.register(InstalledPattern)
class InstalledPatternAdmin(ReadOnlyAdmin):
    list_display = ("pattern_id", "version", "installed_at")
    list_filter = ("pattern_id",)


@admin.register(RunCancellation)
class RunCancellationAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "asked_at")
