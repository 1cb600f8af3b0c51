"""Rule sets in the back office."""

from __future__ import annotations

from django.contrib import admin

from claims.triage.models import RuleSet
from relief.site.options import ReadOnlyAdmin


@admin.register(RuleSet)
class RuleSetAdmin(ReadOnlyAdmin):
    list_display = ("version", "note", "created_by", "created_at")
    list_select_related = ("created_by",)
    fields = ("version", "note", "created_by", "created_at")
