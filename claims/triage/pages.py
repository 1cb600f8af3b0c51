"""Pages that take the rules as text, and classify all claims by one version of them."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from claims.catalogue.models import Incident
from claims.triage.drafting import rows_of, rules_of
from claims.triage.effect import effect_of
from claims.triage.models import RuleSet
from claims.triage.rules import fault_of
from claims.triage.saving import draft_of, keep_draft
from claims.triage.selectors import claims_to_classify
from claims.triage.sentences import fault_sentence
from claims.triage.services import PERMISSION, start_classification
from relief.errors import RuleBroken
from relief.money import format_won
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class RulesForm(forms.Form):
    """The rules as JSON."""

    rules = forms.CharField(
        label=_("Rules"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
        help_text=_(
            "A list of rules, asked from the top; the first that fits an axis decides it. The last rule of each axis "
            "has no condition."
        ),
    )

    def clean_rules(self) -> list[dict[str, Any]]:
        try:
            rules = json.loads(self.cleaned_data["rules"])
        except (ValueError, RecursionError) as error:
            place = {"line": getattr(error, "lineno", 1), "column": getattr(error, "colno", 1)}
            raise forms.ValidationError(
                _("This is not JSON: look at line %(line)s, character %(column)s.") % place
            ) from error
        fault = fault_of(rules)
        if fault is not None:
            raise forms.ValidationError(fault_sentence(fault))
        sound: list[dict[str, Any]] = rules
        return sound


def rules_as_text(rules: list[dict[str, Any]]) -> str:
    """Return rules as JSON with one rule a line, as people read and compare them."""
    lines = ",\n".join(f"  {json.dumps(rule, ensure_ascii=False)}" for rule in rules)
    return f"[\n{lines}\n]" if rules else "[]"


class TextPage(ActPage):
    """The rules of the draft as text, for who would rather write them; leads back to the editor, saves no version."""

    permission_required = PERMISSION
    title = _("Rules as text")
    submit_label = _("Take over into the editor")
    template_name = "admin/claims/triage/new_version.html"
    form_class = RulesForm
    warning = _("This changes your draft alone. Look at its effect in the editor, then save it there.")

    def _incident(self) -> Incident | None:
        user: Any = self.request.user
        return Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()

    def get_initial(self) -> dict[str, Any]:
        incident = self._incident()
        user: Any = self.request.user
        return {"rules": rules_as_text([] if incident is None else rules_of(draft_of(user, incident.pk).rows))}

    def act(self, form: forms.Form) -> Any:
        user: Any = self.request.user
        incident = self._incident()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        draft = draft_of(user, incident.pk)
        keep_draft(
            by=user,
            incident=incident,
            base_version=draft.base_version,
            rows=rows_of(form.cleaned_data["rules"]),
            note=draft.note,
        )
        return _("The text is taken over into your draft.")

    def done_url(self) -> str:
        return reverse("admin:claims_ruleset_new_version")


class ClassifyPage(ActPage):
    """Starts a classification of all claims by one version of the rules."""

    permission_required = PERMISSION
    title = _("Classify again")
    submit_label = _("Classify again")
    row: RuleSet

    def facts(self) -> list[tuple[Any, Any]]:
        newest = RuleSet.objects.filter(incident=self.row.incident_id).aggregate(last=Max("version"))["last"]
        facts: list[tuple[Any, Any]] = [
            (_("Rule set"), self.row),
            (_("What is new"), self.row.note or "–"),
            (_("Claims"), f"{claims_to_classify(self.row).count():,}"),
        ]
        effect = effect_of(self.row) if fault_of(self.row.rules) is None else None
        if effect is not None and effect.step == 1:
            facts += [
                (_("Of these would move"), f"{effect.moved:,}"),
                (_("Their losses"), format_won(effect.won)),
                (_("Decided already"), f"{effect.decided:,}"),
            ]
        if newest != self.row.version:
            facts.append(
                (_("Attention"), _("This is not the newest version; that is %(version)s.") % {"version": newest})
            )
        return facts

    def act(self, form: forms.Form) -> Any:
        start_classification(by=self.request.user, rule_set=self.row)  # type: ignore[arg-type]
        return _("The classification has started; this page shows how far it is.")
