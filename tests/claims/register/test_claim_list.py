"""The list of claims: counts by facet, assignments, saved views, states."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext, override

from claims.models import Claim, ClaimAssignment, ClaimCount, CountMark, SavedView
from claims.register.assigning import assign
from claims.register.counting import counted_claims, recount
from claims.register.filters import ClaimFilter
from claims.register.saved_views import change_view, delete_view, save_view
from claims.register.stages import Stage, _stages, declare_stage
from relief import clock
from relief.errors import NotAllowed, RuleBroken
from tests import factories

pytestmark = pytest.mark.django_db


def listed(client: Any, **words: Any) -> Any:
    return client.get(reverse("admin:claims_claim_changelist"), words).context["cl"]


def numbers(client: Any, **words: Any) -> list[str]:
    return [claim.receipt_number for claim in listed(client, **words).result_list]


@pytest.fixture
def three(incident: Any) -> list[Claim]:
    """Two classified small businesses with a loss, and an unclassified general user's paid claim."""
    service = factories.ServiceFactory(incident=incident)
    first, second = (factories.ClaimFactory(incident=incident, service=service, name="고인돌") for _ in range(2))
    for claim in (first, second):
        factories.ClassificationFactory(claim=claim)
    third = factories.ClaimFactory(incident=incident, service=service, general_user=True, without_account=True)
    factories.ClaimFactory()
    return [first, second, third]


def test_counts_beside_choices_respect_the_other_words(incident: Any, three: list[Claim]) -> None:
    assert recount()
    counted = counted_claims(incident.pk, {"nature": "monetary"})
    assert counted is not None
    assert (counted.claims, counted.loss, counted.is_fresh) == (2, 400_000, True)
    assert counted.choices["nature"] == {"monetary": 2, "": 1}
    assert counted.choices["reporter_type"] == {"small_business": 2}
    assert counted.choices["completeness"] == {"complete": 2}
    assert counted.choices["service"] == {str(three[0].service_id): 2}


def test_every_count_is_what_the_filter_finds(incident: Any, three: list[Claim]) -> None:
    recount()
    counted = counted_claims(incident.pk, {})
    assert counted is not None
    for word, choices in counted.choices.items():
        for choice, count in choices.items():
            if choice:
                rows = Claim.objects.filter(incident=incident)
                assert ClaimFilter({word: choice}, queryset=rows, incident_id=incident.pk).qs.count() == count, word


def test_change_marks_the_counts_and_only_then_they_are_made_anew(incident: Any, three: list[Claim]) -> None:
    assert (recount(), recount(), CountMark.objects.count()) == (True, False, 0)
    Claim.objects.filter(pk=three[2].pk).update(admission="late")
    counted = counted_claims(incident.pk, {"admission": "late"})
    assert counted is not None
    assert (counted.is_fresh, counted.claims) == (False, 0)
    assert recount()
    assert ClaimCount.objects.get(admission="late").claims == 1


@pytest.mark.django_db(transaction=True)
def test_two_countings_at_once_count_once(elsewhere: Any) -> None:
    factories.ClaimFactory()
    with transaction.atomic():
        assert recount()
        assert elsewhere(recount).result() is False
    assert ClaimCount.objects.count() == 1


def test_list_takes_its_number_from_fresh_counts_alone(
    incident: Any, three: list[Claim], user_as: Any, signed_in: Any
) -> None:
    client = signed_in(user_as("auditor"))
    recount()
    exact = listed(client, nature="monetary")
    assert (exact.result_count, exact.result_sum, exact.counts.is_fresh) == (2, 400_000, True)
    factories.ClaimFactory(incident=incident, service=three[0].service)
    stale = listed(client)
    assert (stale.result_count, stale.result_sum, stale.counts.is_fresh) == (4, 800_000, False)
    assert listed(client, q="인돌").result_count == 2


@pytest.mark.parametrize("words", [{}, {"nature": "monetary"}, {"q": "인돌"}, {"state": "classified"}])
def test_list_costs_as_many_queries_with_one_row_as_with_three(
    incident: Any, three: list[Claim], user_as: Any, signed_in: Any, words: dict[str, str]
) -> None:
    client = signed_in(user_as("intake_staff"))
    counts = []
    listed(client)
    for limit in ({"loss_from": "0"}, {"loss_from": "0", "loss_to": "1"}):
        Claim.objects.filter(pk=three[0].pk).update(claimed_loss=1)
        with CaptureQueriesContext(connection) as queries:
            assert listed(client, **words, **limit).result_list
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_state_is_the_furthest_stage_reached(
    incident: Any, three: list[Claim], user_as: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in list(_stages):
        if code != "registered":
            monkeypatch.delitem(_stages, code)
    monkeypatch.setitem(_stages, "held", _stages["registered"])
    declare_stage(Stage(20, "held", "Held", ClaimAssignment.objects.order_by, "info"))
    staff = user_as("intake_staff")
    assign(by=staff, claims=Claim.objects.filter(pk=three[0].pk), user=staff)
    client = signed_in(staff)
    assert numbers(client, state="held") == [three[0].receipt_number]
    assert set(numbers(client, state="registered")) == {claim.receipt_number for claim in three[1:]}
    assert {claim.pk: claim.stage.code for claim in listed(client).result_list}[three[0].pk] == "held"
    assert numbers(client, state="nowhere") == []


def test_age_narrows_by_days_since_arrival(incident: Any, user_as: Any, signed_in: Any) -> None:
    for days in (1, 8, 31):
        received = clock.now() - timedelta(days=days)
        factories.ClaimFactory(incident=incident, receipt_number=f"D{days}", received_at=received)
    client = signed_in(user_as("auditor"))
    assert [numbers(client, age=age) for age in (7, 14, 30)] == [["D8", "D31"], ["D31"], ["D31"]]


def test_assignment_moves_claims_and_keeps_who_did(incident: Any, three: list[Claim], user_as: Any) -> None:
    staff, colleague = user_as("intake_staff"), user_as("committee_member")
    mine = Claim.objects.filter(incident=incident)
    assert assign(by=staff, claims=mine, user=colleague) == 3
    assert assign(by=staff, claims=mine, user=colleague) == 0
    assert assign(by=staff, claims=mine.filter(pk=three[0].pk), user=staff) == 1
    assert assign(by=staff, claims=mine.filter(pk=three[0].pk), user=None) == 1
    assert set(ClaimAssignment.objects.values_list("user", "assigned_by")) == {(colleague.pk, staff.pk)}
    events = apps.get_model("claims", "ClaimAssignmentEvent").objects.filter(claim=three[0].pk)
    kept = [(row.pgh_label, row.user_id, row.pgh_context.metadata["act"]) for row in events.order_by("pgh_id")]
    assert [kept[0][1:], kept[1][1:], kept[2][1:]] == [
        (colleague.pk, "claims.assign"),
        (staff.pk, "claims.assign"),
        (staff.pk, "claims.assign"),
    ]


def test_assignment_is_refused_to_strangers_and_of_too_many(
    incident: Any, three: list[Claim], user_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, rows = user_as("intake_staff"), Claim.objects.filter(incident=incident)
    with pytest.raises(NotAllowed) as refusal:
        assign(by=user_as("auditor"), claims=rows, user=staff)
    assert refusal.value.code == "claims.assign_claims"
    elsewhere = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    with pytest.raises(RuleBroken) as stranger:
        assign(by=staff, claims=rows, user=elsewhere)
    assert stranger.value.code == "assignee_not_on_incident"
    assert assign(by=elsewhere, claims=rows, user=elsewhere) == 0
    monkeypatch.setattr("claims.register.assigning.MOST_AT_ONCE", 2)
    with pytest.raises(RuleBroken) as many:
        assign(by=staff, claims=rows, user=staff)
    assert (many.value.code, ClaimAssignment.objects.count()) == ("too_many_claims", 0)


def test_assign_page_gives_the_narrowed_list_or_the_chosen_rows(
    three: list[Claim], user_as: Any, signed_in: Any
) -> None:
    staff = user_as("intake_staff")
    client = signed_in(staff)
    page = reverse("admin:claims_claim_assign")
    assert client.get(page, {"nature": "monetary"}).context["facts"][0][1] == "2"
    assert client.post(f"{page}?nature=monetary", {"user": staff.pk}).status_code == 302
    assert set(numbers(client, assignee="me")) == {claim.receipt_number for claim in three[:2]}
    assert numbers(client, assignee=staff.pk) == numbers(client, assignee="me")
    assert numbers(client, assignee="nobody") == [three[2].receipt_number]
    chosen = client.post(
        reverse("admin:claims_claim_changelist"), {"action": "assign_chosen", "_selected_action": [three[2].pk]}
    )
    assert chosen["Location"] == f"{page}?keys={three[2].pk}"
    client.post(chosen["Location"], {"user": staff.pk})
    assert numbers(client, assignee="nobody") == []


def test_view_is_kept_without_the_search_and_opens_with_the_list(
    three: list[Claim], user_as: Any, signed_in: Any
) -> None:
    client = signed_in(user_as("auditor"))
    save = reverse("admin:claims_claim_save_view")
    client.post(f"{save}?nature=monetary&q=01012345678&after=3", {"name": "금전", "is_default": "on"})
    view = SavedView.objects.get()
    assert (view.name, view.words, view.is_default, view.is_shared) == ("금전", "nature=monetary", True, False)
    assert client.get(reverse("admin:claims_claim_changelist"))["Location"].endswith("?nature=monetary")
    assert "금전" in client.get(reverse("admin:claims_claim_changelist"), {"o": ""}).content.decode()
    assert client.post(reverse("admin:claims_claim_view", args=(view.pk,)), {"name": "새 이름"}).status_code == 302
    view.refresh_from_db()
    assert (view.name, view.is_default) == ("새 이름", False)
    assert client.get(reverse("admin:claims_claim_view", args=(view.pk,))).status_code == 200
    assert client.post(reverse("admin:claims_claim_delete_view", args=(view.pk,))).status_code == 302
    assert SavedView.objects.count() == 0


def test_view_of_another_is_neither_shown_nor_changed_unless_shared(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    owner, other = user_as("auditor"), user_as("intake_staff")
    view = save_view(by=owner, name="나만의것", words="nature=monetary")
    client = signed_in(other)
    pages = [reverse(f"admin:claims_claim_{name}", args=(view.pk,)) for name in ("view", "delete_view")]
    assert "나만의것" not in client.get(reverse("admin:claims_claim_changelist")).content.decode()
    assert [client.get(page).status_code for page in pages] == [404, 404]
    for act in (
        lambda: change_view(by=other, view=view, name="x", is_default=False, is_shared=False),
        lambda: delete_view(by=other, view=view),
    ):
        with pytest.raises(NotAllowed) as refusal:
            act()
        assert refusal.value.code == "not_own_view"
    change_view(by=owner, view=view, name="나만의것", is_default=False, is_shared=True)
    assert "나만의것" in client.get(reverse("admin:claims_claim_changelist")).content.decode()


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        (" ", "", "view_name_missing"),
        ("가" * 61, "", "view_name_missing"),
        ("나", "x" * 2001, "view_too_long"),
        ("있음", "", "one_saved_view_per_name"),
    ],
)
def test_view_that_cannot_be_kept_is_refused(incident: Any, user_as: Any, name: str, words: str, code: str) -> None:
    user = user_as("auditor")
    save_view(by=user, name="있음", words="")
    with pytest.raises(RuleBroken) as refusal:
        save_view(by=user, name=name, words=words)
    assert refusal.value.code == code


def test_view_without_an_incident_or_permission_is_refused(user_as: Any) -> None:
    for user, code in (
        (factories.UserFactory(auditor=True), "no_incident"),
        (user_as("administrator"), "claims.view_claim"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            save_view(by=user, name="x", words="")
        assert refusal.value.code == code


def test_one_view_alone_opens_with_the_list(incident: Any, user_as: Any) -> None:
    user = user_as("auditor")
    for name in ("가", "나"):
        save_view(by=user, name=name, words="", is_default=True)
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["나"]


def test_question_lacks_no_account(incident: Any, user_as: Any, signed_in: Any) -> None:
    rule_set = factories.RuleSetFactory(incident=incident)
    with override("ko"):
        words = gettext("Incomplete")
    shown = {}
    for nature in ("inquiry", "monetary"):
        claim = factories.ClaimFactory(incident=incident, without_account=True)
        factories.ClassificationFactory(claim=claim, rule_set=rule_set, nature=nature)
        page = signed_in(user_as("auditor")).get(reverse("admin:claims_claim_change", args=(claim.pk,)))
        shown[nature] = f">{words}<" in page.content.decode()
    assert shown == {"inquiry": False, "monetary": True}
