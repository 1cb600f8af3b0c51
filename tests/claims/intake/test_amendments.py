"""Changes that files reported of claims that a person has in hand: applied or dismissed by a person, each once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.intake import cards
from claims.intake.amendments import apply_amendment, dismiss_amendment
from claims.intake.changes import amendment_changes, changed_fields
from claims.intake.columns import FIELDS
from claims.intake.facts import Amendment
from claims.intake.panels import amendment_panel, incomplete_panel, same_number_panel
from claims.intake.services import undo
from claims.register.models import Claim
from claims.register.services import correct_claim
from claims.triage.services import create_rule_set
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from relief.errors import NotAllowed, RuleBroken
from relief.money import format_won
from tests import factories
from tests.claims.intake.conftest import carried_out, csv_of, decided

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = {"매출 손실 규모액": "7", "이름": "다른 이름", "연락처": "010-9999-5678"}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_amendment_{name}", args=args)


@pytest.fixture
def waiting(take_in: Any) -> Amendment:
    """An amendment of a decided claim."""
    take_in(csv_of({}), name="first.csv")
    decided(Claim.objects.get())
    take_in(csv_of(OTHER), name="second.csv")
    return Amendment.objects.get(state="waiting")


def test_applied_amendment_is_what_the_claim_says(waiting: Amendment, staff: User) -> None:
    before = Claim.objects.get()
    assert (before.claimed_loss, before.version) == (420_000, 1)
    applied = apply_amendment(by=staff, amendment=waiting, reason="전화로 확인", version=1)
    claim = Claim.objects.get()
    assert (claim.claimed_loss, claim.name, claim.reveal("phone")) == (7, "다른 이름", "01099995678")
    assert (claim.reveal("account"), claim.version, bytes(claim.content_hash)) == (
        "12345678901234",
        2,
        bytes(waiting.content_hash),
    )
    assert claim.claimant_id == waiting.claimant_id != before.claimant_id
    applied.refresh_from_db()
    assert (applied.state, applied.replaced_version, applied.decided_by, applied.reason) == (
        "applied",
        1,
        staff,
        "전화로 확인",
    )


def test_classification_follows_an_applied_amendment(take_in: Any, catalogue: Any, staff: User) -> None:
    create_rule_set(by=staff, incident=catalogue, rules=list(FINAL_RULES), note="")
    take_in(csv_of({}), name="first.csv")
    decided(Claim.objects.get())
    take_in(csv_of({"신고인 유형": "일반 이용자", "사업자등록번호": ""}), name="second.csv")
    assert Claim.objects.get().classification.reporter_type == "small_business"
    apply_amendment(by=staff, amendment=Amendment.objects.get(), reason="x")
    assert Claim.objects.get().classification.reporter_type == "general_user"


def test_dismissed_amendment_leaves_the_claim_and_is_not_asked_again(
    waiting: Amendment, staff: User, take_in: Any
) -> None:
    dismissed = dismiss_amendment(by=staff, amendment=waiting, reason="잘못 적음")
    assert (dismissed.state, dismissed.reason, Claim.objects.get().claimed_loss) == ("dismissed", "잘못 적음", 420_000)
    again, _job = take_in(csv_of(OTHER) + b"\r\n", name="third.csv")
    assert (again.rows_same, again.rows_changed) == (1, 0)


@pytest.mark.parametrize("act", [apply_amendment, dismiss_amendment])
def test_amendment_is_decided_once_with_a_reason_by_who_may(
    waiting: Amendment, staff: User, user_as: Any, act: Callable[..., Amendment]
) -> None:
    with pytest.raises(NotAllowed):
        act(by=user_as("auditor"), amendment=waiting, reason="x")
    with pytest.raises(RuleBroken) as without:
        act(by=staff, amendment=waiting, reason=" ")
    act(by=staff, amendment=waiting, reason="x")
    with pytest.raises(RuleBroken) as second:
        act(by=staff, amendment=waiting, reason="x")
    assert (without.value.code, second.value.code) == ("reason_missing", "amendment_moves_as_its_table_says")
    assert Claim.objects.get().version == (2 if act is apply_amendment else 1)


def test_amendment_of_a_claim_that_changed_meanwhile_is_refused(waiting: Amendment, staff: User) -> None:
    claim = Claim.objects.get()
    correct_claim(by=staff, claim=claim, version=1, reason="x", changes={"name": "바른 이름"})
    with pytest.raises(RuleBroken) as refusal:
        apply_amendment(by=staff, amendment=waiting, reason="x", version=1)
    assert (refusal.value.code, Claim.objects.get().name) == ("claim_changed_meanwhile", "바른 이름")
    apply_amendment(by=staff, amendment=waiting, reason="x", version=2)
    assert Claim.objects.get().name == "다른 이름"


def test_older_amendment_does_not_overwrite_a_newer_one(waiting: Amendment, staff: User, take_in: Any) -> None:
    take_in(csv_of({"매출 손실 규모액": "9"}), name="third.csv")
    newer = Amendment.objects.latest("pk")
    apply_amendment(by=staff, amendment=newer, reason="x")
    with pytest.raises(RuleBroken) as refusal:
        apply_amendment(by=staff, amendment=waiting, reason="x")
    assert (refusal.value.code, Claim.objects.get().claimed_loss) == ("newer_amendment_applied", 9)
    assert dismiss_amendment(by=staff, amendment=waiting, reason="x").state == "dismissed"


def test_undone_import_withdraws_its_amendment(take_in: Any, staff: User) -> None:
    take_in(csv_of({}), name="first.csv")
    claim = Claim.objects.get()
    correct_claim(by=staff, claim=claim, version=1, reason="x", changes={"name": "바른 이름"})
    second, _job = take_in(csv_of(OTHER), name="second.csv")
    carried_out(undo(by=staff, claim_import=second, reason="x"))
    withdrawn = Amendment.objects.get()
    with pytest.raises(RuleBroken) as refusal:
        apply_amendment(by=staff, amendment=withdrawn, reason="x")
    assert (withdrawn.state, refusal.value.code) == ("withdrawn", "amendment_moves_as_its_table_says")


def test_change_is_told_masked_before_and_after(waiting: Amendment, staff: User) -> None:
    def told() -> list[tuple[str, str]]:
        (change,) = amendment_changes([Amendment.objects.get()])
        return [(field.before, field.after) for field in change.fields]

    was, now = format_won(420_000), format_won(7)
    before = told()
    assert before[:2] == [(was, now), ("연습꽃집 (김민서)", "다른 이름")]
    # Both numbers end alike, and no more of them is shown.
    assert (before[2][0], before[2][1].startswith(f"{before[2][0]} (")) == ("•••••••5678", True)
    apply_amendment(by=staff, amendment=waiting, reason="x")
    assert told() == before


@pytest.fixture
def may_see(staff: User) -> User:
    """Intake staff who may look at amendments."""
    from django.contrib.auth.models import Permission

    staff.user_permissions.add(Permission.objects.get(codename="view_amendment"))
    return User.objects.get(pk=staff.pk)


def test_list_and_card_show_what_waits(waiting: Amendment, may_see: User, signed_in: Any) -> None:
    client = signed_in(may_see)
    card = cards.amendments_card(may_see)
    assert card is not None
    assert client.get(card.url).context["cl"].result_count == card.count == 1
    assert client.get(address("changelist"), {"claim_import": waiting.claim_import_id}).context["cl"].result_count == 1
    assert client.get(address("changelist"), {"state": "applied"}).context["cl"].result_count == 0
    dismiss_amendment(by=may_see, amendment=waiting, reason="x")
    assert cards.amendments_card(may_see) is None


def test_page_decides_with_a_reason(waiting: Amendment, may_see: User, signed_in: Any) -> None:
    client = signed_in(may_see)
    page = client.get(address("change", waiting.pk))
    assert (page.context["may_decide"], "010-9999-5678" in page.content.decode()) == (True, False)
    form = client.get(address("apply", waiting.pk)).context["form"]
    assert form.initial == {"version": 1}
    assert list(client.post(address("apply", waiting.pk), {"version": 1}).context["form"].errors) == ["reason"]
    answer = client.post(address("apply", waiting.pk), {"version": 1, "reason": "전화로 확인"})
    assert answer.headers["Location"] == address("change", waiting.pk)
    assert client.get(address("change", waiting.pk)).context["may_decide"] is False
    again = client.post(address("dismiss", waiting.pk), {"reason": "x"})
    assert len(again.context["form"].non_field_errors()) == 1
    assert Claim.objects.get().claimed_loss == 7


def test_page_dismisses_with_a_reason(waiting: Amendment, may_see: User, signed_in: Any) -> None:
    assert signed_in(may_see).post(address("dismiss", waiting.pk), {"reason": "잘못 적음"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("dismissed", "잘못 적음")


@pytest.mark.parametrize("role", ["finance", "auditor", "administrator"])
def test_acts_are_closed_to_other_roles(waiting: Amendment, user_as: Any, signed_in: Any, role: str) -> None:
    client = signed_in(user_as(role))
    for name in ("apply", "dismiss"):
        assert client.post(address(name, waiting.pk), {"version": 1, "reason": "x"}).status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_amendment_of_another_incident_is_not_found(waiting: Amendment, signed_in: Any) -> None:
    stranger = factories.UserFactory(intake_staff=True, is_superuser=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    assert [client.get(address(name, waiting.pk)).status_code for name in ("change", "apply", "dismiss")] == [404] * 3
    assert client.get(address("changelist")).context["cl"].result_count == 0


def test_list_asks_as_often_for_many_amendments_as_for_few(take_in: Any, may_see: User, signed_in: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address("changelist")).status_code == 200
        return len(captured)

    take_in(csv_of(*[{}] * 30), name="first.csv")
    client = signed_in(may_see)
    take_in(csv_of(*[{"이름": "다른 이름"}] * 3), name="few.csv")
    queries()
    few = queries()
    take_in(csv_of(*[{"이름": "또 다른 이름"}] * 30), name="many.csv")
    assert queries() == few


def test_claim_shows_the_amendment_that_waits(waiting: Amendment, staff: User) -> None:
    claim = Claim.objects.get()
    panel = amendment_panel(claim, staff)
    assert panel is not None
    assert (panel.address, len(panel.rows)) == (address("change", waiting.pk), 3)
    dismiss_amendment(by=staff, amendment=waiting, reason="x")
    assert amendment_panel(claim, staff) is None


def test_claim_shows_who_else_has_its_number(take_in: Any, staff: User) -> None:
    take_in(csv_of({}, {"이름": "다른 이름"}, {"이름": "누구", "사업자등록번호": "", "연락처": "02-123-4567"}))
    first, second, third = Claim.objects.order_by("source_line")
    panel = same_number_panel(first, staff)
    assert panel is not None
    assert ([name for name, _count in panel.rows], panel.address) == (
        ["다른 이름"],
        reverse("admin:claims_claimant_change", args=(second.claimant_id,)),
    )
    assert same_number_panel(third, staff) is None


def test_claim_shows_what_it_lacks(take_in: Any, staff: User) -> None:
    take_in(csv_of({}, {"은행": "", "계좌번호": ""}))
    complete, incomplete = Claim.objects.order_by("source_line")
    panel = incomplete_panel(incomplete, staff)
    assert panel is not None
    assert panel.rows[0][1].count(",") == 1
    assert incomplete_panel(complete, staff) is None


def test_list_names_what_each_waiting_amendment_changes(incident: Any, user_as: Callable[[str], User]) -> None:
    amendment = factories.AmendmentFactory(claim__incident=incident, name="다른 이름")
    client = Client()
    client.force_login(user_as("intake_staff"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/claims/amendment/").content.decode()
    for label in changed_fields(amendment.claim, amendment):
        assert label in page
    assert changed_fields(amendment.claim, amendment) == [str(FIELDS[field]) for field in ("claimed_loss", "name")]
