"""The night in the admin: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from dawsos.models import NightlyRun, StageAttempt, StageChunk, StageFailure, StageRun


class ReadOnly:
    """History is looked at here; what happened is never edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StageInline(ReadOnly, admin.TabularInline):
    model = StageRun
    extra = 0


@admin.register(NightlyRun)
class NightlyRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("asof_date", "policy", "state", "pack_id", "started_at", "ended_at")
    list_filter = ("state", "policy")
    date_hierarchy = "asof_date"
    inlines = (StageInline,)


@admin.register(StageRun)
class StageRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("run", "stage", "state", "attempts", "fence", "started_at", "ended_at")
    list_filter = ("stage", "state")


@admin.register(StageChunk)
class StageChunkAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("stage_run", "number", "state", "attempts", "fence", "started_at", "ended_at")
    list_filter = ("state",)
    list_select_related = ("stage_run__run",)


@admin.register(StageAttempt)
class StageAttemptAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("stage_run", "chunk", "fence", "worker", "result", "started_at", "ended_at")
    list_filter = ("result",)
    list_select_related = ("stage_run__run", "chunk")


@admin.register(StageFailure)
class StageFailureAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("stage_run", "portfolio_id", "code", "message", "at")
    list_filter = ("code",)
    list_select_related = ("stage_run__run",)
