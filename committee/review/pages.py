"""Pages on which objections are received, given to reviewers, ended."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.register.models import Claim
from committee.decisions.models import Decision
from committee.decisions.sentences import explain
from committee.panel import person
from committee.review.comparing import advice_on, facts_now
from committee.review.forms import NEW, AssignForm, ChangeForm, FindForm, ReceiveForm, UpholdForm
from committee.review.holds import TAB
from committee.review.models import Objection
from committee.review.rules import last_day
from committee.review.selectors import REVIEW, open_objection_of, standing_decision
from committee.review.services import (
    ASSIGN,
    RECEIVE,
    assign,
    change,
    hand_back,
    receive,
    take,
    term_of,
    uphold,
    withdraw,
)
from committee.review.words import day_text
from relief import clock
from relief.errors import RuleBroken
from relief.money import format_won
from relief.site.pages import ActPage, ReasonForm


def tab_address(claim_key: int) -> str:
    """Return the address of a claim's objections."""
    return f"{reverse('admin:claims_claim_change', args=(claim_key,))}?tab={TAB}"


def receive_address(claim_key: int | None = None) -> str:
    """Return the address at which an objection is recorded, on a claim where one is named."""
    address = reverse("admin:committee_objection_receive")
    return address if claim_key is None else f"{address}?claim={claim_key}"


def advised(decision: Decision) -> dict[str, Any]:
    """Return what the form of a new decision begins with: what the policy says of the facts as they are now."""
    advice = advice_on(decision, facts_now(decision.claim))
    if advice is None or advice.outcome == Decision.Outcome.PROOF_MISSING:
        return {}
    return {"outcome": advice.outcome, "amount": advice.amount or None}


class ReceivePage(ActPage):
    """Records an objection on the claim that the address names (`claim`); without one it asks for the claim first."""

    permission_required = RECEIVE
    title = _("Record an objection")
    row: Any = None

    @cached_property
    def claim(self) -> Claim | None:
        """The claim of the address. Raises Http404 where the user cannot see it."""
        key = self.request.GET.get("claim", "")
        if not key:
            return None
        rows = Claim.objects.visible_to(person(self.request))
        found = rows.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
        if found is None:
            raise Http404
        return found

    @cached_property
    def decision(self) -> Decision | None:
        """The standing decision of the claim."""
        return None if self.claim is None else standing_decision(self.claim)

    @property
    def submit_label(self) -> Any:
        return _("Look the claim up") if self.claim is None else _("Record the objection")

    def get_form_class(self) -> type[forms.Form]:
        return FindForm if self.claim is None else ReceiveForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | ({} if self.claim is None else {"claim": self.claim})

    def get_initial(self) -> dict[str, Any]:
        if self.claim is None:
            return {}
        decision = None if self.decision is None else self.decision.pk
        return {"decision": decision, "received_on": clock.today(), "came": f"{NEW}call"}

    def facts(self) -> list[tuple[Any, Any]]:
        if self.claim is None:
            return []
        about = [(_("Receipt number"), self.claim.receipt_number), (_("Name"), self.claim.name or "–")]
        if self.decision is None:
            return [*about, (_("Decision"), _("Not decided yet: there is nothing to object to."))]
        decided_on = clock.seoul_date(self.decision.decided_at)
        about += [(_("Decision"), explain(self.decision)), (_("Decided on"), day_text(decided_on))]
        try:
            about.append((_("Last day to object"), day_text(last_day(decided_on, term_of(self.decision)))))
        except RuleBroken as refusal:
            about.append((_("Last day to object"), str(refusal)))
        waiting = open_objection_of(self.claim)
        return about if waiting is None else [*about, (_("Open already"), waiting)]

    def act(self, form: forms.Form) -> Any:
        if isinstance(form, ReceiveForm):
            return self._receive(form)
        number = form.cleaned_data["receipt_number"].strip()
        found = Claim.objects.visible_to(person(self.request)).filter(receipt_number=number).first()
        if found is None:
            raise RuleBroken(
                _("No claim of this incident has this receipt number. Look for it by phone first."),
                code="claim_not_found",
            )
        self.found = found
        return _("This is the claim. Write down what the claimant objects to.")

    def _receive(self, form: ReceiveForm) -> Any:
        given = form.cleaned_data
        seen = Decision.objects.visible_to(person(self.request)).filter(claim=self.claim, pk=given["decision"]).first()
        if seen is None:
            raise RuleBroken(_("This claim has no decision to object to."), code="claim_not_decided")
        self.row = receive(
            by=person(self.request),
            decision=seen,
            ground=given["ground"],
            grounds=given["grounds"],
            received_on=given["received_on"],
            came=form.way(),
            late_reason=given["late_reason"],
        )
        return _("The objection is recorded. The claim is not paid before it has ended.")

    def done_url(self) -> str:
        if isinstance(self.row, Objection):
            return super().done_url()
        if self.claim is not None:
            return tab_address(self.claim.pk)
        found = getattr(self, "found", None)
        return super().done_url() if found is None else receive_address(found.pk)


class ObjectionPage(ActPage):
    """A page about one objection."""

    permission_required: Any = REVIEW
    row: Objection

    def facts(self) -> list[tuple[Any, Any]]:
        return [
            (_("Receipt number"), self.row.claim.receipt_number),
            (_("Ground of the objection"), self.row.get_ground_display()),
            (_("What the claimant says"), self.row.grounds),
            (_("Decision"), explain(self.row.decision)),
            (_("Reviewer"), self.row.reviewer or "–"),
        ]


class AssignPage(ObjectionPage):
    """Gives the objection to a reviewer."""

    permission_required = ASSIGN
    title = _("Give the objection to a reviewer")
    submit_label = _("Give it to this person")
    form_class = AssignForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"objection": self.row}

    def get_initial(self) -> dict[str, Any]:
        return {"answer_by": self.row.answer_by, "reviewer": self.row.reviewer_id}

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        assign(by=person(self.request), objection=self.row, reviewer=given["reviewer"], answer_by=given["answer_by"])
        return _("%(who)s examines the objection, until %(day)s.") % {
            "who": given["reviewer"],
            "day": day_text(given["answer_by"]),
        }


class TakePage(ObjectionPage):
    """Lets a reviewer take it himself."""

    title = _("Examine the objection yourself")
    submit_label = _("Take it")

    def act(self, form: forms.Form) -> Any:
        take(by=person(self.request), objection=self.row)
        return _("You examine this objection now.")


class HandBackPage(ObjectionPage):
    """Gives it back."""

    title = _("Hand the objection back")
    submit_label = _("Hand it back")
    form_class = ReasonForm

    def act(self, form: forms.Form) -> Any:
        hand_back(by=person(self.request), objection=self.row, reason=form.cleaned_data["reason"])
        return _("The objection waits for another reviewer.")


class UpholdPage(ObjectionPage):
    """Lets the decision stand."""

    title = _("Let the decision stand")
    submit_label = _("The decision stands")
    warning = _("This ends the objection for good.")
    form_class = UpholdForm

    def act(self, form: forms.Form) -> Any:
        uphold(by=person(self.request), objection=self.row, reasons=form.cleaned_data["reasons"])
        return _("The objection has ended: the decision stands.")


class ChangePage(ObjectionPage):
    """Puts a new decision in the place of the one objected to."""

    title = _("Change the decision")
    submit_label = _("Decide anew")
    warning = _("This ends the objection for good: the new decision takes the place of the one objected to.")
    form_class = ChangeForm

    def get_initial(self) -> dict[str, Any]:
        return advised(self.row.decision)

    def act(self, form: forms.Form) -> Any:
        given = form.cleaned_data
        supported = given["outcome"] == Decision.Outcome.SUPPORTED
        row = change(
            by=person(self.request),
            objection=self.row,
            outcome=given["outcome"],
            amount=given["amount"] if supported else 0,
            reasons=given["reasons"],
        )
        later = row.changed_to
        words = format_won(later.amount) if later is not None and later.amount else ""
        outcome = Decision.Outcome(given["outcome"]).label
        return _("The objection has ended with a new decision: %(outcome)s %(amount)s") % {
            "outcome": outcome,
            "amount": words,
        }


class WithdrawPage(ObjectionPage):
    """Ends an objection that is not upheld any longer; for who records objections or gives them out."""

    title = _("The objection is withdrawn")
    submit_label = _("End the objection")
    warning = _("For an objection that the claimant gave up, or that a later decision overtook. It is not examined.")
    form_class = ReasonForm

    def has_permission(self) -> bool:
        return any(self.request.user.has_perm(permission) for permission in (RECEIVE, ASSIGN))

    def act(self, form: forms.Form) -> Any:
        withdraw(by=person(self.request), objection=self.row, reason=form.cleaned_data["reason"])
        return _("The objection has ended as withdrawn.")
