"""Referral files and their claims in the back office; every step is a page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage.referral import pages, panels
from claims.triage.referral.filters import ReferralFileFilter, ReferralFilter
from claims.triage.referral.models import FileState, Referral, ReferralFile, ReferralState
from claims.triage.referral.packing import PERMISSION, control_of
from claims.triage.referral.returns import OUT
from claims.triage.referral.rules import COLUMNS
from claims.triage.referral.selectors import services_of, standing_of
from relief.money import format_won
from relief.site.showing import ShownAdmin

FILE_COLOURS = {
    FileState.PACKING: "info",
    FileState.PACKED: "warning",
    FileState.HANDED_OVER: "info",
    FileState.ACKNOWLEDGED: "success",
    FileState.CANCELLED: "danger",
}
COLOURS = {ReferralState.REFERRED: "info", ReferralState.SENT_BACK: "warning", ReferralState.RELEASED: "default"}
_STEPS: tuple[tuple[str, Any, frozenset[str]], ...] = (
    ("download", _("Download"), frozenset({"packed", *OUT})),
    ("hand_over", _("Record the handing over"), frozenset({"packed"})),
    ("acknowledge", _("Record the receipt"), frozenset({"handed_over"})),
    ("send_back", _("Record claims that were sent back"), frozenset(OUT)),
    ("cancel", _("Cancel the file"), frozenset({"packed"})),
)


@admin.register(ReferralFile)
class ReferralFileAdmin(ShownAdmin):
    """Files for affiliates, newest first."""

    list_display = ("file_name", "state_word", "count_text", "sum_text", "made_by", "made_at", "handed_over_on")
    list_select_related = ("operator", "made_by")
    ordering = ("-pk",)
    sortable_by = ()
    filterset = ReferralFileFilter
    empty = _("No claim was referred yet. Refer the claims of an affiliate; a file is packed for it.")
    page_template = "admin/claims/referral/file.html"
    page_related = ("operator", "incident", "made_by", "workbook", "text_file", "job")

    class Media:
        css = {"all": ("claims/claims.css", "claims/intake.css")}

    @display(description=_("file"))
    def file_name(self, row: ReferralFile) -> str:
        return str(row)

    @display(description=_("state"), label=FILE_COLOURS)
    def state_word(self, row: ReferralFile) -> Any:
        return row.state, row.get_state_display()

    @display(description=_("claims"))
    def count_text(self, row: ReferralFile) -> str:
        return f"{row.line_count:,}"

    @display(description=_("sum"))
    def sum_text(self, row: ReferralFile) -> str:
        return format_won(row.loss_sum)

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Refer claims"), reverse("admin:claims_referralfile_refer"))]

    def page_context(self, request: HttpRequest, row: ReferralFile) -> dict[str, Any]:
        may = request.user.has_perm(PERMISSION)
        unfinished = row.state in {FileState.PACKING, FileState.CANCELLED}
        return {
            "file": row,
            "tone": FILE_COLOURS[FileState(row.state)],
            "job": row.job if unfinished else None,
            "acts": [
                (label, reverse(f"admin:claims_referralfile_{name}", args=(row.pk,)))
                for name, label, states in _STEPS
                if may and row.state in states
            ],
            "standing": standing_of(row),
            "columns": [COLUMNS[name] for name in row.columns],
            "services": [(name, f"{count:,}", format_won(won)) for name, count, won in services_of(row)],
            "loss_sum": format_won(row.loss_sum),
            "differs": row.acknowledged_count is not None and row.acknowledged_count != row.line_count,
        }

    def receipt_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the receipt of a packed file, made to be printed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row: Any = self.get_object(request, object_id)
        if row is None:
            raise Http404
        pairs = control_of(row, text_file=row.text_file) if row.text_file else []
        if row.workbook:
            pairs.append((_("SHA-256 of the workbook"), row.workbook.sha256))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Receipt of a referral"),
            "opts": self.opts,
            "original": row,
            "media": self.media,
            "file": row,
            "pairs": pairs,
        }
        return TemplateResponse(request, "admin/claims/referral/receipt.html", context)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        def one(name: str, page: Any) -> tuple[str, str, Any]:
            address = f"<path:object_id>/{name.replace('_', '-')}/"
            return address, f"claims_referralfile_{name}", page.as_view(model_admin=self)

        return (
            ("refer/", "claims_referralfile_refer", pages.ReferPage.as_view(model_admin=self)),
            one("hand_over", pages.HandOverPage),
            one("acknowledge", pages.AcknowledgePage),
            one("cancel", pages.CancelPage),
            one("download", pages.DownloadPage),
            one("send_back", pages.SendBackPage),
            (
                "<path:object_id>/receipt/",
                "claims_referralfile_receipt",
                self.admin_site.admin_view(self.receipt_view),
            ),
        )


@admin.register(Referral)
class ReferralAdmin(ShownAdmin):
    """Claims in referral files; what affiliates sent back is found by "To look at"."""

    list_display = ("receipt", "file", "line", "state_word", "loss_text", "why", "sent_back_at")
    list_select_related = ("claim", "file__operator")
    ordering = ("-pk",)
    sortable_by = ()
    filterset = ReferralFilter
    empty = _("No claim stands here. Claims come here when a file is packed for an affiliate.")
    page_template = "admin/claims/referral/referral.html"
    page_related = ("claim", "file__operator", "file__incident", "sent_back_by", "again_by")

    class Media:
        css = {"all": ("claims/claims.css", "claims/intake.css")}

    @display(description=_("receipt number"))
    def receipt(self, row: Referral) -> str:
        return row.claim.receipt_number

    @display(description=_("state"), label=COLOURS)
    def state_word(self, row: Referral) -> Any:
        return row.state, row.get_state_display()

    @display(description=_("loss"))
    def loss_text(self, row: Referral) -> str:
        return format_won(row.claimed_loss)

    @display(description=_("why it was sent back"))
    def why(self, row: Referral) -> str:
        return row.get_code_display() or "–"

    def list_acts(self, request: HttpRequest) -> list[Any]:
        if not request.user.has_perm(PERMISSION):
            return []
        return [(_("Refer claims again"), reverse("admin:claims_referral_again_many"))]

    def page_context(self, request: HttpRequest, row: Referral) -> dict[str, Any]:
        may = request.user.has_perm(PERMISSION)
        back = may and row.state == ReferralState.REFERRED and row.file.state in OUT
        again = may and row.state == ReferralState.SENT_BACK and row.again_at is None
        return {
            "referral": row,
            "tone": COLOURS[ReferralState(row.state)],
            "loss": format_won(row.claimed_loss),
            "sentence": panels.sentence_of(row),
            "send_back_url": reverse("admin:claims_referral_send_back", args=(row.pk,)) if back else "",
            "again_url": reverse("admin:claims_referral_again", args=(row.pk,)) if again else "",
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        back = pages.ClaimSendBackPage.as_view(model_admin=self)
        again = pages.ClaimAgainPage.as_view(model_admin=self)
        many = pages.AgainPage.as_view(model_admin=self)
        return (
            ("again/", "claims_referral_again_many", many),
            ("<path:object_id>/send-back/", "claims_referral_send_back", back),
            ("<path:object_id>/again/", "claims_referral_again", again),
        )
