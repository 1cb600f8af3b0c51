from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.evidence.bulk import receive_archive
from claims.evidence.models import Evidence, EvidenceState
from claims.evidence.panels import evidence_events, evidence_flags, evidence_panel, open_points, tab_address
from claims.evidence.requirements import set_rules
from claims.evidence.rules import Need
from claims.evidence.services import check, hand_in
from claims.register.models import Claim
from relief.audit.models import Disclosure
from relief.jobs.services import carry_out
from tests import factories
from tests.claims.evidence.conftest import as_file, heic, packed, pdf, png
from tests.committee.factories import decided

KINDS = ("small_business_certificate", "proof_of_lost_sales", "proof_of_business_use")


@pytest.fixture
def office(clerk: Any, signed_in: Callable[..., Client]) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


@pytest.fixture
def item(clerk: Any, claim: Any) -> Evidence:
    """A PDF of two pages that waits for a check."""
    return hand_in(by=clerk, claim=claim, file=as_file(pdf(2)), name="매출.pdf", kind="proof_of_lost_sales")


def address(page: str, key: int) -> str:
    """Return the address of a page of evidence."""
    return reverse(f"admin:claims_evidence_{page}", args=(key,))


def upload(claim: Any, **query: Any) -> str:
    """Return the address that takes files for a claim."""
    return reverse("admin:claims_claim_upload_evidence", args=(claim.pk,), query=query or None)


def file_of(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it, with a type that lies."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_several_files_are_handed_in_by_the_plain_form(office: Client, claim: Any) -> None:
    files = [file_of("확인서.pdf", pdf()), file_of("매출.png", png()), file_of("x.html", b"<html>")]
    response = office.post(upload(claim), {"uploads": files, "kind": ""}, follow=True)
    assert response.redirect_chain == [(tab_address(claim.pk), 302)]
    assert list(Evidence.objects.order_by("pk").values_list("name", "kind")) == [
        ("확인서.pdf", "small_business_certificate"),
        ("매출.png", "proof_of_lost_sales"),
    ]
    assert [message.level_tag for message in response.context["messages"]] == ["warning", "success"]


def test_script_is_answered_in_json(office: Client, claim: Any) -> None:
    header = {"X-Requested-With": "XMLHttpRequest"}
    kept = office.post(upload(claim), {"uploads": file_of("a.png", png())}, headers=header)
    again = office.post(upload(claim), {"uploads": file_of("b.png", png())}, headers=header)
    nothing = office.post(upload(claim), {}, headers=header)
    assert [(answer.status_code, answer.json()["ok"]) for answer in (kept, again, nothing)] == [
        (200, True),
        (422, False),
        (422, False),
    ]


def test_one_file_takes_the_place_of_one_item(office: Client, claim: Any, item: Evidence) -> None:
    assert str(item) in office.get(upload(claim, replaces=item.pk)).content.decode()
    office.post(upload(claim), {"uploads": file_of("b.pdf", pdf(3)), "replaces": item.pk})
    item.refresh_from_db()
    assert (item.state, item.replaced_by.kind) == ("replaced", item.kind)
    response = office.post(upload(claim), {"uploads": [file_of("c", png()), file_of("d", pdf())], "replaces": item.pk})
    assert (response.status_code, Evidence.objects.count()) == (200, 2)


def test_check_goes_on_to_the_next_item(office: Client, clerk: Any, claim: Any, item: Evidence) -> None:
    other = factories.ClaimFactory(incident=claim.incident)
    second = hand_in(by=clerk, claim=other, file=as_file(png()), name="b.png", kind="other")
    third = hand_in(by=clerk, claim=claim, file=as_file(png()), name="c.png", kind="other")
    words = {"verdict": "accepted", "kind": item.kind, "version": 1}
    queue = office.post(address("check", item.pk), {**words, "goes_on_in": "queue"})
    assert queue["Location"] == address("change", second.pk)
    mine = office.post(address("check", third.pk), {**words, "kind": "other", "goes_on_in": "claim"})
    assert mine["Location"] == tab_address(claim.pk, third.pk)
    last = office.post(address("check", second.pk), {**words, "kind": "other", "goes_on_in": "queue"})
    assert last["Location"] == reverse("admin:claims_evidence_changelist")
    assert not Evidence.objects.filter(state=EvidenceState.RECEIVED).exists()


def test_refused_check_stays_on_its_page(office: Client, item: Evidence) -> None:
    response = office.post(address("check", item.pk), {"verdict": "refused", "version": 1})
    assert _("Choose the reason why the item is not accepted.") in response.content.decode()
    office.post(address("check", item.pk), {"verdict": "accepted", "version": 1})
    stale = office.post(address("check", item.pk), {"verdict": "refused", "code": "illegible", "version": 1})
    assert (stale.status_code, item.checks.count()) == (200, 1)


def test_picture_is_one_of_ours_and_runs_nowhere(office: Client, item: Evidence) -> None:
    response = office.get(address("picture", item.pk), {"page": 2})
    assert (response["Content-Type"], response.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"].startswith("private, no-store")


@pytest.mark.parametrize(
    ("page", "status"), [("3", 422), ("0", 200), ("-1", 200), ("x", 200), ("9" * 30, 200), ("²", 200)]
)
def test_page_that_is_not_there_is_said_so(office: Client, item: Evidence, page: str, status: int) -> None:
    assert office.get(address("picture", item.pk), {"page": page}).status_code == status


def test_viewing_is_recorded_once_a_session_not_once_a_page(
    user_as: Any, item: Evidence, signed_in: Callable[..., Client]
) -> None:
    member = user_as("committee_member")
    browser = signed_in(member)
    for page in (1, 2, 1):
        browser.get(address("picture", item.pk), {"page": page})
    seen = Disclosure.objects.get(subject="claims.evidence")
    assert (seen.by, seen.kind, seen.subject_key, seen.incident_id) == (
        member,
        "view",
        str(item.pk),
        item.claim.incident_id,
    )
    browser.logout()
    signed_in(member).get(address("picture", item.pk))
    assert Disclosure.objects.filter(subject="claims.evidence").count() == 2


def test_what_no_page_shows_is_only_downloaded(office: Client, clerk: Any, claim: Any) -> None:
    row = hand_in(by=clerk, claim=claim, file=as_file(heic()), name="photo.heic", kind="other")
    assert office.get(address("picture", row.pk)).status_code == 404
    response = office.get(reverse("stored_file", args=(row.stored_file_id,)))
    assert response.getvalue() == heic()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert Disclosure.objects.get().kind == "download"


@pytest.mark.parametrize("key", ["0", "x", "9" * 25, "²"])
def test_address_of_nothing_answers_not_found(office: Client, key: str) -> None:
    assert office.get(f"/claims/evidence/{key}/picture/").status_code == 404


def test_evidence_of_another_incident_is_shut(office: Client, item: Evidence, private_folder: Any) -> None:
    stranger = factories.EvidenceFactory()
    for page in ("picture", "change", "check"):
        assert office.get(address(page, stranger.pk)).status_code == 404
    assert office.get(reverse("stored_file", args=(stranger.stored_file_id,))).status_code == 403
    assert office.get(upload(stranger.claim)).status_code == 404
    own_tab = office.get(f"{tab_address(item.claim_id)}&item={stranger.pk}")
    assert own_tab.context["tab"]["chosen"] == item


def test_item_of_another_claim_is_not_shown_on_a_claims_tab(office: Client, clerk: Any, item: Evidence) -> None:
    other = factories.ClaimFactory(incident=item.claim.incident)
    response = office.get(f"{tab_address(other.pk)}&item={item.pk}")
    assert response.context["tab"]["chosen"] is None


def test_list_shows_what_waits_oldest_first(office: Client, clerk: Any, claim: Any, item: Evidence) -> None:
    done = hand_in(by=clerk, claim=claim, file=as_file(png()), name="b.png", kind="other")
    check(by=clerk, evidence=done, verdict="accepted", version=1)
    listed = reverse("admin:claims_evidence_changelist")
    assert [row.pk for row in office.get(listed).context["cl"].result_list] == [item.pk]
    assert len(office.get(listed, {"state": "all"}).context["cl"].result_list) == 2
    assert [row.pk for row in office.get(listed, {"state": "accepted"}).context["cl"].result_list] == [done.pk]


def test_tab_asks_the_same_number_of_questions_for_any_number_of_items(
    office: Client, clerk: Any, claim: Any, item: Evidence, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for colour in ("red", "green", "blue"):
        with django_assert_max_num_queries(60) as asked:
            office.get(tab_address(claim.pk))
        counts.append(len(asked.captured_queries))
        row = hand_in(by=clerk, claim=claim, file=as_file(png(colour)), name=f"{colour}.png", kind="other")
        check(by=clerk, evidence=row, verdict="accepted", version=1)
    assert counts[1] == counts[2]


def test_claim_shows_how_far_its_documents_are(office: Client, user_as: Any, clerk: Any, item: Evidence) -> None:
    claim = item.claim
    needs = [Need(claim.incident_id, 500_000, ("small_business",), KINDS)]
    set_rules(by=user_as("chair"), incident_id=claim.incident_id, basis="measure:1", label="정책", needs=needs)
    check(by=clerk, evidence=item, verdict="accepted", version=1)
    hand_in(by=clerk, claim=claim, file=as_file(png()), name="b.png", kind=KINDS[0])
    panel: Any = evidence_panel(claim, clerk)
    assert (len(panel.rows), panel.mark.tone) == (3, "warning")
    assert [mark.tone for mark in evidence_flags([claim.pk])[claim.pk]] == ["warning", "info"]
    assert open_points(claim) == 2
    assert [event.act for event in evidence_events(claim)] == [
        "claims.hand_in_evidence",
        "claims.hand_in_evidence",
        "claims.check_evidence",
    ]
    listed = office.get(reverse("admin:claims_claim_changelist"), {"documents": "missing"})
    assert [row.pk for row in listed.context["cl"].result_list] == [claim.pk]


def test_claim_without_need_and_items_shows_nothing(clerk: Any, claim: Any) -> None:
    assert (evidence_panel(claim, clerk), evidence_flags([claim.pk]), open_points(claim)) == (None, {}, 0)


def test_archive_is_handed_in_reported_and_assigned(office: Client, claim: Any) -> None:
    content = packed({"K22-1019-000045.png": png(), "누구.png": png("red"), "=cmd.txt": b"text"})
    received = office.post(
        reverse("admin:claims_evidencearchive_receive"), {"file": file_of("a.zip", content), "kind": "other"}
    )
    again = office.post(reverse("admin:claims_evidencearchive_receive"), {"file": file_of("b.zip", content)})
    assert received["Location"] == again["Location"]
    page = received["Location"]
    archive = office.get(page).context["archive"]
    carry_out(archive.job_id)
    shown = office.get(page, {"outcome": "unknown_number"})
    assert [file.name for file, _tone, _open in shown.context["files"]] == ["누구.png"]
    report = office.get(reverse("admin:claims_evidencearchive_report", args=(archive.pk,)))
    assert report.getvalue()[:2] == b"PK"
    assert Disclosure.objects.get(subject="claims.evidencearchive").kind == "download"
    assign = reverse("admin:claims_evidencearchive_assign", args=(archive.pk,), query={"file": 2})
    assert office.get(assign).context["form"].initial["number"] == "2"
    settled = office.post(assign, {"number": "2", "receipt_number": claim.receipt_number, "kind": "other"})
    assert (settled["Location"], claim.evidence.count()) == (page, 2)
    listed = office.get(reverse("admin:claims_evidencearchive_changelist"))
    assert [row.pk for row in listed.context["cl"].result_list] == [archive.pk]


def test_stored_archive_is_open_to_nobody_without_the_permission(
    clerk: Any, claim: Any, user_as: Any, signed_in: Callable[..., Client]
) -> None:
    archive = receive_archive(by=clerk, incident=claim.incident, file=as_file(packed({"a.png": png()})), name="a.zip")
    where = reverse("stored_file", args=(archive.stored_file_id,))
    assert signed_in(user_as("committee_member")).get(where).status_code == 403
    response = signed_in(clerk).get(where)
    assert (response.status_code, response.getvalue()[:2]) == (200, b"PK")


def test_next_step_of_an_examined_claim_names_the_evidence_that_waits(
    user_as: Any, signed_in: Callable[..., Client], incident: Any, private_folder: Any
) -> None:
    clerk, member = user_as("intake_staff"), user_as("committee_member")
    decided(incident, [900_000])
    claim = Claim.objects.get()
    page = reverse("admin:claims_claim_change", args=(claim.pk,))

    def told() -> list[tuple[str, Any]]:
        steps = [signed_in(user).get(page).context["next_step"] for user in (clerk, member)]
        return [(step["code"], step["sentence"]) for step in steps]

    assert [code for code, _sentence in told()] == ["follow", "examine"]
    needs = [Need(incident.pk, 500_000, (claim.reporter_type,), KINDS[:1])]
    set_rules(by=user_as("chair"), incident_id=incident.pk, basis="measure:1", label="정책", needs=needs)
    missing = _("Ask the claimant for the evidence that is missing and hand it in.")
    assert told() == [("prove", missing)] * 2
    item = hand_in(by=clerk, claim=claim, file=as_file(png()), name="a.png", kind=KINDS[0])
    step = signed_in(clerk).get(page).context["next_step"]
    waits = _("Check the evidence that was handed in; then the committee examines it.")
    assert (step["sentence"], step["address"]) == (waits, tab_address(claim.pk))
    check(by=clerk, evidence=item, verdict="accepted", version=1)
    assert [code for code, _sentence in told()] == ["follow", "examine"]
