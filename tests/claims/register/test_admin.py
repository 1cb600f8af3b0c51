"""The pages of the register: what they show, what they hide, and from whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Claim
from claims.register.admin import ClaimAdmin
from committee.demo.rule_sets import FINAL_RULES
from relief.audit.models import Disclosure
from relief.site.home import cards_for
from relief.site.keyset import KeysetPaginator
from tests import factories
from tests.committee.factories import decided, drafted

pytestmark = pytest.mark.django_db

PHONE, REGISTRATION, ACCOUNT = "01098765432", "1208147521", "110987650001"
SCRIPT = "<script>alert(1)</script>"


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:claims_{name}", args=args)


@pytest.fixture
def planted(incident: Any) -> Claim:
    """A classified claim with known numbers."""
    claimant = factories.ClaimantFactory(incident=incident, name="심은신고인")
    claim = factories.ClaimFactory(
        incident=incident,
        receipt_number="P-0001",
        name="심은이름",
        phone=PHONE,
        registration_number=REGISTRATION,
        account=ACCOUNT,
        claimant=claimant,
        claim_import=factories.ClaimImportFactory(incident=incident),
        source_line=7,
    )
    factories.ClassificationFactory(claim=claim, rule_set__rules=FINAL_RULES)
    return claim


def rows(response: Any) -> list[str]:
    return [claim.receipt_number for claim in response.context["cl"].result_list]


def pages_of(claim: Claim) -> list[str]:
    return [
        address("claim_changelist"),
        address("claim_change", claim.pk),
        address("claimant_changelist"),
        address("claimant_change", claim.claimant_id),
    ]


READERS = ("intake_staff", "committee_member", "secretary", "chair", "manager", "finance", "auditor")


@pytest.mark.parametrize("role", READERS)
def test_pages_open_to_readers_with_every_number_masked(
    planted: Claim, user_as: Any, signed_in: Any, role: str
) -> None:
    client = signed_in(user_as(role))
    for page in pages_of(planted):
        response = client.get(page)
        text = response.content.decode()
        assert response.status_code == 200, page
        assert [number for number in (PHONE, REGISTRATION, ACCOUNT) if number in text] == [], page
    assert "••••••••0001" in client.get(address("claim_change", planted.pk)).content.decode()
    assert Disclosure.objects.count() == 0


def test_pages_are_shut_to_administrators_and_strangers(
    planted: Claim, user_as: Any, signed_in: Any, client: Any
) -> None:
    acts = [address("claim_reveal", planted.pk), address("claim_correct", planted.pk)]
    assert {client.get(page).status_code for page in [*pages_of(planted), *acts]} == {302}
    client = signed_in(user_as("administrator"))
    assert {client.get(page).status_code for page in [*pages_of(planted), *acts]} == {403}


@pytest.mark.parametrize("role", READERS)
def test_acts_open_to_whom_the_roles_give_them(planted: Claim, user_as: Any, signed_in: Any, role: str) -> None:
    client = signed_in(user_as(role))
    seen = {name: client.get(address(f"claim_{name}", planted.pk)).status_code for name in ("reveal", "correct")}
    reveals, corrects = role in {"intake_staff", "finance"}, role == "intake_staff"
    assert seen == {"reveal": 200 if reveals else 403, "correct": 200 if corrects else 403}


@pytest.mark.parametrize("name", ["claim", "claimant"])
def test_nothing_is_added_changed_or_deleted_past_the_services(
    planted: Claim, user_as: Any, signed_in: Any, name: str
) -> None:
    client = signed_in(user_as("intake_staff"))
    key = planted.pk if name == "claim" else planted.claimant_id
    assert client.get(address(f"{name}_add")).status_code == 403
    assert client.post(address(f"{name}_change", key), {"name": "x"}).status_code == 403
    assert client.post(address(f"{name}_delete", key), {"post": "yes"}).status_code == 403
    assert client.post(address(f"{name}_changelist"), {"action": "delete_selected", "_selected_action": key})
    assert Claim.objects.get().name == "심은이름"


def test_claims_of_another_incident_are_nowhere(planted: Claim, signed_in: Any) -> None:
    stranger = factories.UserFactory(intake_staff=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    for page in (
        address("claim_change", planted.pk),
        address("claim_reveal", planted.pk),
        address("claim_correct", planted.pk),
        address("claimant_change", planted.claimant_id),
    ):
        assert client.get(page).status_code == 404, page
    assert (
        client.post(address("claim_correct", planted.pk), {"name": "x", "reason": "y", "version": 1}).status_code == 404
    )
    assert client.post(address("claim_reveal", planted.pk), {"reason": "y"}).status_code == 404
    for words in ({}, {"q": "심은이름"}, {"q": PHONE}, {"q": "P-0001"}, {"completeness": "complete"}):
        assert rows(client.get(address("claim_changelist"), words)) == []
    assert list(client.get(address("claimant_changelist"), {"q": "심은신고인"}).context["cl"].result_list) == []
    found = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "committee", "model_name": "decision", "field_name": "claim", "term": "P-0001"},
    )
    assert found.json()["results"] == []


def test_list_of_somebody_without_an_incident_is_empty_and_says_what_to_do(planted: Claim, signed_in: Any) -> None:
    response = signed_in(factories.UserFactory(intake_staff=True)).get(address("claim_changelist"))
    assert rows(response) == []
    assert str(response.context["empty"]) in response.content.decode()


@pytest.mark.parametrize("key", ["0", "99999999999999999999", "abc"])
def test_claim_that_does_not_exist_is_not_found(user_as: Any, signed_in: Any, key: str) -> None:
    assert signed_in(user_as("intake_staff")).get(address("claim_change", key)).status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "phone_index=1",
        "phone_index__isnull=True",
        "account_sealed__startswith=1",
        "registration_number_index__gt=1",
        "claimant__identity_index__gt=1",
        "name__startswith=김",
        "incident__id__exact=1",
        "content_hash__contains=1",
    ],
)
def test_filter_by_anything_but_the_words_of_the_list_is_refused(
    planted: Claim, user_as: Any, signed_in: Any, words: str
) -> None:
    client = signed_in(user_as("intake_staff"))
    assert client.get(f"{address('claim_changelist')}?{words}").status_code == 400
    assert client.get(f"{address('claimant_changelist')}?{words}").status_code == 400
    assert client.get(f"{address('claim_changelist')}?_to_field=phone_index").status_code == 400


@pytest.mark.parametrize("order", ["3", "-3", "7", "9", "phone_index", "-account_sealed", "99", "."])
def test_order_by_anything_but_receipt_and_arrival_is_left_out(
    incident: Any, user_as: Any, signed_in: Any, order: str
) -> None:
    made = [factories.ClaimFactory(incident=incident, name=name).receipt_number for name in ("나", "다", "가")]
    response = signed_in(user_as("intake_staff")).get(address("claim_changelist"), {"o": order})
    assert rows(response) == made[::-1]


def test_list_is_ordered_by_arrival_and_by_receipt_number(incident: Any, user_as: Any, signed_in: Any) -> None:
    for number, day in (("A", 20), ("C", 21), ("B", 22)):
        factories.ClaimFactory(incident=incident, receipt_number=number, received_at=f"2022-10-{day}T00:00:00Z")
    client = signed_in(user_as("auditor"))
    orders = {order: rows(client.get(address("claim_changelist"), {"o": order})) for order in ("", "0", "-0", "1")}
    assert orders == {"": ["B", "C", "A"], "0": ["A", "B", "C"], "-0": ["C", "B", "A"], "1": ["A", "C", "B"]}


@pytest.mark.parametrize(
    ("term", "numbers"),
    [
        ("010-9876-5432", "phone,account"),
        ("120-81-47521", "registration_number,account"),
        (ACCOUNT, "account"),
    ],
)
def test_search_by_a_whole_number_is_recorded_without_it(
    planted: Claim, user_as: Any, signed_in: Any, term: str, numbers: str
) -> None:
    factories.ClaimFactory(incident=planted.incident, registration_number=None)
    user = user_as("committee_member")
    response = signed_in(user).get(address("claim_changelist"), {"q": term})
    assert rows(response) == ["P-0001"]
    record = Disclosure.objects.get()
    assert (record.by, record.kind, record.subject, record.fields) == (user, "search", "claims.claim", numbers)
    kept = " ".join(str(getattr(record, field.attname)) for field in record._meta.concrete_fields)
    assert re.findall(r"\d[\d-]{8,}", kept.replace(record.request_id, "").replace(str(record.at), "")) == []


def test_search_by_name_or_receipt_number_is_not_recorded(planted: Claim, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("finance"))
    assert [rows(client.get(address("claim_changelist"), {"q": term})) for term in ("은이", "P-00")] == [["P-0001"]] * 2
    assert Disclosure.objects.count() == 0


def test_search_for_one_syllable_asks_for_more(planted: Claim, user_as: Any, signed_in: Any) -> None:
    response = signed_in(user_as("finance")).get(address("claim_changelist"), {"q": "심"})
    assert (rows(response), len(list(get_messages(response.wsgi_request)))) == ([], 1)


def test_claimant_is_found_by_his_number_and_the_search_recorded(planted: Claim, user_as: Any, signed_in: Any) -> None:
    known = factories.ClaimantFactory(incident=planted.incident, identity="01011112222")
    response = signed_in(user_as("finance")).get(address("claimant_changelist"), {"q": "010-1111-2222"})
    assert list(response.context["cl"].result_list) == [known]
    assert Disclosure.objects.get().subject == "claims.claimant"


def test_filter_that_does_not_fit_says_so_and_shows_nothing(planted: Claim, user_as: Any, signed_in: Any) -> None:
    response = signed_in(user_as("auditor")).get(address("claim_changelist"), {"loss_from": "many"})
    assert (rows(response), list(response.context["cl"].filterset.form.errors)) == ([], ["loss_from"])


def test_lists_and_page_cost_the_same_at_1_and_at_30_rows(incident: Any, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("manager", "intake_staff"))

    def counts(claim: Claim) -> list[int]:
        made = []
        for page in pages_of(claim):
            client.get(page)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(page)
            made.append(len(queries))
        return made

    decided(incident, [200_000], claimant=factories.ClaimantFactory(incident=incident))
    claim = Claim.objects.get()
    at_one = counts(claim)
    more = [factories.ClaimFactory(incident=incident, claimant=claim.claimant) for _ in range(29)]
    for row in more:
        factories.ClassificationFactory(claim=row)
        factories.ClaimantFactory(incident=incident)
    assert counts(claim) == at_one


def walked(client: Any, words: dict[str, Any], along: str) -> list[list[str]]:
    """Return the rows of every page from the address on, along "next" or "previous"."""
    seen = []
    while True:
        listed = client.get(address("claim_changelist"), words).context["cl"]
        seen.append([claim.receipt_number for claim in listed.result_list])
        if not getattr(listed, f"has_{along}"):
            return seen
        words = QueryDict(getattr(listed, f"{along}_address")[1:]).dict()


@pytest.mark.parametrize("order", ["", "0", "-0", "1", "-1"])
def test_pages_walked_in_either_direction_show_every_row_once(
    incident: Any, user_as: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(ClaimAdmin, "list_per_page", 4)
    service = factories.ServiceFactory(incident=incident)
    for _ in range(10):
        factories.ClaimFactory(incident=incident, service=service)
    client = signed_in(user_as("auditor"))
    forth, back = walked(client, {"o": order}, "next"), walked(client, {"o": order, "last": 1}, "previous")
    whole = [row for page in forth for row in page]
    assert ([len(page) for page in forth], [len(page) for page in back]) == ([4, 4, 2], [4, 4, 2])
    assert whole == [row for page in back[::-1] for row in page]
    # One instant for all of them: the key alone decides among equals.
    assert whole == sorted(whole, reverse=order in {"", "-0", "-1"})


def test_jump_to_a_day_begins_with_its_last_row(incident: Any, user_as: Any, signed_in: Any) -> None:
    for number, day in (("A", 20), ("C", 21), ("B", 22)):
        factories.ClaimFactory(incident=incident, receipt_number=number, received_at=f"2022-10-{day}T00:00:00Z")
    client = signed_in(user_as("auditor"))
    shown = {
        day: rows(client.get(address("claim_changelist"), {"day": day})) for day in ("2022-10-21", "x", "2022-13-01")
    }
    assert shown == {"2022-10-21": ["C", "A"], "x": ["B", "C", "A"], "2022-13-01": ["B", "C", "A"]}


@pytest.mark.parametrize("key", ["abc", "99999999999999999999", "0"])
def test_page_beside_a_row_that_is_not_there_is_the_first(
    incident: Any, user_as: Any, signed_in: Any, key: str
) -> None:
    claim = factories.ClaimFactory(incident=incident)
    stranger = factories.ClaimFactory()
    client = signed_in(user_as("auditor"))
    for place in (key, stranger.pk):
        for word in ("after", "before"):
            assert rows(client.get(address("claim_changelist"), {word: place})) == [claim.receipt_number]


def test_count_past_the_cap_is_told(
    incident: Any, user_as: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeysetPaginator, "CAP", 2)
    for _ in range(3):
        factories.ClaimFactory(incident=incident)
    listed = signed_in(user_as("auditor")).get(address("claim_changelist")).context["cl"]
    assert (listed.paginator.is_capped, listed.result_count, listed.result_sum) == (True, 2, None)


def test_script_in_names_is_shown_as_text(incident: Any, user_as: Any, signed_in: Any) -> None:
    service = factories.ServiceFactory(incident=incident, name=SCRIPT)
    claimant = factories.ClaimantFactory(incident=incident, name=SCRIPT)
    claim = factories.ClaimFactory(
        incident=incident, service=service, name=SCRIPT, description=SCRIPT, channel=SCRIPT, claimant=claimant
    )
    client = signed_in(user_as("intake_staff"))
    for page in [*pages_of(claim), address("claim_correct", claim.pk), address("claim_reveal", claim.pk)]:
        text = client.get(page).content.decode()
        assert (SCRIPT in text, "&lt;script&gt;" in text) == (False, True), page


def test_decision_and_payment_stand_on_the_page_of_who_may_see_them(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    decided(incident, [200_000])
    drafted(incident)
    claim = Claim.objects.get()

    def titles(role: str) -> list[str]:
        page = signed_in(user_as(role)).get(address("claim_change", claim.pk), headers={"accept-language": "en"})
        return [panel.address.split("/")[2] if panel.address else "" for panel in page.context["panels"]]

    assert {role: titles(role) for role in ("intake_staff", "committee_member", "finance")} == {
        "intake_staff": ["claim"],
        "committee_member": ["claim", "decision"],
        "finance": ["claim", "decision", "batch"],
    }
    listed = signed_in(user_as("finance")).get(address("claim_changelist")).context["cl"].result_list
    assert [(claim.mark.word, claim.mark.tone) for claim in listed] == [("30,000원", "success")]
    hidden = signed_in(user_as("intake_staff")).get(address("claim_changelist"))
    assert "outcome" not in hidden.context["cl"].list_display


def test_reveal_without_reason_shows_and_records_nothing(planted: Claim, user_as: Any, signed_in: Any) -> None:
    response = signed_in(user_as("finance")).post(address("claim_reveal", planted.pk), {"reason": " "})
    assert (PHONE in response.content.decode(), Disclosure.objects.count()) == (False, 0)


def test_reveal_shows_the_numbers_once_and_records_who_and_why(planted: Claim, user_as: Any, signed_in: Any) -> None:
    user = user_as("finance")
    client = signed_in(user)
    response = client.post(address("claim_reveal", planted.pk), {"reason": "반송 확인"})
    text = response.content.decode()
    assert [PHONE in text, "120-81-47521" in text, ACCOUNT in text] == [True, True, True]
    assert response["Cache-Control"].split(",")[0] == "no-store"
    record = Disclosure.objects.get()
    assert (record.by, record.kind, record.subject, record.subject_key, record.fields, record.reason) == (
        user,
        "reveal",
        "claims.claim",
        str(planted.pk),
        "phone,registration_number,account",
        "반송 확인",
    )
    assert PHONE not in client.get(address("claim_reveal", planted.pk)).content.decode()


def test_correct_page_never_fills_numbers_in(planted: Claim, user_as: Any, signed_in: Any) -> None:
    page = signed_in(user_as("intake_staff")).get(address("claim_correct", planted.pk))
    form = page.context["form"]
    assert {name: form[name].value() for name in ("phone", "registration_number", "account")} == dict.fromkeys(
        ("phone", "registration_number", "account")
    )
    assert (form["name"].value(), form["version"].value()) == ("심은이름", 1)


def test_correct_page_saves_and_tells_it_in_the_history(planted: Claim, user_as: Any, signed_in: Any) -> None:
    staff = user_as("intake_staff")
    client = signed_in(staff)
    form = {"account": "333224444444", "claimed_loss": "250,000", "reason": "통장 사본", "version": 1}
    assert client.post(address("claim_correct", planted.pk), form).url == address("claim_change", planted.pk)
    page = client.get(address("claim_change", planted.pk))
    told = [(event.sentence, event.reason, person) for event, person, _act in page.context["events"] if event.reason]
    assert [(reason, person) for _sentence, reason, person in told] == [("통장 사본", staff)] * 2
    assert "200,000원 → 250,000원" in told[-1][0]
    assert "333224444444" not in page.content.decode()


def test_correct_page_refuses_a_stale_save_and_shows_both(planted: Claim, user_as: Any, signed_in: Any) -> None:
    client = signed_in(user_as("intake_staff"))
    form = {"name": "먼저", "reason": "정정", "version": 1}
    assert client.post(address("claim_correct", planted.pk), form).status_code == 302
    answer = client.post(address("claim_correct", planted.pk), {**form, "name": "나중"})
    assert answer.status_code == 200
    assert [(theirs, yours) for _label, theirs, yours in answer.context["stale"]] == [("먼저", "나중")]
    assert Claim.objects.get().name == "먼저"


@pytest.mark.parametrize(
    "form",
    [
        {"name": "새이름", "reason": ""},
        {"name": "새이름", "reason": "x", "version": ""},
        {"phone": "12", "reason": "x"},
    ],
)
def test_correct_page_refuses_what_is_not_whole(
    planted: Claim, user_as: Any, signed_in: Any, form: dict[str, str]
) -> None:
    answer = signed_in(user_as("intake_staff")).post(address("claim_correct", planted.pk), {"version": 1, **form})
    assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert (Claim.objects.get().name, Claim.objects.get().version) == ("심은이름", 1)


def test_cards_tell_intake_staff_what_waits_and_lead_to_it(incident: Any, user_as: Any, signed_in: Any) -> None:
    complete = factories.ClaimFactory(incident=incident)
    incomplete = factories.ClaimFactory(incident=incident, without_account=True)
    for claim in (complete, incomplete):
        factories.ClassificationFactory(claim=claim)
    late = factories.ClaimFactory(incident=incident, admission="late")
    factories.ClaimFactory(admission="inadmissible", without_account=True)
    staff = user_as("intake_staff")
    client = signed_in(staff)
    cards = [(card.count, rows(client.get(card.url))) for card in cards_for(staff)]
    assert cards == [(1, [incomplete.receipt_number]), (1, [late.receipt_number]), (1, [late.receipt_number])]
    assert cards_for(user_as("auditor")) == []
