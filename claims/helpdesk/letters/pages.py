"""Pages that ask a claim for documents, set its address, and act on requests and letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.evidence.models import Kind
from claims.helpdesk.letters.models import Channel, Code, Delivery, DocumentRequest, Language
from claims.helpdesk.letters.rules import DEADLINE_DAYS
from claims.helpdesk.letters.selectors import Letter, letter_for, live_address, missing_kinds, open_request_of
from claims.helpdesk.letters.services import (
    PERMISSION,
    ask_for_documents,
    remind,
    send_again,
    set_address,
    withdraw_request,
)
from claims.register.models import Claim
from relief import clock
from relief.accounts.models import User
from relief.site.pages import ActPage, ReasonForm
from relief.site.reveal import RevealPage

LOOK = "_look"
"""The name of the button that shows the letter and sends nothing."""

TAB = "letters"


def person(request: HttpRequest) -> User:
    """Return who is signed in; no page of the back office is open to anybody else."""
    return cast("User", request.user)


def tab_address(claim_id: int) -> str:
    """Return the address of the claim's tab of requests and letters."""
    return f"{reverse('admin:claims_claim_change', args=(claim_id,))}?tab={TAB}"


class AskForm(forms.Form):
    """What is asked for, until when, in which language and on which way."""

    kinds = forms.MultipleChoiceField(
        label=_("Documents"), choices=Kind.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    deadline_on = forms.DateField(
        label=_("Deadline"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date", "autocomplete": "off"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(label=_("Sent by"), choices=Channel.choices, widget=UnfoldAdminSelectWidget)


class AskPage(ActPage):
    """Asks a claim for documents; the letter is shown as it would be sent."""

    permission_required = PERMISSION
    title = _("Ask for documents")
    submit_label = _("Ask and send the letter")
    template_name = "admin/claims/letters/ask.html"
    form_class = AskForm
    row: Claim

    def get_initial(self) -> dict[str, Any]:
        return {
            "kinds": missing_kinds(self.row),
            "deadline_on": (clock.today() + timedelta(days=DEADLINE_DAYS)).isoformat(),
            "language": Language.KOREAN,
            "channel": Channel.MESSAGE if live_address(self.row) is None else Channel.MAIL,
        }

    def facts(self) -> list[tuple[Any, Any]]:
        address, request = live_address(self.row), open_request_of(self.row)
        facts: list[tuple[Any, Any]] = [
            (_("Receipt number"), self.row.receipt_number),
            (_("Name"), self.row.name or "–"),
            (_("Email"), address.masked() if address else _("none")),
            (_("Phone"), self.row.masked("phone") or _("none")),
        ]
        if request is not None:
            facts.append((_("Asked for already"), f"{request.kind_words()} ({request.deadline_on})"))
        return facts

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if LOOK in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)

    def _letter(self, form: forms.Form) -> Letter | None:
        given = form.cleaned_data if form.is_bound and form.is_valid() else self.get_initial()
        if form.is_bound and not form.is_valid():
            return None
        if not form.is_bound:
            given["deadline_on"] = clock.today() + timedelta(days=DEADLINE_DAYS)
        if not given["kinds"]:
            return None
        return letter_for(
            self.row,
            code=Code.REQUEST,
            kinds=given["kinds"],
            deadline_on=given["deadline_on"],
            language=given["language"],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"letter": self._letter(context["form"]), "look": LOOK}

    def act(self, form: forms.Form) -> Any:
        ask_for_documents(by=person(self.request), claim=self.row, **form.cleaned_data)
        return _("The documents are asked for; the letter is on its way.")

    def done_url(self) -> str:
        return tab_address(self.row.pk)


class AddressForm(ReasonForm):
    """An email address, and why it is this one."""

    email = forms.CharField(
        label=_("Email"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    field_order = ("email", "reason")


class SetAddressPage(ActPage):
    """Sets the email address of a claim."""

    permission_required = PERMISSION
    title = _("Set the email address")
    submit_label = _("Save")
    form_class = AddressForm
    row: Claim

    def facts(self) -> list[tuple[Any, Any]]:
        address = live_address(self.row)
        return [
            (_("Receipt number"), self.row.receipt_number),
            (_("Email so far"), address.masked() if address else _("none")),
        ]

    def act(self, form: forms.Form) -> Any:
        set_address(by=person(self.request), claim=self.row, **form.cleaned_data)
        return _("The email address is saved.")

    def done_url(self) -> str:
        return tab_address(self.row.pk)


class RevealAddressPage(RevealPage):
    """Shows the email address of a claim after a recorded reason."""

    permission_required = "claims.reveal_personal_data"
    columns = ("email",)
    row: Claim

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Receipt number"), self.row.receipt_number), (_("Name"), self.row.name or "–")]

    def values(self) -> list[tuple[Any, str]]:
        address = live_address(self.row)
        return [(_("Email"), address.reveal() if address else "")]

    def done_url(self) -> str:
        return tab_address(self.row.pk)


def request_facts(request: DocumentRequest) -> list[tuple[Any, Any]]:
    """Return what a request says, as facts of a page."""
    return [
        (_("Receipt number"), request.claim.receipt_number),
        (_("Documents"), request.kind_words()),
        (_("Deadline"), request.deadline_on),
        (_("State"), request.get_state_display()),
        (_("Reminders"), request.reminded),
    ]


class WithdrawPage(ActPage):
    """Ends a request whose documents are not needed any more."""

    permission_required = PERMISSION
    title = _("Withdraw the request")
    submit_label = _("Withdraw the request")
    danger = True
    form_class = ReasonForm
    row: DocumentRequest

    def facts(self) -> list[tuple[Any, Any]]:
        return request_facts(self.row)

    def act(self, form: forms.Form) -> Any:
        withdraw_request(by=person(self.request), request=self.row, reason=form.cleaned_data["reason"])
        return _("The request is withdrawn.")


class RemindPage(ActPage):
    """Writes a reminder of an open request."""

    permission_required = PERMISSION
    title = _("Send a reminder")
    submit_label = _("Send a reminder")
    row: DocumentRequest

    def facts(self) -> list[tuple[Any, Any]]:
        return request_facts(self.row)

    def act(self, form: forms.Form) -> Any:
        remind(by=person(self.request), request=self.row)
        return _("The reminder is on its way.")


class SendAgainPage(ActPage):
    """Queues a letter again that was not sent."""

    permission_required = PERMISSION
    title = _("Send the letter again")
    submit_label = _("Send again")
    row: Delivery

    @property
    def warning(self) -> Any:
        if self.row.state == Delivery.State.UNKNOWN:
            return _("Nobody knows whether this letter came. Sent again, it may come twice.")
        return ""

    def facts(self) -> list[tuple[Any, Any]]:
        return letter_facts(self.row)

    def act(self, form: forms.Form) -> Any:
        send_again(by=person(self.request), letter=self.row)
        return _("The letter is on its way.")


def letter_facts(letter: Delivery) -> list[tuple[Any, Any]]:
    """Return what is known of a letter, as facts of a page."""
    facts: list[tuple[Any, Any]] = [
        (_("Receipt number"), letter.claim.receipt_number),
        (_("Letter"), letter.get_code_display()),
        (_("Sent by"), letter.get_channel_display()),
        (_("Recipient"), letter.masked()),
        (_("State"), letter.get_state_display()),
        (_("Attempts"), letter.attempts),
    ]
    return [*facts, (_("Why it was not sent"), letter.error)] if letter.error else facts


def claim_urls() -> tuple[tuple[str, str, Any], ...]:
    """Return the addresses whose row is a claim."""
    claims = admin.site.get_model_admin(Claim)
    return (
        ("claim/<path:object_id>/ask/", "claims_claim_ask_documents", AskPage.as_view(model_admin=claims)),
        ("claim/<path:object_id>/address/", "claims_claim_set_address", SetAddressPage.as_view(model_admin=claims)),
        (
            "claim/<path:object_id>/reveal-address/",
            "claims_claim_reveal_address",
            RevealAddressPage.as_view(model_admin=claims),
        ),
    )
