"""The pages of the relief plan."""

from __future__ import annotations

from decimal import Decimal
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
        "objection_days": 30,
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


def test_share_with_proof_is_written_from_the_form(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    service = factories.ServiceFactory(incident=incident)
    gift = {"share_top": "12.5", "floor_top": 60_000, "cap_top": 900_000, "proof_top": "on"}
    conditions = {"required_evidence": ["proof_of_lost_sales"], "pricing": ["paid"], "services": [service.pk]}
    client = signed_in(user_as("secretary"))
    answer = client.post(address("tierpolicy_tiers", draft.pk), form_of(draft, **gift, **conditions))
    assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    top = draft.tiers.get(number=3)
    assert (top.outcome, top.share_bp, top.floor, top.cap, top.needs_proof) == ("share", 1_250, 60_000, 900_000, True)
    assert (draft.pricing, draft.services, draft.required_evidence) == (["paid"], [service.pk], ["proof_of_lost_sales"])
    form = client.get(address("tierpolicy_tiers", draft.pk)).context["form"]
    assert (form.initial["share_top"], form.initial["services"]) == (Decimal("12.5"), [str(service.pk)])


def test_proposal_is_adopted_after_seeing_the_effect(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    chair = user_as("chair")
    assert signed_in(user_as("secretary")).post(address("tierpolicy_propose", draft.pk)).status_code == 302
    assert [card.count for card in cards_for(chair)] == [1]
    client = signed_in(chair)
    facts = [str(value) for _label, value in client.get(address("tierpolicy_adopt", draft.pk)).context["facts"]]
    assert [value for value in facts if value.startswith("0")] == [
        "0건, 0원",
        "0건, 0원",
        "0건 협의체 심의",
        "0건",
        "0원",
        "0원",
    ]
    assert client.post(address("tierpolicy_adopt", draft.pk)).status_code == 200
    assert client.post(address("tierpolicy_adopt", draft.pk), {"resolution": "의결 1호"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.adopted_by, draft.resolution) == ("adopted", chair, "의결 1호")
    assert cards_for(chair) == []
    assert client.post(address("tierpolicy_withdraw", draft.pk), {"reason": "다시"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "withdrawn"


def test_proposal_is_sent_back_with_a_reason(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    TierPolicy.STATES.move(draft, "proposed")
    client = signed_in(user_as("chair"))
    assert client.post(address("tierpolicy_sendback", draft.pk)).status_code == 200
    assert client.post(address("tierpolicy_sendback", draft.pk), {"reason": "구간을 다시"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("draft", "구간을 다시")


def test_acts_are_shut_without_the_permission(incident: Any, user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory(incident=incident)
    client = signed_in(user_as("secretary"))
    assert client.post(address("tierpolicy_adopt", draft.pk), {"resolution": "x"}).status_code == 403
    assert client.post(address("tierpolicy_sendback", draft.pk), {"reason": "x"}).status_code == 403
    assert signed_in(user_as("chair")).get(address("tierpolicy_draft")).status_code == 403
    assert signed_in(user_as("auditor")).post(address("tierpolicy_withdraw", draft.pk)).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_policy_of_another_incident_is_not_found(user_as: Any, signed_in: Any) -> None:
    draft = factories.TierPolicyFactory()
    assert signed_in(user_as("chair")).get(address("tierpolicy_adopt", draft.pk)).status_code == 404
