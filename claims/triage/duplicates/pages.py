"""Pages that settle a group, take a verdict back, and look for duplicates again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.register.models import Claim
from claims.triage.duplicates.models import DuplicateGroup, DuplicateVerdict, VerdictKind
from claims.triage.duplicates.selectors import next_open_group, open_counts, steps_of_waiting
from claims.triage.duplicates.services import LOOK, PERMISSION, settle, start_looking, take_back
from relief.errors import RuleBroken
from relief.jobs.models import Job
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm

VERDICTS = [(kind.value, kind.label) for kind in VerdictKind if kind != VerdictKind.TAKEN_BACK]
WHOLE, PART = "whole", "part"


class SettleForm(forms.Form):
    """The verdict, the claim that is kept, and, in a large group, which part of it is meant."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=VERDICTS, widget=UnfoldAdminSelectWidget)
    kept = forms.TypedChoiceField(
        label=_("Kept claim"), required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget,
        help_text=_("Only where it is the same claim: the others are closed with a link to this one."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(choices=[(WHOLE, WHOLE), (PART, PART)], required=False, widget=forms.HiddenInput)
    part = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, group: DuplicateGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = group.members.order_by("claim").values_list("claim_id", "claim__receipt_number")
        choices = [(key, number) for key, number in members if number is not None]
        kept: Any = self.fields["kept"]
        part: Any = self.fields["part"]
        kept.choices = [("", "–"), *choices]
        part.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        # The page of the group has the choice of the kept one always on; only "same claim" means it.
        if given.get("verdict") != VerdictKind.SAME_CLAIM:
            given["kept"] = None
        return given


class SettlePage(ActPage):
    """Says what a group of claims is; afterwards the next open group is shown."""

    permission_required = PERMISSION
    title = _("Settle the group")
    submit_label = _("Give the verdict")
    form_class = SettleForm
    row: DuplicateGroup

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"group": self.row}

    def facts(self) -> list[tuple[Any, Any]]:
        left = self.row.members.filter(verdict=None)
        losses = left.aggregate(won=Sum("claim__claimed_loss"))["won"] or 0
        paid, decided = steps_of_waiting(self.row)
        return [
            (_("Group"), self.row),
            (_("Claims without a verdict"), f"{left.count():,}"),
            (_("Claimed losses"), format_won(losses)),
            (_("In a payout batch"), f"{len(paid):,}"),
            (_("With a decision, in no batch"), f"{len(decided):,}"),
        ]

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        verdict = settle(
            by=self.request.user,  # type: ignore[arg-type]
            group=self.row,
            verdict=given["verdict"],
            kept=given["kept"],
            part=given["part"] if given["scope"] == PART else None,
            reason=given["reason"],
        )
        return _("%(group)s: %(verdict)s (%(count)s claims).") % {
            "group": self.row,
            "verdict": verdict.get_verdict_display(),
            "count": f"{verdict.claim_count:,}",
        }

    def done_url(self) -> str:
        if self.row.state == DuplicateGroup.State.SETTLED and self.request.method == "POST":
            following = next_open_group(self.row)
            if following is None:
                return reverse("admin:claims_duplicategroup_changelist")
            return reverse("admin:claims_duplicategroup_change", args=(following.pk,))
        return super().done_url()


class TakeBackPage(ActPage):
    """Takes back a verdict on a group, the newest that stands or the one named in the address."""

    permission_required = PERMISSION
    title = _("Take the verdict back")
    submit_label = _("Take the verdict back")
    warning = _("Claims that the verdict closed are open again, and the group waits for another verdict.")
    form_class = ReasonForm
    danger = True
    row: DuplicateGroup

    def _verdict(self) -> DuplicateVerdict | None:
        standing = DuplicateVerdict.objects.filter(group=self.row, taken_back_by=None).exclude(
            verdict=VerdictKind.TAKEN_BACK
        )
        wanted = self.request.GET.get("verdict", "")
        if wanted:
            standing = standing.filter(pk=wanted) if wanted.isdecimal() and len(wanted) < 19 else standing.none()
        return standing.select_related("kept", "by").order_by("-pk").first()

    def facts(self) -> list[tuple[Any, Any]]:
        found = self._verdict()
        if found is None:
            return [(_("Group"), self.row), (_("Verdict"), _("No such verdict stands."))]
        return [
            (_("Group"), self.row),
            (_("Verdict"), found.get_verdict_display()),
            (_("Kept claim"), found.kept or "–"),
            (_("Claims"), f"{found.claim_count:,}"),
            (_("By"), found.by),
        ]

    def act(self, form: forms.Form) -> Any:
        found = self._verdict()
        if found is None:
            raise RuleBroken(
                _("No such verdict stands on this group. Open the group to see what was said of it."),
                code="no_standing_verdict",
            )
        take_back(by=self.request.user, verdict=found, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return _("The verdict is taken back.")


class LookPage(ActPage):
    """Starts a search over all claims of the incident."""

    permission_required = PERMISSION
    title = _("Look for duplicates again")
    submit_label = _("Look again over all claims")
    template_name = "admin/claims/triage/look.html"
    warning = _("Groups that a verdict settled stay settled as long as their claims say the same.")

    def _incident_id(self) -> int:
        return working_incident_id(self.request.user) or 0  # type: ignore[arg-type]

    def facts(self) -> list[tuple[Any, Any]]:
        groups, waiting = open_counts(self._incident_id())
        return [
            (_("Claims"), f"{Claim.objects.filter(incident=self._incident_id()).count():,}"),
            (_("Open groups"), f"{groups:,}"),
            (_("Claims that wait in them"), f"{waiting:,}"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        jobs = Job.objects.filter(kind=LOOK, subject_key=self._incident_id()).order_by("-pk")
        return super().get_context_data(**kwargs) | {
            "job": jobs.exclude(state=Job.State.DONE).first(),
            "last": jobs.filter(state=Job.State.DONE).first(),
        }

    def act(self, form: forms.Form) -> Any:
        user: Any = self.request.user
        incident = Incident.objects.visible_to(user).filter(pk=self._incident_id()).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        start_looking(by=user, incident=incident)
        return _("The search has started; this page shows how far it is.")

    def done_url(self) -> str:
        if self.request.method == "POST":
            return reverse("admin:claims_duplicategroup_look")
        return super().done_url()
