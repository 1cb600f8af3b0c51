"""The pages of the relief plan."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from committee.models import TierPolicy
from relief.site.home import cards_for
from tests import factories

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_{name}", args=args)


def form_of(policy: TierPolicy, **changes: Any) -> dict[str, Any]:
    return {
        "measure": policy.measure.pk,
        "version": policy.version,
        "eligible_types": ["small_business"],
        "grounds": "중앙값",
        "up_to_1": 300_000,
        "amount_1": 30_000,
        "up_to_2": 500_000,
        "amount_2": 50_000,
        **changes,
    }


@pytest.mark.parametrize("role", ["secretary", "chair", "auditor", "committee_member"])
def test_lists_and_pages_open_to_readers(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    policy = factories.TierPolicyFactory(incident=incident, adopted=True)
    client = signed_in(user_as(role))
    for page in (
        address("measure_changelist"),
        address("measure_change", policy.measure.pk),
        address("tierpolicy_changelist"),
        address("tierpolicy_change", policy.pk),
    ):
        assert client.get(page).status_code == 200, page


def test_secretary_drafts_and_edits_with_inclusive_bounds(incident: Any, user_as: Any, signed_in: Any) -> None:
    before = factories.TierPolicyFactory(incident=incident, adopted=True)
    client = signed_in(user_as("secretary"))
    page = client.get(address("tierpolicy_draft"))
    assert page.context["form"].initial["up_to_1"] == 300_000
    client.post(address("tierpolicy_draft"), form_of(before))
    draft = TierPolicy.objects.get(state="draft")
    assert [tier.up_to for tier in draft.tiers.all()] == [300_000, 500_000, None]
    answer = client.post(address("tierpolicy_tiers", draft.pk), form_of(draft, up_to_3=1_000_000, amount_3=70_000))
    assert answer.status_code == 302
    assert [(tier.up_to, tier.amount) for tier in draft.tiers.all()] == [
        (300_000, 30_000),
        (500_000, 50_000),
        (1_000_000, 70_000),
        (None, None),
    ]


@pytest.mark.parametrize(
    "wrong", [{"up_to_2": 300_000}, {"amount_1": 0}, {"up_to_1": ""}, {"eligible_types": []}, {"up_to_1": "삼십만"}]
)
def test_wrong_tiers_are_shown_and_nothing_is_saved(
    incident: Any, user_as: Any, signed_in: Any, wrong: dict[str, Any]
) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    answer = signed_in(user_as("secretary")).post(address("tierpolicy_tiers", draft.pk), form_of(draft, **wrong))
    assert (answer.status_code, answer.context["form"].is_valid() and not answer.context["form"].errors) == (200, False)
    draft.refresh_from_db()
    assert draft.version == 1


def test_chair_adopts_after_seeing_the_effect(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    chair = user_as("chair")
    assert [card.count for card in cards_for(chair)] == [1]
    client = signed_in(chair)
    assert len(client.get(address("tierpolicy_adopt", draft.pk)).context["facts"]) == 9
    assert client.post(address("tierpolicy_adopt", draft.pk)).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.adopted_by) == ("adopted", chair)
    assert cards_for(chair) == []
    assert client.post(address("tierpolicy_retire", draft.pk)).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "retired"


def test_acts_are_shut_without_the_permission(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    client = signed_in(user_as("secretary"))
    assert client.post(address("tierpolicy_adopt", draft.pk)).status_code == 403
    assert client.post(address("tierpolicy_retire", draft.pk)).status_code == 403
    assert signed_in(user_as("chair")).get(address("tierpolicy_draft")).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_policy_of_another_incident_is_not_found(user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory()
    assert signed_in(user_as("chair")).get(address("tierpolicy_adopt", draft.pk)).status_code == 404
