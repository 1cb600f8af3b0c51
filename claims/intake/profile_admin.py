"""Saved profiles in the back office: the list, and a page each that shows what feeds which field."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.intake.layout import Layout
from claims.intake.mapping_forms import UNIT_WORDS
from claims.intake.models import ClaimImport, ImportProfile
from claims.intake.profile import Profile
from claims.intake.profile_pages import DeletePage, DownloadPage, RenamePage, UploadPage
from claims.intake.profile_words import ReadableProfile, readable_profile
from claims.intake.services import PERMISSION
from relief.errors import RuleBroken
from relief.site.showing import ShownAdmin


@admin.register(ImportProfile)
class ImportProfileAdmin(ShownAdmin):
    """Column maps of sources by name; they are saved on the page of a file's columns, or uploaded as JSON."""

    list_display = ("name", "fields_text", "unit_text", "saved_by", "saved_at")
    list_select_related = ("saved_by",)
    sortable_by = ("name", "saved_at")
    empty = _("No profile is saved for this incident yet. Save one on the page of a file's columns, or upload one.")
    page_template = "admin/claims/intake/profile.html"
    page_related = ("saved_by",)

    class Media:
        css = {"all": ("claims/intake-columns.css",)}

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Upload a profile"), reverse("admin:claims_importprofile_upload"))]

    @display(description=_("fields mapped"))
    def fields_text(self, row: ImportProfile) -> str:
        return f"{len({*row.spec.get('columns', ()), *row.spec.get('fixed', ())}):,}"

    @display(description=_("unit of amounts"))
    def unit_text(self, row: ImportProfile) -> Any:
        return UNIT_WORDS.get(row.spec.get("unit", 1), row.spec.get("unit"))

    def page_context(self, request: HttpRequest, row: ImportProfile) -> dict[str, Any]:
        words, refusal = readable(row)
        return {
            "profile": row,
            "words": words,
            "refusal": refusal,
            "may_change": request.user.has_perm(PERMISSION),
            "imports": ClaimImport.objects.filter(saved_profile=row).select_related("stored_file").order_by("-pk")[:10],
            "imports_open": request.user.has_perm("claims.view_claimimport"),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        pages = (
            ("upload/", "upload", UploadPage),
            ("<path:object_id>/rename/", "rename", RenamePage),
            ("<path:object_id>/remove/", "remove", DeletePage),
            ("<path:object_id>/download/", "download", DownloadPage),
        )
        return tuple(
            (route, f"claims_importprofile_{name}", page.as_view(model_admin=self)) for route, name, page in pages
        )


def readable(row: ImportProfile) -> tuple[ReadableProfile | None, str]:
    """Return a saved profile in words, or None and why it cannot be used."""
    try:
        profile = Profile.from_json(row.spec)
    except RuleBroken as refusal:
        return None, str(refusal)
    in_order = sorted(profile.columns.items(), key=lambda item: item[1].place or 0)
    layout = Layout(
        headings=tuple(column.heading or _("column %(place)s") % {"place": column.place} for _name, column in in_order),
        columns={name: number for number, (name, _column) in enumerate(in_order)},
        profile=profile,
    )
    # It is shown as it would stand on an import that has these columns alone.
    return readable_profile(ClaimImport(incident_id=row.incident_id, profile=layout.as_json())), ""
