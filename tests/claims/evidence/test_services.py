from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from claims.evidence.models import Evidence, EvidenceCheck
from claims.evidence.requirements import set_rules
from claims.evidence.rules import Need
from claims.evidence.selectors import claims_by_documents, standings_of
from claims.evidence.services import check, hand_in
from claims.models import Claim, EvidenceRule
from claims.register import fingerprints as told
from claims.register.fingerprints import fingerprints, follow_fingerprints
from relief.errors import NotAllowed, RuleBroken, StaleSave
from relief.files.models import StoredFile
from tests import factories
from tests.claims.evidence.conftest import as_file, pdf, png, xlsx

CERTIFICATE, SALES, USE = "small_business_certificate", "proof_of_lost_sales", "proof_of_business_use"


def given(clerk: Any, claim: Any, content: bytes | None = None, **more: Any) -> Evidence:
    """Hand a file in."""
    words = {"name": "확인서.pdf", "kind": CERTIFICATE, **more}
    return hand_in(by=clerk, claim=claim, file=as_file(pdf() if content is None else content), **words)


def refused(code: str) -> Any:
    """Expect the refusal of this code."""
    return pytest.raises(RuleBroken, check=lambda refusal: refusal.code == code)


def test_file_handed_in_waits_for_a_check(clerk: Any, claim: Any) -> None:
    row = given(clerk, claim, pdf(2), note=" 팩스로 받음 ")
    assert (row.state, row.content_type, row.pages, row.note) == ("received", "pdf", 2, "팩스로 받음")
    assert (row.uploaded_by, row.stored_file.purpose, row.stored_file.incident_id) == (
        clerk,
        "evidence",
        claim.incident_id,
    )


def test_name_ends_as_the_bytes_say(clerk: Any, claim: Any) -> None:
    assert given(clerk, claim, png(), name="../../evil.html").name == "evil.html.png"


@pytest.mark.parametrize(
    ("content", "more", "code"),
    [
        (b"", {}, "file_empty"),
        (b"<html>", {}, "evidence_type_refused"),
        (None, {"kind": "unheard_of"}, "unknown_kind"),
        (b"%PDF-1.4 broken", {}, "evidence_type_refused"),
    ],
)
def test_file_that_cannot_be_kept_is_refused(
    clerk: Any, claim: Any, content: bytes | None, more: dict[str, str], code: str
) -> None:
    with refused(code):
        given(clerk, claim, content, **more)
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()


def test_file_above_the_limit_is_refused(clerk: Any, claim: Any, settings: Any) -> None:
    settings.EVIDENCE_FILE_SIZE = 100
    with refused("file_too_large"):
        given(clerk, claim)


def test_same_bytes_twice_on_a_claim_are_refused(clerk: Any, claim: Any) -> None:
    given(clerk, claim)
    with refused("one_evidence_per_content"):
        given(clerk, claim, name="anders.pdf", kind=SALES)
    assert Evidence.objects.count() == 1


def test_same_bytes_on_another_claim_are_a_fingerprint(clerk: Any, claim: Any, monkeypatch: Any) -> None:
    heard: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(told, "_followers", [])
    follow_fingerprints(lambda incident, claims: heard.append((incident, list(claims))))
    other = factories.ClaimFactory(incident=claim.incident)
    first, second = given(clerk, claim), given(clerk, other)
    rows = fingerprints()["evidence"]().values_list("claim_id", "fingerprint")
    assert sorted(rows) == sorted([(claim.pk, first.sha256), (other.pk, second.sha256)])
    assert (first.sha256 == second.sha256, heard) == (
        True,
        [(claim.incident_id, [claim.pk]), (claim.incident_id, [other.pk])],
    )


def test_two_at_once_keep_the_same_bytes_once(
    transactional_db: None, private_folder: Any, race: Callable[[Any], list[Any]]
) -> None:
    claim = factories.ClaimFactory()
    clerk = factories.UserFactory(intake_staff=True, incident=claim.incident)
    results = race([lambda: given(clerk, claim), lambda: given(clerk, claim)])
    assert sorted(getattr(result, "code", result.__class__.__name__) for result in results) == [
        "Evidence",
        "one_evidence_per_content",
    ]


@pytest.mark.parametrize("role", ["committee_member", "secretary", "chair", "manager", "finance", "auditor"])
def test_readers_neither_hand_in_nor_check(user_as: Any, clerk: Any, claim: Any, role: str) -> None:
    reader, row = user_as(role), given(clerk, claim)
    with pytest.raises(NotAllowed):
        given(reader, claim, png())
    with pytest.raises(NotAllowed):
        check(by=reader, evidence=row, verdict="accepted", version=row.version)


def test_check_is_recorded_and_corrected_by_a_later_one(clerk: Any, claim: Any) -> None:
    row = given(clerk, claim)
    row = check(by=clerk, evidence=row, verdict="accepted", version=row.version, kind=SALES)
    row = check(by=clerk, evidence=row, verdict="refused", version=row.version, code="wrong_period")
    row.refresh_from_db()
    assert (row.state, row.kind, row.version) == ("refused", SALES, 3)
    assert list(row.checks.values_list("verdict", "code", "by")) == [
        ("accepted", "", clerk.pk),
        ("refused", "wrong_period", clerk.pk),
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"verdict": "replaced"}, "unknown_verdict"),
        ({"verdict": "refused"}, "reason_missing"),
        ({"verdict": "to_replace", "code": "no such reason"}, "reason_missing"),
        ({"verdict": "refused", "code": "other"}, "reason_not_in_words"),
        ({"verdict": "accepted", "kind": "unheard_of"}, "unknown_kind"),
    ],
)
def test_unsound_check_is_refused(clerk: Any, claim: Any, words: dict[str, str], code: str) -> None:
    row = given(clerk, claim)
    with refused(code):
        check(by=clerk, evidence=row, version=row.version, **words)
    assert not EvidenceCheck.objects.exists()


def test_same_verdict_again_is_refused_but_for_another_kind(clerk: Any, claim: Any) -> None:
    row = given(clerk, claim)
    row = check(by=clerk, evidence=row, verdict="accepted", version=row.version)
    with refused("evidence_moves_as_its_table_says"):
        check(by=clerk, evidence=row, verdict="accepted", version=row.version)
    assert check(by=clerk, evidence=row, verdict="accepted", version=row.version, kind=USE).kind == USE


def test_stale_check_is_refused(clerk: Any, claim: Any) -> None:
    row = given(clerk, claim)
    check(by=clerk, evidence=row, verdict="accepted", version=row.version)
    with pytest.raises(StaleSave):
        check(by=clerk, evidence=row, verdict="refused", version=row.version, code="illegible")
    assert row.checks.count() == 1


def test_two_checks_at_once_leave_one(
    transactional_db: None, private_folder: Any, race: Callable[[Any], list[Any]]
) -> None:
    claim = factories.ClaimFactory()
    clerk = factories.UserFactory(intake_staff=True, incident=claim.incident)
    row = given(clerk, claim)

    def say(verdict: str, code: str) -> Any:
        return check(by=clerk, evidence=row, verdict=verdict, version=row.version, code=code)

    results = race([lambda: say("accepted", ""), lambda: say("refused", "illegible")])
    assert sorted(getattr(result, "code", result.__class__.__name__) for result in results) == [
        "Evidence",
        "stale_save",
    ]
    assert EvidenceCheck.objects.count() == 1


def test_replacing_keeps_the_old_one(clerk: Any, claim: Any) -> None:
    old = given(clerk, claim)
    old = check(by=clerk, evidence=old, verdict="to_replace", version=old.version, code="illegible")
    new = given(clerk, claim, pdf(2), replaces=old)
    old.refresh_from_db()
    assert (old.state, old.replaced_by, new.state) == ("replaced", new, "received")
    with refused("evidence_moves_as_its_table_says"):
        check(by=clerk, evidence=old, verdict="accepted", version=old.version)
    with refused("evidence_moves_as_its_table_says"):
        given(clerk, claim, pdf(3), replaces=old)


def test_claim_taken_out_meanwhile_gets_nothing(clerk: Any, claim: Any) -> None:
    Claim.objects.filter(pk=claim.pk).delete()
    with refused("claim_gone"):
        given(clerk, claim)


def test_item_of_another_claim_is_not_replaced(clerk: Any, claim: Any) -> None:
    other = given(clerk, factories.ClaimFactory(incident=claim.incident))
    with refused("replaces_another_claims"):
        given(clerk, claim, pdf(2), replaces=other)
    assert Evidence.objects.get().state == "received"


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM claims_evidence", "evidence_stays_what_it_was"),
        ("UPDATE claims_evidence SET sha256 = 'x'", "evidence_stays_what_it_was"),
        ("UPDATE claims_evidence SET claim_id = claim_id + 1", "evidence_stays_what_it_was"),
        ("UPDATE claims_evidence SET state = 'replaced'", "replaced_evidence_names_the_new_one"),
        ("UPDATE claims_evidencecheck SET note = 'x'", "evidence_checks_are_append_only"),
        ("DELETE FROM claims_evidencecheck", "evidence_checks_are_append_only"),
        ("UPDATE claims_evidencecheck SET code = ''", "evidence_checks_are_append_only"),
    ],
)
def test_database_refuses_to_change_the_past(clerk: Any, claim: Any, statement: str, rule: str) -> None:
    row = given(clerk, claim)
    check(by=clerk, evidence=row, verdict="refused", version=row.version, code="illegible")
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert error.value.__cause__.diag.constraint_name == rule


def needs(incident: Any, chair: Any, *kinds: str, loss_over: int = 500_000) -> None:
    """Put a rule for small businesses into force."""
    wanted = [Need(incident.pk, loss_over, ("small_business",), kinds)] if kinds else []
    set_rules(by=chair, incident_id=incident.pk, basis="measure:1", label="정책 v1", needs=wanted)


def test_new_rules_end_those_of_the_same_basis(incident: Any, user_as: Any) -> None:
    chair = user_as("chair")
    needs(incident, chair, CERTIFICATE)
    needs(incident, chair, SALES)
    first, second = EvidenceRule.objects.order_by("pk")
    assert (first.ended_at is not None, second.ended_at, second.kinds) == (True, None, [SALES])
    needs(incident, chair)
    assert not EvidenceRule.objects.filter(ended_at=None).exists()


def test_rule_in_force_cannot_be_rewritten(incident: Any, user_as: Any) -> None:
    needs(incident, user_as("chair"), CERTIFICATE)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceRule.objects.update(kinds=[SALES])


def test_rules_are_set_only_with_the_permission_and_known_kinds(incident: Any, user_as: Any) -> None:
    with pytest.raises(NotAllowed):
        needs(incident, user_as("intake_staff"), CERTIFICATE)
    with refused("unknown_kind"):
        needs(incident, user_as("chair"), "unheard_of")


def test_documents_stand_the_same_in_the_list_and_in_the_filter(
    incident: Any, user_as: Any, clerk: Any, claim: Any
) -> None:
    needs(incident, user_as("chair"), CERTIFICATE, SALES)
    below = factories.ClaimFactory(incident=incident, claimed_loss=500_000)
    without = factories.ClaimFactory(incident=incident, claimed_loss=None)
    classified = factories.ClaimFactory(incident=incident, claimed_loss=900_000)
    factories.ClassificationFactory(claim=classified, reporter_type="general_user")
    affiliate = factories.ClaimFactory(incident=incident, claimed_loss=900_000, affiliate=True)
    elsewhere = factories.ClaimFactory(claimed_loss=900_000)
    complete = factories.ClaimFactory(incident=incident, claimed_loss=600_000)
    for kind, content in ((CERTIFICATE, png()), (SALES, xlsx())):
        row = given(clerk, complete, content, kind=kind)
        check(by=clerk, evidence=row, verdict="accepted", version=row.version)
    given(clerk, claim)

    def narrowed(word: str) -> set[int]:
        return set(claims_by_documents(Claim.objects.all(), word).values_list("pk", flat=True))

    assert narrowed("none") == {below.pk, without.pk, classified.pk, elsewhere.pk, affiliate.pk}
    assert narrowed("missing") == narrowed("check") == {claim.pk}
    assert narrowed("complete") == {complete.pk}
    standings = standings_of([claim.pk, complete.pk, below.pk])
    assert set(standings) == {claim.pk, complete.pk}
    assert (standings[claim.pk].done, standings[claim.pk].missing) == (0, (SALES,))


def test_standings_of_many_claims_take_three_questions(
    incident: Any, clerk: Any, claim: Any, django_assert_num_queries: Any
) -> None:
    others = [factories.ClaimFactory(incident=incident) for _ in range(3)]
    given(clerk, claim)
    for keys in ([claim.pk], [claim.pk, *(other.pk for other in others)]):
        with django_assert_num_queries(3):
            standings_of(keys)
