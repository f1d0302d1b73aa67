"""Runs and step results can be looked at and never changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from patterns.models import PatternRun, StepResult

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
