"""The letter that answers an objection where the decision stands; a new decision is told by its own letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from claims.helpdesk.letters.models import Channel, Code, Delivery, Language
from claims.helpdesk.letters.rules import filled
from claims.helpdesk.letters.selectors import Letter, live_address, texts_of
from claims.helpdesk.letters.services import deliver, refuse_unknown_language
from committee.decisions.models import Decision
from committee.letters.pages import LOOK, SendForm
from committee.letters.selectors import letter_values, related
from committee.letters.services import PERMISSION
from committee.panel import person
from committee.review.models import Objection, ObjectionState
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.site.pages import ActPage

if TYPE_CHECKING:
    from relief.accounts.models import User


def key_of(objection: Objection) -> str:
    """Return the key of an objection's answer: one objection, one answer."""
    return f"objection:{objection.pk}"


def answer_letter(objection: Objection, language: str) -> Letter:
    """Return the answer as it would be sent: that the decision stands, the reviewer's reasons, and the decision."""
    subject, body, template = texts_of(objection.claim.incident_id, Code.UPHELD, language)
    decision = related(Decision.objects.filter(pk=objection.decision_id)).get()
    values = letter_values(decision, language)
    with override(language):
        stands = str(_("After examining the objection, the decision stands. Reason: %(reason)s"))
    values["sentence"] = f"{stands % {'reason': objection.reasons}}\n\n{values['sentence']}"
    return Letter(filled(subject, values)[:200], filled(body, values), template)


def write_answer(*, by: User, objection: Objection, language: str, channel: str) -> Delivery:
    """Write the answer to an objection after which the decision stands; it is sent once the transaction commits.

    Raises NotAllowed, RuleBroken(unknown_letter, objection_not_upheld, and what `deliver` raises).
    """
    require(by, PERMISSION)
    refuse_unknown_language(language)
    with database_rules(), transaction.atomic(), acting(by=by, act="committee.write_answer"):
        locked = (
            Objection.objects.select_for_update(of=("self",), no_key=True).select_related("claim").get(pk=objection.pk)
        )
        if locked.state != ObjectionState.UPHELD:
            raise RuleBroken(
                _(
                    "Only an objection after which the decision stands is answered so. "
                    "A new decision has its own letter."
                ),
                code="objection_not_upheld",
            )
        return deliver(
            by=by,
            claim=locked.claim,
            code=Code.UPHELD,
            language=language,
            channel=channel,
            key=key_of(locked),
            letter=answer_letter(locked, language),
        )


class AnswerPage(ActPage):
    """Sends the answer to an objection; it is shown as it would be sent."""

    permission_required = PERMISSION
    title = _("Answer this objection")
    submit_label = _("Send the letter")
    template_name = "admin/claims/letters/ask.html"
    form_class = SendForm

    def get_initial(self) -> dict[str, Any]:
        mail = live_address(self.row.claim) is not None
        return {"language": Language.KOREAN, "channel": Channel.MAIL if mail else Channel.MESSAGE}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        language = form.data.get("language", "") if form.is_bound else Language.KOREAN
        known = language if language in Language.values else Language.KOREAN.value
        return context | {"letter": answer_letter(self.row, known), "look": LOOK}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if LOOK in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)

    def act(self, form: forms.Form) -> Any:
        write_answer(by=person(self.request), objection=self.row, **form.cleaned_data)
        return _("The letter is written and on its way.")
