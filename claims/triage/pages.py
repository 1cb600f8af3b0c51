"""Pages that write the next version of the rules, and classify all claims by one."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from claims.catalogue.models import Incident
from claims.triage.models import RuleSet
from claims.triage.rules import fault_of
from claims.triage.selectors import claims_to_classify, newest_rule_set
from claims.triage.sentences import fault_sentence
from claims.triage.services import PERMISSION, create_rule_set, start_classification
from relief.errors import RuleBroken
from relief.scope import working_incident_id
from relief.site.pages import ActPage


class RulesForm(forms.Form):
    """The rules as JSON, and what is new about them."""

    rules = forms.CharField(
        label=_("Rules"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 28, "spellcheck": "false", "wrap": "off"}),
        help_text=_(
            "A list of rules, asked from the top; the first that fits an axis decides it. The last rule of each axis "
            "has no condition."
        ),
    )
    note = forms.CharField(label=_("What is new"), max_length=300, widget=UnfoldAdminTextInputWidget)

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


class NewVersionPage(ActPage):
    """Begins with a copy of the newest rules and writes the next version; older ones stay as they are."""

    permission_required = PERMISSION
    title = _("New version of the rules")
    submit_label = _("Save as a new version")
    template_name = "admin/claims/triage/new_version.html"
    form_class = RulesForm
    warning = _("Saving moves no claim. Afterwards, classify again on the page of the new version.")

    def _newest(self) -> RuleSet | None:
        incident_id = working_incident_id(self.request.user)  # type: ignore[arg-type]
        return None if incident_id is None else newest_rule_set(incident_id)

    def get_initial(self) -> dict[str, Any]:
        newest = self._newest()
        return {"rules": rules_as_text(newest.rules if newest else [])}

    def facts(self) -> list[tuple[Any, Any]]:
        return [(_("Copied from"), self._newest() or _("Nothing: these are the first rules."))]

    def act(self, form: forms.Form) -> Any:
        user: Any = self.request.user
        incident = Incident.objects.visible_to(user).filter(pk=working_incident_id(user) or 0).first()
        if incident is None:
            raise RuleBroken(_("You work on no incident. Choose one at the top right first."), code="no_incident")
        given = form.cleaned_data
        self.row = create_rule_set(by=user, incident=incident, rules=given["rules"], note=given["note"])
        return _("%(rules)s is saved. Claims stand as before until you classify again.") % {"rules": self.row}


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
        if newest != self.row.version:
            facts.append(
                (_("Attention"), _("This is not the newest version; that is %(version)s.") % {"version": newest})
            )
        return facts

    def act(self, form: forms.Form) -> Any:
        start_classification(by=self.request.user, rule_set=self.row)  # type: ignore[arg-type]
        return _("The classification has started; this page shows how far it is.")
