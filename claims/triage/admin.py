"""Rule sets in the back office: every version with its rules in words, and what they made of the claims."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from claims.triage import bulk_admin, classification_admin, panels
from claims.triage.editor_pages import EditorPage
from claims.triage.models import RuleSet
from claims.triage.pages import ClassifyPage, TextPage
from claims.triage.progress_pages import ComparePage, ProgressPage
from claims.triage.referral.admin import ReferralAdmin, ReferralFileAdmin
from claims.triage.rules import AXES, parse
from claims.triage.selectors import Totals, newest_rule_set, totals_of
from claims.triage.sentences import AXIS_WORDS, conditions_in_words, value_words
from claims.triage.services import CLASSIFY, PERMISSION
from relief.jobs.models import Job
from relief.site.showing import ShownAdmin

__all__ = ("ReferralAdmin", "ReferralFileAdmin", "RuleSetAdmin", "bulk_admin", "classification_admin", "panels")


@admin.register(RuleSet)
class RuleSetAdmin(ShownAdmin):
    """Versions of the rules, newest first; none is ever changed."""

    list_display = ("version_word", "note", "rule_count", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("-version",)
    sortable_by = ()
    empty = _("No rules are written for this incident yet. Write the first version; claims are classified by it.")
    page_template = "admin/claims/triage/rule_set.html"
    page_related = ("created_by",)

    class Media:
        css = {"all": ("claims/claims.css",)}

    @display(description=_("version"))
    def version_word(self, rule_set: RuleSet) -> str:
        return str(rule_set)

    @display(description=_("rules"))
    def rule_count(self, rule_set: RuleSet) -> str:
        return f"{len(rule_set.rules):,}"

    def list_acts(self, request: HttpRequest) -> list[Any]:
        compare = (_("Compare versions"), reverse("admin:claims_ruleset_compare"))
        if not request.user.has_perm(PERMISSION):
            return [compare]
        return [(_("New version of the rules"), reverse("admin:claims_ruleset_new_version")), compare]

    def page_context(self, request: HttpRequest, row: RuleSet) -> dict[str, Any]:
        newest = newest_rule_set(row.incident_id)
        job = Job.objects.filter(kind=CLASSIFY, subject_key=row.pk).order_by("-pk").first()
        done = job is not None and job.state == Job.State.DONE
        totals = totals_of(row.incident_id)
        return {
            "rule_set": row,
            "newest": newest,
            "axes": _axes(row, totals),
            "unclassified": totals.unclassified,
            "job": None if done else job,
            "done": job if done else None,
            "may_classify": request.user.has_perm(PERMISSION),
        }

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("new-version/", "claims_ruleset_new_version", EditorPage.as_view(model_admin=self)),
            ("new-version/text/", "claims_ruleset_text", TextPage.as_view(model_admin=self)),
            ("compare/", "claims_ruleset_compare", ComparePage.as_view(model_admin=self)),
            ("progress/", "claims_progress", ProgressPage.as_view(model_admin=self)),
            ("<path:object_id>/classify/", "claims_ruleset_classify", ClassifyPage.as_view(model_admin=self)),
        )


def _axes(rule_set: RuleSet, totals: Totals) -> list[dict[str, Any]]:
    """Return for each axis its rules in words with the claims each placed, and the claims of each value."""
    rules = parse(rule_set.rules)
    return [
        {
            "name": AXIS_WORDS[axis],
            "rules": [
                (rule.name, conditions_in_words(rule), value_words(axis, rule.value), totals.by_rule[axis, rule.name])
                for rule in rules
                if rule.axis == axis
            ],
            "values": [
                (value_words(axis, value), count)
                for (of_axis, value), count in totals.by_value.most_common()
                if of_axis == axis
            ],
        }
        for axis in AXES
    ]
