"""Claims and claimants in the back office."""

from __future__ import annotations

from django.contrib import admin

from claims.register.models import Claim, Claimant
from relief.site.options import ReadOnlyAdmin


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("receipt_number", "received_at", "name", "reporter_type", "service")
    list_select_related = ("service",)
    fields = ("receipt_number", "received_at", "name")


@admin.register(Claimant)
class ClaimantAdmin(ReadOnlyAdmin):
    list_display = ("name", "identity_kind")
    fields = ("name", "identity_kind")
