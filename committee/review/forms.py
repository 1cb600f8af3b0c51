"""The forms of objections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.helpdesk.contacts.forms import day_field
from claims.helpdesk.contacts.models import Contact, ContactChannel
from claims.helpdesk.contacts.selectors import contacts_of
from claims.register.models import Claim
from committee.decisions.models import Decision
from committee.decisions.services import BY_HAND
from committee.review.models import Ground, Objection
from committee.review.selectors import reviewers_for
from committee.review.services import Came
from committee.review.words import day_text
from relief import clock
from relief.accounts.models import User

NEW = "new:"
CONTACTS = 30
"""Contacts of a claim that the form offers, the newest."""
_LONGEST = 50


def _text(label: Any, *, most: int, rows: int = 4, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **kwargs
    )


class FindForm(forms.Form):
    """Whose objection it is."""

    receipt_number = forms.CharField(label=_("Receipt number"), max_length=40, widget=UnfoldAdminTextInputWidget)


class ReceiveForm(forms.Form):
    """An objection as it came; `decision` is the key of the decision that the page showed."""

    decision = forms.IntegerField(widget=forms.HiddenInput)
    came = forms.ChoiceField(
        label=_("How it came"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("A new contact is recorded together with the objection, with the same words."),
    )
    received_on = day_field(_("Received on"), required=True)
    ground = forms.ChoiceField(
        label=_("Ground of the objection"), choices=Ground.choices, widget=UnfoldAdminSelectWidget
    )
    grounds = _text(_("What the claimant says"), most=4_000, rows=6)
    late_reason = _text(
        _("Why it is admitted late"),
        most=500,
        rows=2,
        required=False,
        help_text=_("Only where it came after the last day to object."),
    )

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contacts: dict[str, Contact] = {str(row.pk): row for row in contacts_of(claim)[:CONTACTS]}
        new = [(f"{NEW}{channel.value}", channel.label) for channel in ContactChannel]
        known = [(key, _said(row)) for key, row in self.contacts.items()]
        field: Any = self.fields["came"]
        field.choices = [(_("Recorded now"), new), *([(_("Recorded before"), known)] if known else [])]

    def way(self) -> Came:
        """Return the contact that was chosen, or the way on which it is recorded now."""
        chosen = self.cleaned_data["came"]
        if chosen.startswith(NEW):
            return Came(channel=chosen.removeprefix(NEW))
        return Came(contact=self.contacts[chosen])


def _said(contact: Contact) -> str:
    day = day_text(clock.seoul_date(contact.at))
    return f"{day} · {contact} · {Truncator(contact.text).chars(_LONGEST)}"


class AssignForm(forms.Form):
    """Who examines it, and by when it is answered."""

    reviewer: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=_("Reviewer"),
        queryset=None,
        empty_label=_("Choose a person"),
        widget=UnfoldAdminSelectWidget,
        help_text=_("People of the committee who had no part in the decision."),
    )
    answer_by = day_field(_("Answer due on"), required=True)

    def __init__(self, *args: Any, objection: Objection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["reviewer"]
        field.queryset = reviewers_for(objection)


class UpholdForm(forms.Form):
    """Why the decision stands."""

    reasons = _text(_("Reasons for the claimant"), most=500)


class ChangeForm(forms.Form):
    """The new decision, and why."""

    outcome = forms.ChoiceField(
        label=_("New outcome"),
        choices=[(outcome.value, outcome.label) for outcome in BY_HAND],
        widget=UnfoldAdminSelectWidget,
    )
    amount = forms.IntegerField(
        label=_("Support amount in won"),
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Only where the claim is supported."),
    )
    reasons = _text(_("Reasons for the claimant"), most=500)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("outcome") == Decision.Outcome.SUPPORTED and not given.get("amount") and "amount" in given:
            self.add_error("amount", _("Write the amount that is granted."))
        return given
