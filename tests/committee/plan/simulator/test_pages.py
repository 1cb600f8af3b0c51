"""The simulator's pages, its list of claims, its print, and who may open them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.urls import reverse

from committee.models import ServiceFactors, Simulation, TierPolicy
from committee.plan.services import Conditions, draft_policy
from committee.plan.simulator.printing import printed
from committee.plan.simulator.services import keep
from committee.plan.terms import TierDraft
from tests import factories
from tests.committee.factories import classified, decided, next_version

pytestmark = pytest.mark.django_db

LOSSES = (200_000, 400_000, 700_000, 2_000_000)


def address(name: str, *args: Any, **words: Any) -> str:
    query = "&".join(f"{word}={value}" for word, value in words.items())
    return f"{reverse(f'admin:committee_{name}', args=args)}?{query}"


@pytest.fixture
def draft(incident: Any) -> TierPolicy:
    """A draft with three tiers beside the version in force, which has four."""
    decided(incident, LOSSES)
    in_force = next_version(incident)
    return factories.TierPolicyFactory(incident=incident, measure=in_force.measure, number=9)


def test_simulator_shows_the_newest_draft_beside_the_version_in_force(
    incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy
) -> None:
    client = signed_in(user_as("secretary"))
    page = client.get(address("simulation_run"))
    assert [(one.variant.label, one.cost) for one in page.context["told"]] == [
        (f"{draft.measure} v2", 150_000),
        (f"{draft.measure} v9", 80_000),
    ]
    shown = page.content.decode()
    assert "-70,000원" in shown
    assert address("simulation_keep", _variant=draft.pk) in shown
    assert client.get(address("simulation_run", _variant=draft.pk, reporter_type="general_user")).status_code == 200


def test_simulator_without_a_policy_or_with_a_wrong_filter_says_so(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("chair"))
    assert "지원 기준이 없습니다" in client.get(address("simulation_run")).content.decode()
    factories.TierPolicyFactory(incident=incident)
    for words in ({"account": "1"}, {"loss_from": "x"}):
        assert 'role="alert"' in client.get(address("simulation_run", **words)).content.decode()


def test_reader_without_the_right_sees_no_button_to_keep(
    incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy
) -> None:
    client = signed_in(user_as("auditor"))
    assert address("simulation_keep") not in client.get(address("simulation_run")).content.decode()
    assert client.post(address("simulation_keep", _variant=draft.pk), {"name": "x"}).status_code == 403
    assert client.post(address("servicefactors_write"), {}).status_code == 403
    assert not Simulation.objects.exists()


def test_claims_that_the_draft_touches(incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy) -> None:
    client = signed_in(user_as("secretary"))
    page = client.get(address("simulation_affected", _variant=draft.pk))
    assert [(row[2], row[4], row[6]) for row in page.context["rows"]] == [(700_000, 70_000, 0)]
    assert page.context["further_url"] == ""
    file = client.get(address("simulation_affected", _variant=draft.pk, _format="csv"))
    assert file.content.decode("utf-8-sig").splitlines()[1].split(",")[1:] == [
        "700000",
        "지원",
        "70000",
        "협의체 심의 대기",
        "0",
    ]


def test_claims_that_the_draft_touches_are_paged(
    incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy
) -> None:
    classified(incident, [600_000] * 60)
    client = signed_in(user_as("secretary"))
    first = client.get(address("simulation_affected", _variant=draft.pk))
    second = client.get(first.context["further_url"])
    numbers = [row[1] for page in (first, second) for row in page.context["rows"]]
    assert (len(numbers), len(set(numbers)), second.context["further_url"]) == (61, 61, "")


def test_secretary_keeps_prints_and_computes_again(
    incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy
) -> None:
    client = signed_in(user_as("secretary"))
    service = factories.ServiceFactory(incident=incident)
    form = {"service": service.pk, "margin": "12.5", "market_share": 90, "unavoidable": 100, "source": "통계청"}
    assert client.post(address("servicefactors_write"), form).status_code == 302
    assert ServiceFactors.objects.get().margin_bp == 1_250
    assert "12.5 %" in client.get(address("servicefactors_changelist")).content.decode()
    keeping = address("simulation_keep", _variant=draft.pk)
    assert client.post(keeping, {"name": ""}).status_code == 200
    assert client.post(keeping, {"name": "3구간 폐지안", "note": "=1+1"}).status_code == 302
    kept = Simulation.objects.get()
    assert "80,000원" in client.get(address("simulation_change", kept.pk)).content.decode()
    assert "1원까지 같은 결과" in client.get(address("simulation_reproduce", kept.pk)).content.decode()
    answer = client.get(address("simulation_print", kept.pk))
    assert answer["Content-Type"] == "application/pdf"
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    words = [page.get_textpage().get_text_bounded() for page in document]
    assert len(words) == 2
    assert "3구간 폐지안" in words[0]
    assert "=1+1" in words[0]
    assert "-70,000원" in "".join(words)
    assert printed(kept) == printed(Simulation.objects.get())


def test_print_of_altered_data_is_refused_with_its_reason(
    incident: Any, user_as: Any, signed_in: Any, draft: TierPolicy
) -> None:
    secretary = user_as("secretary")
    client = signed_in(secretary)
    kept = keep(by=secretary, policies=[draft], narrowing={}, name="비교")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE committee_simulation DISABLE TRIGGER USER")
        cursor.execute("UPDATE committee_simulation SET snapshot = 'x'")
        cursor.execute("ALTER TABLE committee_simulation ENABLE TRIGGER USER")
    answer = client.get(address("simulation_print", kept.pk), follow=True)
    assert answer.redirect_chain == [(reverse("admin:committee_simulation_change", args=(kept.pk,)), 302)]
    assert "검사합이 다릅니다" in answer.content.decode()
    assert "검사합이 다릅니다" in client.get(address("simulation_reproduce", kept.pk)).content.decode()


def test_factors_of_a_service_that_no_key_names_begin_empty(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("secretary"))
    for asked in ("9" * 25, "9" * 5_000, "x"):
        page = client.get(address("servicefactors_write", service=asked))
        assert page.context["form"].initial == {"unavoidable": 100}


def test_print_of_many_tiers_and_versions_stays_two_pages(incident: Any, user_as: Any, draft: TierPolicy) -> None:
    secretary = user_as("secretary")
    drafts = [
        draft_policy(
            by=secretary,
            measure=draft.measure,
            tiers=[
                *(TierDraft(top * 100_000, None, 1_000 + top, 10_000, 90_000) for top in range(1, 6)),
                TierDraft(None),
            ],
            conditions=Conditions(pricing=["paid", "free"], required_evidence=["proof_of_lost_sales"]),
        )
        for _ in range(3)
    ]
    in_force = TierPolicy.objects.get(state="adopted")
    kept = keep(by=secretary, policies=[in_force, draft, *drafts], narrowing={}, name="모두", note="가" * 400)
    assert len(pypdfium2.PdfDocument(BytesIO(printed(kept)))) == 2


def test_simulation_of_another_incident_is_not_found(user_as: Any, signed_in: Any) -> None:
    elsewhere = factories.IncidentFactory()
    policy = factories.TierPolicyFactory(incident=elsewhere)
    kept = keep(
        by=factories.UserFactory(secretary=True, incident=elsewhere), policies=[policy], narrowing={}, name="남의 것"
    )
    client = signed_in(user_as("secretary"))
    for page in ("print", "reproduce"):
        assert client.get(address(f"simulation_{page}", kept.pk)).status_code == 404
    assert client.get(address("simulation_run", _variant=policy.pk)).context["chosen"].policies == []
