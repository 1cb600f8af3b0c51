"""What the pages of claims show of their classification: where they stand, whose word it is, and what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.register.history import act_of, event_of
from claims.register.models import Claim
from claims.register.panels import (
    ClaimPanel,
    ClaimTab,
    Event,
    Mark,
    register_claim_flags,
    register_claim_history,
    register_claim_panel,
    register_claim_tab,
)
from claims.triage.certainty import UNCERTAIN_BELOW
from claims.triage.models import Classification
from claims.triage.provenance import first_words, moved_words, source_words, standings
from claims.triage.rules import AXES
from claims.triage.selectors import newest_rule_set, proposals_for
from claims.triage.sentences import AXIS_WORDS, value_words
from claims.triage.services import PERMISSION
from relief.accounts.models import User as Person

if TYPE_CHECKING:
    from relief.accounts.models import User

VIEW = "claims.view_classification"


def classification_panel(claim: Claim, _user: User) -> ClaimPanel:
    """Return where the claim stands on each axis, with the rule and its version, or that a person said so."""
    row: Any = getattr(claim, "classification", None)
    if row is None:
        return ClaimPanel(_("Classification"), sentence=_("No rule has seen this claim yet."))
    rows = [(AXIS_WORDS[axis], f"{value_words(axis, getattr(row, axis))}\n{source_words(row, axis)}") for axis in AXES]
    uncertain = row.confidence < UNCERTAIN_BELOW
    return ClaimPanel(
        _("Classification"),
        rows=rows,
        mark=Mark(_("Uncertain"), "warning") if uncertain else None,
        address=f"{reverse('admin:claims_claim_change', args=(claim.pk,))}?tab=classification",
    )


def classification_events(claim: Claim) -> Iterator[Event]:
    """Yield how the claim was classified, oldest first."""
    rows = list(
        apps.get_model("claims", "ClassificationEvent")
        .objects.filter(pgh_obj_id=claim.pk)
        .select_related("pgh_context", "rule_set")
        .order_by("pgh_id")
    )
    for before, row in zip([None, *rows], rows, strict=False):
        said = first_words(row) if before is None else moved_words(before, row)
        sentence = ", ".join(said) or _("Written again; all axes stand as before.")
        yield event_of(row, sentence)


def classification_tab(claim: Claim, request: HttpRequest) -> Mapping[str, Any]:
    """Return the four axes with value, source, confidence and reason, what the rules say instead, and the history."""
    row: Any = getattr(claim, "classification", None)
    events = list(reversed(list(classification_events(claim))))
    spoken = [] if row is None else [axis for axis in AXES if getattr(row, f"{axis}_by_id") is not None]
    rule_set = newest_rule_set(claim.incident_id) if spoken else None
    proposals = {} if rule_set is None else proposals_for(claim, rule_set)
    wanted = {event.by for event in events if event.by is not None}
    wanted |= {getattr(row, f"{axis}_by_id") for axis in spoken}
    people = Person.objects.in_bulk(wanted)
    shown = [] if row is None else standings(row)
    return {
        "standings": [
            (
                standing,
                people.get(standing.by),
                value_words(standing.axis, proposals[standing.axis].value)
                if standing.by and standing.axis in proposals
                else "",
            )
            for standing in shown
        ],
        "rule_set": None if row is None else row.rule_set,
        "events": [(event, people.get(event.by or 0), act_of(event)) for event in events],
        "may_classify": row is not None and request.user.has_perm(PERMISSION),
        "spoken": bool(spoken),
    }


def uncertain_flags(keys: Sequence[int]) -> Mapping[int, Sequence[Mark]]:
    """Return the sign of those of the claims of which no rule is sure."""
    uncertain = Classification.objects.filter(pk__in=keys, confidence__lt=UNCERTAIN_BELOW)
    mark = Mark(_("Uncertain"), "warning")
    return {key: [mark] for key in uncertain.values_list("pk", flat=True)}


register_claim_panel(place=10, permission=VIEW, panel=classification_panel)
register_claim_history(permission=VIEW, events=classification_events)
register_claim_flags(permission=VIEW, flags=uncertain_flags)
register_claim_tab(
    ClaimTab(
        code="classification",
        title=gettext_lazy("Classification"),
        place=20,
        permission=VIEW,
        template="admin/claims/triage/classification_tab.html",
        context=classification_tab,
    )
)
