"""Payouts in the back office: batches with what may be done now, payments with masked accounts, bank files."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from committee.panel import Act, Number, Panel, PanelAdmin, Table, person
from committee.payouts import pages
from committee.payouts.acts import acts_on
from committee.payouts.models import BankFile, Batch, Payment
from committee.payouts.selectors import masked_account, payable, tiers_of, waiting_for
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.korea.banks import bank_name
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.home import Card, register_card

STATE_COLOURS = {
    Batch.State.COMPOSING: "info",
    Batch.State.DRAFT: "default",
    Batch.State.SUBMITTED: "warning",
    Batch.State.APPROVED: "success",
    Batch.State.EXPORTED: "success",
    Batch.State.CANCELLED: "danger",
}


@admin.register(Batch)
class BatchAdmin(PanelAdmin):
    """Batches; every step is a page of its own, open to whom it is open now."""

    list_display = (
        "number_text",
        "state_word",
        "count_text",
        "sum_text",
        "composed_by_name",
        "composed_at",
        "submitted_at",
    )
    list_filter = ("state",)
    list_select_related = ("composed_by",)
    fields = (
        "state",
        ("count_text", "sum_text"),
        ("composed_by_name", "composed_at"),
        ("submission", "submitted_at"),
        "lines_sha256",
        "payments_link",
        "reason",
    )

    @display(description=_("batch"), ordering="number")
    def number_text(self, batch: Batch) -> str:
        return str(batch)

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def state_word(self, batch: Batch) -> Any:
        return batch.state, batch.get_state_display()

    @display(description=_("payments"))
    def count_text(self, batch: Batch) -> str:
        return f"{batch.line_count:,}"

    @display(description=_("sum"))
    def sum_text(self, batch: Batch) -> str:
        return format_won(batch.line_sum)

    @display(description=_("composed by"))
    def composed_by_name(self, row: Any) -> str:
        return str(row.composed_by or "–")

    @display(description=_("lines"))
    def payments_link(self, batch: Batch) -> Any:
        address = reverse("admin:committee_payment_changelist")
        words = _("Show the payments of this batch")
        return format_html('<a class="committee-link" href="{}?batch={}">{}</a>', address, batch.pk, words)

    def list_panel(self, request: HttpRequest) -> Panel:
        if not request.user.has_perm("committee.compose_batch"):
            return Panel()
        return Panel(acts=[Act(_("Compose a batch"), self.page("compose"))])

    def panel(self, request: HttpRequest, row: Batch) -> Panel:
        acts = [
            Act(step.label, self.page_of(row, step.name), why_not, danger=step.danger, secondary=step.secondary)
            for step, why_not in acts_on(row, person(request))
        ]
        bank_file = BankFile.objects.filter(batch=row).first()
        if bank_file and request.user.has_perm("committee.export_bank_file"):
            acts.append(
                Act(_("Download the bank file"), reverse("admin:committee_bankfile_download", args=(bank_file.pk,)))
            )
        job = row.job if row.job and row.state in {Batch.State.COMPOSING, Batch.State.CANCELLED} else None
        tables = [] if row.state == Batch.State.COMPOSING else self._tables(row)
        return Panel(job=job, acts=acts, tables=tables)

    def _tables(self, batch: Batch) -> list[Table]:
        total = (_("In all"), Number(f"{batch.line_count:,}"), Number(format_won(batch.line_sum)))
        tables = [Table(_("Control totals"), pages.TIER_HEADINGS, [*pages.tier_rows(tiers_of(batch)), total])]
        approvals = batch.approvals.select_related("approved_by").order_by("submission")
        if approvals:
            headings = (Number(_("submission")), _("verdict"), _("by"), _("at"), _("reason"))
            rows = [
                (
                    Number(str(row.submission)),
                    row.get_verdict_display(),
                    str(row.approved_by),
                    date_format(localtime(row.at), "SHORT_DATETIME_FORMAT"),
                    row.reason or "–",
                )
                for row in approvals
            ]
            tables.append(Table(_("Approvals"), headings, rows))
        return tables

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        def one(name: str, page: Any) -> tuple[str, str, Any]:
            return (
                f"<path:object_id>/{name.replace('_', '-')}/",
                f"committee_batch_{name}",
                page.as_view(model_admin=self),
            )

        return (
            ("compose/", "committee_batch_compose", pages.ComposePage.as_view(model_admin=self)),
            one("submit", pages.SubmitPage),
            one("approve", pages.ApprovePage),
            one("send_back", pages.SendBackPage),
            one("withdraw", pages.WithdrawPage),
            one("cancel", pages.CancelPage),
            one("export", pages.ExportPage),
        )


class BatchFilter(admin.SimpleListFilter):
    """Payments of one batch of the incident one works on."""

    title = _("batch")
    parameter_name = "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        batches = Batch.objects.visible_to(person(request)).order_by("-pk")[:100]
        return [(batch.pk, str(batch)) for batch in batches]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        value = self.value() or ""
        return queryset.filter(batch_id=int(value)) if value.isdecimal() else queryset


@admin.register(Payment)
class PaymentAdmin(PanelAdmin):
    """Payments, accounts masked; a search by payee is recorded."""

    list_display = ("batch", "line", "receipt_number", "payee_name", "bank", "account", "amount_text", "is_live")
    list_filter = (BatchFilter, "is_live")
    list_select_related = ("batch", "claim")
    ordering = ("-batch_id", "line")
    search_fields = ("payee_name", "claim__receipt_number__exact")
    search_help_text = _("Payee, or the whole receipt number")
    fields = ("batch", "line", "receipt_number", "payee_name", "bank", "account", "amount_text", "decision", "is_live")

    @display(description=_("receipt number"))
    def receipt_number(self, payment: Payment) -> str:
        return payment.claim.receipt_number

    @display(description=_("bank"))
    def bank(self, payment: Payment) -> str:
        return bank_name(payment.bank_code)

    @display(description=_("account"))
    def account(self, payment: Payment) -> str:
        return masked_account(payment)

    @display(description=_("amount"), ordering="amount")
    def amount_text(self, payment: Payment) -> str:
        return format_won(payment.amount)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if search_term:
            record_disclosure(
                by=person(request),
                kind=Disclosure.Kind.SEARCH,
                subject="committee.payment",
                fields="payee_name",
                reason=str(_("Search in the list of payments")),
                request_id=request.META.get("RELIEF_REQUEST_ID", ""),
                incident_id=working_incident_id(person(request)),
            )
        return super().get_search_results(request, queryset, search_term)


@admin.register(BankFile)
class BankFileAdmin(PanelAdmin):
    """Files that went to the bank; a download asks for a reason."""

    list_display = ("file_name", "batch", "count_text", "sum_text", "exported_by_name", "exported_at")
    list_select_related = ("batch", "stored_file", "exported_by")
    fields = ("file_name", "batch", "layout", ("count_text", "sum_text"), "sha256", ("exported_by_name", "exported_at"))

    @display(description=_("by"))
    def exported_by_name(self, row: Any) -> str:
        return str(row.exported_by or "–")

    @display(description=_("file"))
    def file_name(self, row: BankFile) -> str:
        return row.stored_file.name

    @display(description=_("payments"))
    def count_text(self, row: BankFile) -> str:
        return f"{row.line_count:,}"

    @display(description=_("sum"))
    def sum_text(self, row: BankFile) -> str:
        return format_won(row.line_sum)

    def panel(self, request: HttpRequest, row: BankFile) -> Panel:
        if not request.user.has_perm("committee.export_bank_file"):
            return Panel()
        return Panel(acts=[Act(_("Download the bank file"), self.page_of(row, "download"))])

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        download = pages.DownloadPage.as_view(model_admin=self)
        return (("<path:object_id>/download/", "committee_bankfile_download", download),)


def approval_card(user: Any) -> Card | None:
    """Return the batches that wait for this person's approval, with their sum."""
    incident_id = working_incident_id(user)
    batches = list(waiting_for(user, incident_id)) if incident_id is not None else []
    if not batches:
        return None
    return Card(
        _("Batches to approve"),
        len(batches),
        _("Payout batches that somebody else composed wait for your approval."),
        reverse("admin:committee_batch_changelist") + "?state__exact=submitted",
        sum(batch.line_sum for batch in batches),
    )


def payable_card(user: Any) -> Card | None:
    """Return what is payable and in no batch, with its sum."""
    incident_id = working_incident_id(user)
    rows = payable(incident_id) if incident_id is not None else None
    count = rows.count() if rows is not None else 0
    if rows is None or not count:
        return None
    won = rows.aggregate(won=Sum("amount"))["won"]
    sentence = _("Decided claims are payable and in no batch.")
    return Card(_("Claims to pay"), count, sentence, reverse("admin:committee_batch_compose"), won)


register_card(permission="committee.approve_batch", card=approval_card)
register_card(permission="committee.compose_batch", card=payable_card)
