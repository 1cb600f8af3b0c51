"""The forms of contacts and next steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.helpdesk.contacts.models import ContactChannel, ContactKind, Direction
from claims.helpdesk.contacts.services import StepDraft
from claims.register.assigning import assignees
from relief.accounts.models import User


def day_field(label: Any, *, required: bool = False) -> forms.DateField:
    """Return a field for a Seoul day."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def person_field(label: Any, incident_id: int | None) -> forms.ModelChoiceField[User]:
    """Return a field for somebody who works on the incident."""
    return forms.ModelChoiceField(
        label=label,
        queryset=assignees(incident_id),
        required=False,
        empty_label=_("Nobody"),
        widget=UnfoldAdminSelectWidget,
    )


class ContactForm(forms.Form):
    """What was said; with a claim also what follows."""

    channel = forms.ChoiceField(
        label=_("Way of contact"), choices=ContactChannel.choices, widget=UnfoldAdminSelectWidget
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(label=_("About"), choices=ContactKind.choices, widget=UnfoldAdminSelectWidget)
    text = forms.CharField(
        label=_("What was said"), max_length=4_000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, incident_id: int | None, with_step: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_step:
            what = forms.CharField(label=_("What follows"), max_length=200, required=False)
            what.widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
            what.help_text = _("Left empty, nothing follows.")
            self.fields["what"] = what
            self.fields["due_on"] = day_field(_("Due on"))
            self.fields["assignee"] = person_field(_("Assignee"), incident_id)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("what", "").strip() and (given.get("due_on") or given.get("assignee")):
            self.add_error("what", _("Say what is to be done by then, or leave day and assignee empty."))
        return given

    def step(self) -> StepDraft | None:
        """Return the next step that was written, or None."""
        given = self.cleaned_data
        what = given.get("what", "").strip()
        return StepDraft(what, given.get("due_on"), given.get("assignee")) if what else None


class NoteForm(forms.Form):
    """How a step ended, if there is something to say."""

    note = forms.CharField(
        label=_("What came of it"), max_length=500, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class PostponeForm(forms.Form):
    """Another day, and why."""

    due_on = day_field(_("Due on"), required=True)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))


class AssigneeForm(forms.Form):
    """Who does it."""

    def __init__(self, *args: Any, incident_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = person_field(_("Assignee"), incident_id)


class LinkForm(forms.Form):
    """Whose contact it was."""

    receipt_number = forms.CharField(label=_("Receipt number"), max_length=40, widget=UnfoldAdminTextInputWidget)
