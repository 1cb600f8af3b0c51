"""How certain a classification is, as a word of the claims' filter and a stage of a claim; the worker needs it too."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from claims.register.filters import register_claim_filter
from claims.register.models import Claim
from claims.register.stages import Stage, declare_stage
from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.models import BY_HAND, Classification

CERTAINTY = (
    ("uncertain", _("Uncertain")),
    ("person", _("Set by a person")),
    ("rule", _("Set by rules alone")),
)


def by_certainty(rows: QuerySet[Claim], _name: str, value: str) -> QuerySet[Claim]:
    """Keep the claims of which no rule is sure, of which a person set an axis, or of which rules set every one."""
    known = Classification.objects.order_by()
    if value == "uncertain":
        known = known.filter(confidence__lt=UNCERTAIN_BELOW)
    else:
        known = known.filter(BY_HAND) if value == "person" else known.exclude(BY_HAND)
    return rows.filter(pk__in=known.values("pk"))


register_claim_filter(
    "certainty",
    django_filters.ChoiceFilter(label=_("Certainty"), choices=CERTAINTY, empty_label=_("All"), method=by_certainty),
)
declare_stage(Stage(20, "classified", _("Classified"), Classification.objects.all))
