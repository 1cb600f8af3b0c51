"""The pages of the payouts, each as its own role."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse

from committee.models import Approval, BankFile, Batch, Payment
from committee.payouts.exports import export
from relief.audit.models import Disclosure
from relief.site.home import cards_for
from tests import factories
from tests.committee.factories import approved, carried_out, decided, drafted, submitted

pytestmark = pytest.mark.django_db


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:committee_{name}", args=args)


def sentences(response: Any) -> list[str]:
    """Return the refusals shown on a page."""
    return [str(error) for error in response.context["form"].non_field_errors()]


@pytest.mark.parametrize("role", ["finance", "manager", "auditor"])
def test_lists_and_pages_open_to_readers(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    decided(incident)
    batch = approved(incident)
    client = signed_in(user_as(role))
    payment = batch.payments.get(line=1)
    for page in (
        address("batch_changelist"),
        address("batch_change", batch.pk),
        address("payment_changelist") + f"?batch={batch.pk}",
        address("payment_change", payment.pk),
        address("bankfile_changelist"),
    ):
        assert client.get(page).status_code == 200, page


def test_payments_show_accounts_masked(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, (100,), account="110123456789")
    drafted(incident)
    page = signed_in(user_as("finance")).get(address("payment_changelist")).content.decode()
    assert "••••••••6789" in page
    assert "110123456789" not in page


def test_search_by_payee_is_recorded(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident, (100, 200))
    drafted(incident)
    name = Payment.objects.get(line=1).payee_name
    user = user_as("finance")
    response = signed_in(user).get(address("payment_changelist"), {"q": name})
    assert [row.line for row in response.context["cl"].result_list] == [1]
    record = Disclosure.objects.get()
    assert (record.by, record.kind, record.subject) == (user, "search", "committee.payment")


def test_batch_of_another_incident_is_not_found(incident: Any, signed_in: Any) -> None:
    decided(incident)
    batch = drafted(incident)
    stranger = factories.UserFactory(finance=True, incident=factories.IncidentFactory())
    client = signed_in(stranger)
    assert client.get(address("batch_submit", batch.pk)).status_code == 404
    assert client.get(address("payment_changelist"), {"batch": batch.pk}).context["cl"].result_list.count() == 0
    assert client.get(address("batch_change", batch.pk)).status_code == 302


def test_compose_page_previews_then_composes_once(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    client = signed_in(user_as("finance"))
    page = client.get(address("batch_compose"), {"tier": "1"})
    assert (page.context["preview"].claims, page.context["preview"].total) == (1, 30_000)
    form = {"selection": '{"tier": "1"}', "form_key": str(page.context["form"]["form_key"].value())}
    first = client.post(address("batch_compose"), form)
    batch = Batch.objects.get()
    assert first.url == address("batch_change", batch.pk)
    second = client.post(address("batch_compose"), form)
    assert second.status_code == 200
    assert len(sentences(second)) == 1
    carried_out(batch.job)
    batch.refresh_from_db()
    assert (Batch.objects.count(), batch.line_count, batch.selection) == (1, 1, {"tier": "1"})


def test_compose_page_without_a_filter_composes_all_that_is_payable(
    incident: Any, user_as: Any, signed_in: Any
) -> None:
    decided(incident)
    client = signed_in(user_as("finance"))
    page = client.get(address("batch_compose"))
    form = {"selection": page.context["form"]["selection"].value(), "form_key": str(uuid.uuid4())}
    answer = client.post(address("batch_compose"), form)
    batch = Batch.objects.get()
    assert (answer.url, batch.selection) == (address("batch_change", batch.pk), {})


def test_compose_page_with_values_that_do_not_fit_shows_why(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    client = signed_in(user_as("finance"))
    page = client.get(address("batch_compose"), {"amount_from": "many"})
    assert "preview" not in page.context
    assert list(page.context["filter_form"].errors) == ["amount_from"]
    long = '{"tier": ' + "9" * 5_000 + "}"
    for selection in ("[]", "nonsense", '{"amount_from": "many"}', '{"tier": ["1"]}', long, "[" * 100_000):
        answer = client.post(address("batch_compose"), {"selection": selection, "form_key": str(uuid.uuid4())})
        assert answer.status_code == 200
    assert Batch.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "auditor", "secretary"])
def test_compose_page_is_shut_without_the_permission(incident: Any, user_as: Any, signed_in: Any, role: str) -> None:
    assert signed_in(user_as(role)).get(address("batch_compose")).status_code == 403


def test_batch_walks_from_draft_to_the_bank(incident: Any, user_as: Any, signed_in: Any, private_folder: Any) -> None:
    decided(incident)
    finance, manager = user_as("finance"), user_as("manager")
    batch = drafted(incident, by=finance)
    client = signed_in(finance)
    assert client.post(address("batch_submit", batch.pk)).status_code == 302
    page = signed_in(manager).get(address("batch_approve", batch.pk))
    shown = page.context["form"]["lines_sha256"].value()
    assert client.post(address("batch_approve", batch.pk), {"lines_sha256": shown}).status_code == 302
    client = signed_in(finance)
    assert client.post(address("batch_export", batch.pk)).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "exported"
    file = BankFile.objects.get()
    first = client.post(address("bankfile_download", file.pk), {"reason": "은행 전송"})
    second = client.post(address("bankfile_download", file.pk), {"reason": "재전송"})
    assert b"".join(first.streaming_content) == b"".join(second.streaming_content)
    assert [row.reason for row in Disclosure.objects.order_by("pk")] == ["은행 전송", "재전송"]


def test_second_submission_and_approval_have_no_further_effect(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    finance, manager = user_as("finance"), user_as("manager")
    batch = submitted(incident, by=finance)
    again = signed_in(finance).post(address("batch_submit", batch.pk))
    assert (again.status_code, len(sentences(again))) == (200, 1)
    client = signed_in(manager)
    form = {"lines_sha256": batch.lines_sha256}
    assert client.post(address("batch_approve", batch.pk), form).status_code == 302
    twice = client.post(address("batch_approve", batch.pk), form)
    assert (twice.status_code, len(sentences(twice))) == (200, 1)
    assert Approval.objects.count() == 1


def test_composer_sees_why_he_may_not_approve(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    both = user_as("finance", "manager")
    batch = submitted(incident, by=both)
    page = signed_in(both).get(address("batch_change", batch.pk))
    shut = {act.url.split("/")[-2]: bool(act.why_not) for act in page.context["panel"].acts}
    assert shut == {"approve": True, "send-back": True, "withdraw": False}


def test_send_back_page_keeps_the_reason(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    batch = submitted(incident)
    client = signed_in(user_as("manager"))
    form = {"lines_sha256": batch.lines_sha256, "reason": ""}
    assert client.post(address("batch_send_back", batch.pk), form).status_code == 200
    assert client.post(address("batch_send_back", batch.pk), {**form, "reason": "확인"}).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.reason) == ("draft", "확인")


def test_withdraw_and_cancel_pages_ask_for_a_reason(incident: Any, user_as: Any, signed_in: Any) -> None:
    decided(incident)
    finance = user_as("finance")
    batch = submitted(incident, by=finance)
    client = signed_in(finance)
    assert client.post(address("batch_withdraw", batch.pk), {"reason": ""}).status_code == 200
    assert client.post(address("batch_withdraw", batch.pk), {"reason": "정정"}).status_code == 302
    assert client.post(address("batch_cancel", batch.pk), {"reason": "정정"}).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "cancelled"


def test_cards_tell_each_role_its_own_work(incident: Any, user_as: Any) -> None:
    decided(incident)
    assert [(card.count, card.sum) for card in cards_for(user_as("finance"))] == [(2, 80_000)]
    submitted(incident)
    assert [(card.count, card.sum) for card in cards_for(user_as("manager"))] == [(1, 80_000)]
    assert cards_for(user_as("finance")) == []


def test_download_is_shut_to_readers(incident: Any, user_as: Any, signed_in: Any, private_folder: Any) -> None:
    decided(incident)
    batch = approved(incident)
    file = export(by=user_as("finance"), batch=batch)
    client = signed_in(user_as("auditor"))
    assert client.get(address("bankfile_change", file.pk)).status_code == 200
    assert client.post(address("bankfile_download", file.pk), {"reason": "x"}).status_code == 403
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize(
    "query", ["account_sealed__startswith=1", "payee_name__startswith=k", "claim__phone_index__isnull=0", "line__gt=1"]
)
def test_filter_by_a_word_that_is_not_offered_is_refused(
    incident: Any, user_as: Any, signed_in: Any, query: str
) -> None:
    assert signed_in(user_as("finance")).get(f"{address('payment_changelist')}?{query}").status_code == 400
