"""Imports in the back office: the list, a page each with its outcome, and the rows that were refused."""

from __future__ import annotations

from django.contrib import admin

from claims.intake.models import ClaimImport
from relief.site.options import ReadOnlyAdmin


@admin.register(ClaimImport)
class ClaimImportAdmin(ReadOnlyAdmin):
    """Imports, newest first."""

    list_display = ("stored_file", "state", "source", "imported_by", "created_at")
    list_select_related = ("stored_file", "imported_by")
    fields = ("stored_file", "state", "source", "imported_by", "created_at")
