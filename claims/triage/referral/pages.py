"""Pages that refer, hand over, acknowledge, cancel, take away and take back; each calls one service."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.triage.referral import forms as asked
from claims.triage.referral import returns, services
from claims.triage.referral.models import Referral, ReferralFile
from claims.triage.referral.packing import PERMISSION
from claims.triage.referral.selectors import waiting_by_service
from relief.accounts.models import User
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm

Facts = list[tuple[Any, Any]]
_NAMED = 20


def unmatched_sentence(numbers: list[str]) -> Any:
    """Return the sentence that names the receipt numbers that did not match."""
    named = ", ".join(numbers[:_NAMED]) + (" …" if len(numbers) > _NAMED else "")
    return _("%(count)s receipt numbers did not match: %(numbers)s. Compare them with the list.") % {
        "count": f"{len(numbers):,}",
        "numbers": named,
    }


class ReferralPage(ActPage):
    """A page of who refers claims."""

    permission_required = PERMISSION

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def tell_unmatched(self, outcome: returns.Outcome) -> None:
        """Show which receipt numbers did not match, where there are any."""
        if outcome.unmatched:
            messages.warning(self.request, unmatched_sentence(outcome.unmatched))


class ReferPage(ReferralPage):
    """Shows what waits for each affiliate, and refers one affiliate's claims."""

    title = _("Refer claims to an affiliate")
    submit_label = _("Pack the file")
    template_name = "admin/claims/referral/refer.html"
    form_class = asked.ReferForm
    warning = _("All claims of the affiliate that wait go into one file. What it holds is frozen then.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "incident_id": working_incident_id(self.person)}

    def get_initial(self) -> dict[str, Any]:
        return {"operator": self.request.GET.get("operator", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = waiting_by_service(working_incident_id(self.person) or 0)
        affiliates = {row.pk: row for row in context["form"].fields["operator"].queryset}
        groups = [
            {
                "operator": affiliate,
                "rows": [
                    (row.service, f"{row.claims:,}", format_won(row.won)) for row in rows if row.operator_id == key
                ],
                "claims": f"{sum(row.claims for row in rows if row.operator_id == key):,}",
                "won": format_won(sum(row.won for row in rows if row.operator_id == key)),
            }
            for key, affiliate in affiliates.items()
        ]
        return {**context, "groups": groups}

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        self.row = services.start_referral(
            by=self.person,
            operator=given["operator"],
            ground=given["ground"],
            columns=given["columns"],
            in_clear=given["in_clear"],
            clear_reason=given["clear_reason"],
        )
        return _("%(file)s is being packed; this page shows how far it is.") % {"file": self.row}


class FilePage(ReferralPage):
    """A page about one file: which, how many claims, how much."""

    row: ReferralFile

    def facts(self) -> Facts:
        return [
            (_("File"), self.row),
            (_("State"), self.row.get_state_display()),
            (_("Claims"), f"{self.row.line_count:,}"),
            (_("Sum of losses"), format_won(self.row.loss_sum)),
        ]


class HandOverPage(FilePage):
    title = _("Record the handing over")
    submit_label = _("Record the handing over")
    form_class = asked.HandOverForm
    warning = _("Afterwards the file can no longer be cancelled; claims come back one by one.")

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        services.hand_over(by=self.person, file=self.row, on=given["on"], to=given["to"], how=given["how"])
        return _("The handing over is recorded. Record the affiliate's receipt when it comes.")


class AcknowledgePage(FilePage):
    title = _("Record the affiliate's receipt")
    submit_label = _("Record the receipt")
    form_class = asked.AcknowledgeForm

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        services.acknowledge(
            by=self.person,
            file=self.row,
            on=given["on"],
            number=given["number"],
            count=given["count"],
            difference=given["difference"],
        )
        return _("The affiliate's receipt is recorded.")


class CancelPage(FilePage):
    title = _("Cancel the file")
    submit_label = _("Cancel the file")
    form_class = ReasonForm
    danger = True
    warning = _("Its claims wait for referral again. Destroy what was downloaded of it.")

    def act(self, form: forms.Form) -> Any:
        services.cancel(by=self.person, file=self.row, reason=form.cleaned_data["reason"])
        return _("The file is cancelled; its claims wait for referral again.")


class DownloadPage(FilePage):
    """Hands the file out, after keeping who took it and why."""

    title = _("Download the referral file")
    submit_label = _("Download")
    form_class = asked.DownloadForm
    warning = _("The file holds personal data. Your name and reason are recorded.")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        given = form.cleaned_data
        stored = self.row.workbook if given["kind"] == "xlsx" else self.row.text_file
        try:
            content = services.download(
                by=self.person,
                file=self.row,
                stored=stored,
                reason=given["reason"],
                request_id=self.request.META.get("RELIEF_REQUEST_ID", ""),
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        name, kind = (stored.name, stored.content_type) if stored else ("", "")
        return FileResponse(content, as_attachment=True, filename=name, content_type=kind)  # type: ignore[return-value]


class SendBackPage(FilePage):
    """Takes a list of receipt numbers that the affiliate sent back."""

    title = _("Record claims that were sent back")
    submit_label = _("Record them as sent back")
    form_class = asked.ClaimsSentBackForm
    multipart = True
    warning = _("The claims are open again. They wait until somebody classifies them anew or refers them again.")

    def act(self, form: forms.Form) -> Any:
        given = cast("asked.NumbersForm", form)
        words = form.cleaned_data
        outcome = returns.send_back(
            by=self.person, file=self.row, numbers=given.given(), code=words["code"], reason=words["reason"]
        )
        self.tell_unmatched(outcome)
        return _("%(count)s claims are recorded as sent back.") % {"count": f"{outcome.moved:,}"}


class ClaimPage(ReferralPage):
    """A page about one claim of a file."""

    row: Referral

    def facts(self) -> Facts:
        return [
            (_("Receipt number"), self.row.claim.receipt_number),
            (_("File"), self.row.file),
            (_("State"), self.row.get_state_display()),
            (_("Loss"), format_won(self.row.claimed_loss)),
        ]


class ClaimSendBackPage(ClaimPage):
    title = _("Record the claim as sent back")
    submit_label = _("Record it as sent back")
    form_class = asked.ClaimSentBackForm

    def act(self, form: forms.Form) -> Any:
        words, numbers = form.cleaned_data, [self.row.claim.receipt_number]
        returns.send_back(
            by=self.person, file=self.row.file, numbers=numbers, code=words["code"], reason=words["reason"]
        )
        return _("The claim is recorded as sent back.")


class ClaimAgainPage(ClaimPage):
    title = _("Refer the claim again")
    submit_label = _("Let it be referred again")
    form_class = ReasonForm
    warning = _("The claim goes with the next file of the affiliate to which its service belongs.")

    def act(self, form: forms.Form) -> Any:
        numbers, reason = [self.row.claim.receipt_number], form.cleaned_data["reason"]
        returns.refer_again(by=self.person, incident=self.row.file.incident, numbers=numbers, reason=reason)
        return _("The claim waits for referral again.")


class AgainPage(ReferralPage):
    """Takes a list of receipt numbers that are to be referred again."""

    title = _("Refer claims again")
    submit_label = _("Let them be referred again")
    form_class = asked.NumbersForm
    multipart = True
    warning = ClaimAgainPage.warning

    def act(self, form: forms.Form) -> Any:
        incident = Incident.objects.filter(pk=working_incident_id(self.person) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        given = cast("asked.NumbersForm", form)
        outcome = returns.refer_again(
            by=self.person, incident=incident, numbers=given.given(), reason=form.cleaned_data["reason"]
        )
        self.tell_unmatched(outcome)
        return _("%(count)s claims wait for referral again.") % {"count": f"{outcome.moved:,}"}

    def done_url(self) -> str:
        return reverse("admin:claims_referral_changelist") + "?sign=to_settle"
