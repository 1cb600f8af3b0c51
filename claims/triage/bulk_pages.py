"""Pages of a reclassification: what it would do to a filtered set, its confirmation, and its undoing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Incident
from claims.triage.bulk import Reclassification
from claims.triage.hand_pages import values_of
from claims.triage.narrowing import Preview, address_of, narrowing_of, preview, words_of
from claims.triage.reclassifying import standing_lines, start_reclassification, undo_reclassification
from claims.triage.rules import AXES
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage, ReasonForm

SET, KEEPS = "_set", "_keeps"
"""Words of the address beside those of the list: "axis:value", and whether persons' words are left alone."""


class SeenForm(ReasonForm):
    """A reason, and the count and sum that the page showed."""

    claims = forms.IntegerField(widget=forms.HiddenInput)
    won = forms.IntegerField(widget=forms.HiddenInput)


class ReclassifyPage(ActPage):
    """Takes the query string of the claims' list: choose the new value, look at what would change, confirm."""

    permission_required = PERMISSION
    title = _("Reclassify a filtered set")
    submit_label = _("Reclassify")
    template_name = "admin/claims/triage/reclassify.html"
    form_class = SeenForm
    would: Preview | None = None
    refused = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        words = request.GET.copy()
        self.chosen = words.get(SET, "")
        self.keeps = words.get(KEEPS) == "1" if self.chosen else True
        for word in (SET, KEEPS):
            words.pop(word, None)
        self.narrowing = narrowing_of(words)
        self.axis, _colon, self.value = self.chosen.partition(":")
        self.is_known = self.value in AXES.get(self.axis, frozenset())
        if self.has_permission():
            self._look()
        return super().dispatch(request, *args, **kwargs)

    def _look(self) -> None:
        incident_id = working_incident_id(self.request.user)  # type: ignore[arg-type]
        if incident_id is None:
            self.refused = str(_("You work on no incident. Choose one at the top right first."))
        elif self.is_known:
            try:
                self.would = preview(
                    self.narrowing, incident_id=incident_id, axis=self.axis, value=self.value, keeps_words=self.keeps
                )
            except RuleBroken as refusal:
                self.refused = str(refusal)

    def get_initial(self) -> dict[str, Any]:
        return {} if self.would is None else {"claims": self.would.claims, "won": self.would.sum_of_losses}

    def facts(self) -> list[tuple[Any, Any]]:
        would = self.would
        if would is None:
            return []
        return [
            (_("Claims found"), f"{would.found:,}"),
            (_("Of these would change"), f"{would.claims:,}"),
            (_("Their losses"), format_won(would.sum_of_losses)),
            (_("Decided already"), f"{would.decided:,}"),
            (_("Said by a person, would be overwritten"), f"{would.spoken:,}"),
            (_("Said by a person, stay"), f"{would.kept:,}"),
            (_("Say so already"), f"{would.already:,}"),
            (_("Not classified, stay"), f"{would.unclassified:,}"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        incident_id = working_incident_id(user)
        words = [] if incident_id is None or self.refused else words_of(self.narrowing, incident_id=incident_id)
        return super().get_context_data(**kwargs) | {
            "refused": self.refused,
            "words": words,
            "hidden": [(word, value) for word, values in self.narrowing.items() for value in values],
            "choices": list(_choices(self.chosen)),
            "keeps": self.keeps,
            "would": self.would,
            "parts": self._parts(),
            "chosen_words": f"{AXIS_WORDS[self.axis]}: {value_words(self.axis, self.value)}" if self.is_known else "",
            "list_url": f"{reverse('admin:claims_claim_changelist')}?{address_of(self.narrowing)}",
        }

    def _parts(self) -> list[tuple[Any, str, str]]:
        parts = () if self.would is None else self.would.parts
        return [
            (
                value_words(self.axis, part.value) if part.value else _("Not classified"),
                f"{part.claims:,}",
                format_won(part.sum_of_losses),
            )
            for part in parts
        ]

    def act(self, form: forms.Form) -> Any:
        user: Any = self.request.user
        incident = Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        given = form.cleaned_data
        self.row = start_reclassification(
            by=user,
            incident=incident,
            narrowing=self.narrowing,
            axis=self.axis,
            value=self.value,
            keeps_words=self.keeps,
            reason=given["reason"],
            seen=(given["claims"], given["won"]),
        )
        return _("The reclassification has started; this page shows how far it is.")


def _choices(chosen: str) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """Yield each axis with its values as options of one select."""
    for axis in AXES:
        yield (
            str(AXIS_WORDS[axis]),
            [(f"{axis}:{value}", words, f"{axis}:{value}" == chosen) for value, words in values_of(axis)],
        )


class UndoReclassificationPage(ActPage):
    """Undoes one act as a whole, with a reason."""

    permission_required = PERMISSION
    title = _("Undo the reclassification")
    submit_label = _("Undo the reclassification")
    danger = True
    warning = _(
        "Each claim that still stands as this act left it says again what a person had said before, or what the newest "
        "rules say. Claims that were moved since stay as they are."
    )
    form_class = ReasonForm
    row: Reclassification

    def facts(self) -> list[tuple[Any, Any]]:
        facts = acts_facts(self.row)
        if self.row.state == Reclassification.State.APPLIED:
            standing = standing_lines(self.row)
            facts.append((_("Would be put back"), f"{standing:,}"))
            facts.append((_("Moved since, stay"), f"{self.row.claims - standing:,}"))
        return facts

    def act(self, form: forms.Form) -> Any:
        user: Any = self.request.user
        self.row = undo_reclassification(by=user, act=self.row, reason=form.cleaned_data["reason"])
        return _("The undoing has started; this page shows how far it is.")


def acts_facts(act: Reclassification) -> list[tuple[Any, Any]]:
    """Return what an act was asked to do, as facts of a page."""
    return [
        (_("New value"), f"{AXIS_WORDS[act.axis]}: {value_words(act.axis, act.value)}"),
        (_("Claims"), f"{act.claims:,}"),
        (_("Sum of losses"), format_won(int(act.sum_of_losses))),
        (_("Reason"), act.reason),
    ]
