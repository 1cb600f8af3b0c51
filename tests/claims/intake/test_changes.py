"""What a staged file would change, and what an accepted one changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from claims.intake.changes import staged_changes
from claims.register.models import Claim
from relief.accounts.models import User
from relief.money import format_won
from tests.claims.intake.conftest import csv_of, decided

pytestmark = pytest.mark.django_db(transaction=True)


def test_staged_changes_stand_in_the_order_of_the_file_with_what_becomes_of_them(take_in: Any, read_in: Any) -> None:
    take_in(csv_of({}, {}, {}), name="first.csv")
    decided(Claim.objects.get(source_line=3))
    second = read_in(csv_of({"매출 손실 규모액": "7"}, {"계좌번호": "999999-99-999999"}, {}), name="second.csv")
    changes = staged_changes(second, first=0, most=10)
    told = [(change.line, change.waits, [(field.before, field.after) for field in change.fields]) for change in changes]
    assert told == [
        (2, False, [(format_won(420_000), format_won(7))]),
        (3, True, [("••••••••••1234", "••••••••••9999")]),
    ]
    assert [change.line for change in staged_changes(second, first=1, most=1)] == [3]


def test_tab_narrows_accepted_changes_by_what_became_of_them(take_in: Any, staff: User, signed_in: Any) -> None:
    take_in(csv_of({}, {}), name="first.csv")
    decided(Claim.objects.get(source_line=3))
    second, _job = take_in(csv_of({"이름": "가"}, {"이름": "나"}), name="second.csv")
    client = signed_in(staff)
    page = reverse("admin:claims_claimimport_change", args=(second.pk,))

    def shown(state: str) -> list[tuple[int, str]]:
        context = client.get(page, {"tab": "changes", "state": state}).context
        return [(change.line, change.fields[0].after) for change in context["changes"]]

    everything = [(2, "가"), (3, "나")]
    assert {state: shown(state) for state in ("", "applied", "waiting", "no such")} == {
        "": everything,
        "applied": everything[:1],
        "waiting": everything[1:],
        "no such": everything,
    }
    assert client.get(page, {"tab": "changes"}).context["states"][0][2] == 1


def test_tab_of_changes_is_closed_to_who_may_not_see_claims(take_in: Any, signed_in: Any, user_as: Any) -> None:
    from django.contrib.auth.models import Permission

    take_in(csv_of({}), name="first.csv")
    second, _job = take_in(csv_of({"이름": "가"}), name="second.csv")
    user = user_as()
    user.user_permissions.add(Permission.objects.get(codename="view_claimimport"))
    page = signed_in(user).get(reverse("admin:claims_claimimport_change", args=(second.pk,)), {"tab": "changes"})
    assert (page.status_code, "changes" in page.context) == (200, False)
