"""A file holds what was frozen, masked unless a person said why not, and no claim stands in two live files."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from python_calamine import CalamineWorkbook

from claims.models import Referral, ReferralFile
from claims.register.services import correct_claim
from claims.triage.referral.packing import freeze_lines
from claims.triage.referral.services import start_referral
from relief.errors import NotAllowed, RuleBroken, database_rules
from relief.files.services import open_stored
from relief.jobs.models import Job
from relief.jobs.services import cancel as cancel_job
from relief.jobs.services import carry_out
from tests import factories

pytestmark = pytest.mark.django_db


def lines_of(file: ReferralFile) -> list[list[str]]:
    assert file.text_file is not None
    with open_stored(file.text_file) as content:
        return list(csv.reader(io.StringIO(content.read().decode("utf-8-sig"))))


def test_packed_file_holds_the_claims_of_its_affiliate_only(
    affiliate: Any, incident: Any, claim_of: Any, packed: Any
) -> None:
    claims = [claim_of(affiliate, claimed_loss=100), claim_of(affiliate, claimed_loss=None)]
    claim_of(factories.OperatorFactory(incident=incident, affiliate=True))
    claim_of(factories.OperatorFactory(incident=incident))
    file = packed(affiliate)
    assert (file.state, file.number, file.line_count, file.loss_sum) == ("packed", 1, 2, 100)
    assert [row[0] for row in lines_of(file)[1:]] == [claim.receipt_number for claim in claims]


def test_packed_numbers_leave_masked(affiliate: Any, claim_of: Any, packed: Any) -> None:
    claim_of(affiliate, phone="01012345678")
    assert "•••••••5678" in lines_of(packed(affiliate))[1]


def test_packed_numbers_leave_in_clear_with_a_reason(affiliate: Any, claim_of: Any, packed: Any) -> None:
    claim_of(affiliate, phone="01012345678")
    assert "01012345678" in lines_of(packed(affiliate, in_clear=True, clear_reason="연락"))[1]


def test_packed_workbook_has_its_lines_and_a_control_sheet(affiliate: Any, claim_of: Any, packed: Any) -> None:
    claim = claim_of(affiliate, name="=1+1")
    file = packed(affiliate)
    with open_stored(file.workbook) as content:
        data = content.read()
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    lines, control = (book.get_sheet_by_index(place).to_python() for place in range(2))
    assert (lines[1][0], "=1+1" in lines[1]) == (claim.receipt_number, True)
    assert all(isinstance(cell, str) for row in lines for cell in row)
    assert file.text_file.sha256 in {row[1] for row in control}
    assert hashlib.sha256(data).hexdigest() == file.workbook.sha256


def test_claim_corrected_after_freezing_leaves_as_frozen(affiliate: Any, claim_of: Any, staff: Any) -> None:
    claim = claim_of(affiliate, name="김처음", claimed_loss=100, phone="01012345678")
    file = start_referral(by=staff, operator=affiliate, ground="동의", columns=["name", "claimed_loss", "phone"])
    with transaction.atomic():
        freeze_lines(file)
    changes = {"name": "김나중", "claimed_loss": "700", "phone": "010-9999-8888"}
    correct_claim(by=staff, claim=claim, version=1, reason="정정", changes=changes)
    assert carry_out(file.job.pk) == Job.State.DONE
    file.refresh_from_db()
    assert {"김처음", "100", "•••••••5678"} <= set(lines_of(file)[1])
    assert file.loss_sum == 100


def test_cancelled_packing_frees_the_claims(affiliate: Any, claim_of: Any, staff: Any) -> None:
    claim_of(affiliate)
    file = start_referral(by=staff, operator=affiliate, ground="동의", columns=[])
    cancel_job(job=file.job, by=staff)
    file.refresh_from_db()
    assert (file.state, bool(file.cancel_reason)) == ("cancelled", True)
    assert start_referral(by=staff, operator=affiliate, ground="동의", columns=[]).number == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ground": " "}, "reason_missing"),
        ({"in_clear": True}, "clear_numbers_need_reason"),
    ],
)
def test_referral_without_a_word_on_why_is_refused(
    affiliate: Any, claim_of: Any, staff: Any, given: dict[str, Any], code: str
) -> None:
    claim_of(affiliate)
    with pytest.raises(RuleBroken) as refusal:
        start_referral(by=staff, **{"operator": affiliate, "ground": "동의", "columns": [], **given})
    assert (refusal.value.code, ReferralFile.objects.count()) == (code, 0)


def test_referral_of_nothing_is_refused(affiliate: Any, staff: Any) -> None:
    with pytest.raises(RuleBroken) as refusal:
        start_referral(by=staff, operator=affiliate, ground="동의", columns=[])
    assert refusal.value.code == "nothing_waits_for_referral"


def test_referral_to_the_own_company_is_refused(incident: Any, staff: Any) -> None:
    with pytest.raises(RuleBroken) as refusal:
        start_referral(by=staff, operator=factories.OperatorFactory(incident=incident), ground="동의", columns=[])
    assert refusal.value.code == "not_an_affiliate"


def test_referral_while_another_is_packed_is_refused(affiliate: Any, claim_of: Any, staff: Any) -> None:
    claim_of(affiliate)
    start_referral(by=staff, operator=affiliate, ground="동의", columns=[])
    with pytest.raises(RuleBroken) as refusal:
        start_referral(by=staff, operator=affiliate, ground="동의", columns=[])
    assert refusal.value.code == "one_packing_file_per_affiliate"


@pytest.mark.parametrize("role", ["auditor", "finance", "manager", "administrator"])
def test_referral_by_another_role_is_refused(affiliate: Any, claim_of: Any, user_as: Any, role: str) -> None:
    claim_of(affiliate)
    with pytest.raises(NotAllowed):
        start_referral(by=user_as(role), operator=affiliate, ground="동의", columns=[])


@pytest.mark.parametrize("change", [{"line_count": 9}, {"ground": "x"}, {"workbook": None}])
def test_packed_file_is_never_changed(affiliate: Any, claim_of: Any, packed: Any, change: dict[str, Any]) -> None:
    claim_of(affiliate)
    file = packed(affiliate)
    with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
        ReferralFile.objects.filter(pk=file.pk).update(**change)
    assert refusal.value.code in {"packed_file_is_frozen", "packed_file_is_stored"}


def test_line_is_never_changed_or_removed(affiliate: Any, claim_of: Any, packed: Any) -> None:
    claim_of(affiliate)
    rows = Referral.objects.filter(file=packed(affiliate))
    codes = []
    for act in (lambda: rows.update(claimed_loss=1), lambda: rows.update(line=7), rows.delete):
        with pytest.raises(RuleBroken) as refusal, database_rules(), transaction.atomic():
            act()
        codes.append(refusal.value.code)
    assert codes == ["referred_lines_are_frozen", "referred_lines_are_frozen", "referrals_are_never_deleted"]


def _insert(claim: Any, operator: Any) -> Callable[[], Any]:
    file = factories.ReferralFileFactory(incident=claim.incident, operator=operator)

    def insert() -> Any:
        with database_rules(), transaction.atomic():
            return Referral.objects.create(file=file, line=1, claim=claim, claim_version=1).pk

    return insert


@pytest.mark.django_db(transaction=True)
def test_claim_taken_by_two_files_at_once_stands_in_one(incident: Any, claim_of: Any, race: Any) -> None:
    operators = [factories.OperatorFactory(incident=incident, affiliate=True) for _ in range(2)]
    claim = claim_of(operators[0])
    results = race([_insert(claim, operator) for operator in operators])
    codes = [result.code for result in results if isinstance(result, RuleBroken)]
    assert (codes, Referral.objects.count()) == (["one_live_referral_per_claim"], 1)


@pytest.mark.django_db(transaction=True)
def test_claim_taken_by_two_files_without_the_constraint_stands_in_both(
    incident: Any, claim_of: Any, race: Any
) -> None:
    operators = [factories.OperatorFactory(incident=incident, affiliate=True) for _ in range(2)]
    claim = claim_of(operators[0])
    constraint = next(one for one in Referral._meta.constraints if one.name == "one_live_referral_per_claim")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Referral, constraint)
    try:
        results = race([_insert(claim, operator) for operator in operators])
        assert (any(isinstance(result, Exception) for result in results), Referral.objects.count()) == (False, 2)
        with pytest.raises(IntegrityError), connection.schema_editor() as editor:
            editor.add_constraint(Referral, constraint)
    finally:
        with pgtrigger.ignore(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE claims_referral CASCADE")
        with connection.schema_editor() as editor:
            editor.add_constraint(Referral, constraint)
