"""`manage.py import_claims`: the same services in the foreground, and what its exit code says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext

from claims.catalogue.models import Incident
from claims.intake.models import ClaimImport
from claims.intake.profile import Profile
from claims.intake.saved_profiles import save_profile
from claims.register.models import Claim
from relief.accounts.models import User
from tests.claims.intake.conftest import csv_of

pytestmark = pytest.mark.django_db(transaction=True)


def run(path: Path, incident: Incident, user: User, *options: str) -> tuple[int, str, str]:
    out, errors = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_claims", str(path), "--incident", incident.code, "--as", user.username, *options,
            stdout=out, stderr=errors,
        )  # fmt: skip
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), errors.getvalue()
    return 0, out.getvalue(), errors.getvalue()


@pytest.fixture
def good_file(tmp_path: Path, private_folder: Any) -> Path:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_of({}, {}))
    return path


def test_good_file_is_read_and_waits_for_acceptance(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--source", "공식 채널")
    claim_import = ClaimImport.objects.get()
    assert (code, claim_import.state, claim_import.source) == (0, "staged", "공식 채널")
    assert "2" in out
    assert Claim.objects.count() == 0


def test_good_file_that_is_accepted_exits_with_0(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--accept")
    assert code == 0
    assert out.startswith(gettext("Accepted"))
    assert Claim.objects.count() == 2


def test_summary_as_json(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--json", "--accept")
    summary = json.loads(out)
    assert code == 0
    assert {key: summary[key] for key in ("state", "read", "new", "same", "changed", "rejected", "sum_of_losses")} == {
        "state": "accepted", "read": 2, "new": 2, "same": 0, "changed": 0, "rejected": 0, "sum_of_losses": 840_000,
    }  # fmt: skip
    assert summary["reporter_types"] == {"small_business": [2, 840_000]}


def test_rejected_rows_exit_with_3_and_their_reasons(
    tmp_path: Path, catalogue: Incident, staff: User, private_folder: Any
) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_of({}, {"매출 손실 규모액": "-5"}))
    code, out, _ = run(path, catalogue, staff, "--accept")
    assert code == 3
    assert len(out.strip().splitlines()) == 3
    assert Claim.objects.count() == 1


def test_same_file_exits_with_1_and_names_the_import(good_file: Path, catalogue: Incident, staff: User) -> None:
    run(good_file, catalogue, staff, "--accept")
    renamed = good_file.rename(good_file.with_name("again.csv"))
    code, out, errors = run(renamed, catalogue, staff, "--accept")
    assert (code, out) == (1, "")
    assert "claims.csv" in errors
    assert Claim.objects.count() == 2


def test_file_without_needed_columns_exits_with_1_and_holds_nothing(
    tmp_path: Path, catalogue: Incident, staff: User, private_folder: Any
) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(b"a,b\n1,2\n")
    for _attempt in range(2):
        code, out, _ = run(path, catalogue, staff, "--json")
        assert (code, json.loads(out)["code"]) == (1, "columns_not_recognised")
    assert list(ClaimImport.objects.values_list("state", flat=True)) == ["refused", "refused"]


def test_totals_that_differ_need_a_reason(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--declared-rows", "3", "--accept", "--json")
    assert (code, json.loads(out)["code"]) == (1, "totals_differ")
    assert ClaimImport.objects.get().state == "staged"


def test_totals_that_differ_are_accepted_for_a_reason(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, _, _ = run(good_file, catalogue, staff, "--declared-rows", "3", "--accept", "--reason", "통화로 확인")
    assert (code, ClaimImport.objects.get().end_reason) == (0, "통화로 확인")


def test_profile_is_written_to_json_and_read_from_it(
    good_file: Path, tmp_path: Path, catalogue: Incident, staff: User
) -> None:
    path = tmp_path / "profile.json"
    run(good_file, catalogue, staff, "--save-profile", str(path))
    profile = json.loads(path.read_text())
    assert profile["columns"]["receipt_number"]["heading"] == "접수번호"
    profile["unit"] = 1_000
    path.write_text(json.dumps(profile))
    other = tmp_path / "other.csv"
    other.write_bytes(csv_of({"매출 손실 규모액": "42"}))
    code, out, _ = run(other, catalogue, staff, "--profile", str(path), "--json")
    assert (code, json.loads(out)["sum_of_losses"]) == (0, 42_000)


def test_profile_is_found_by_its_name(good_file: Path, tmp_path: Path, catalogue: Incident, staff: User) -> None:
    path = tmp_path / "profile.json"
    run(good_file, catalogue, staff, "--save-profile", str(path))
    save_profile(by=staff, incident=catalogue, name="단체", profile=Profile.from_json(json.loads(path.read_text())))
    other = tmp_path / "other.csv"
    other.write_bytes(csv_of({}))
    assert run(other, catalogue, staff, "--profile", "단체")[0] == 0
    assert ClaimImport.objects.latest("pk").saved_profile.name == "단체"  # type: ignore[union-attr]


def test_profile_that_nobody_saved_exits_with_1(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--profile", "nobody", "--json")
    assert (code, json.loads(out)["code"]) == (1, "profile_not_found")


@pytest.mark.parametrize("content", ["{", '{"format": "relief-profile/1", "columns": {"nonsense": "x"}}'])
def test_profile_that_cannot_be_read_exits_with_1(
    good_file: Path, tmp_path: Path, catalogue: Incident, staff: User, content: str
) -> None:
    path = tmp_path / "map.json"
    path.write_text(content)
    code, out, _ = run(good_file, catalogue, staff, "--profile", str(path), "--json")
    assert (code, json.loads(out)["code"]) == (1, "profile_not_valid")


def test_person_without_the_permission_exits_with_1(good_file: Path, catalogue: Incident, user_as: Any) -> None:
    code, _, errors = run(good_file, catalogue, user_as("auditor"))
    assert code == 1
    assert errors.strip()
    assert Claim.objects.count() == 0


def test_unknown_file_person_or_incident_is_an_error(good_file: Path, catalogue: Incident, staff: User) -> None:
    for arguments in (
        (str(good_file), "--incident", "nowhere", "--as", staff.username),
        (str(good_file), "--incident", catalogue.code, "--as", "nobody"),
        (str(good_file.with_name("missing.csv")), "--incident", catalogue.code, "--as", staff.username),
    ):
        with pytest.raises(CommandError):
            call_command("import_claims", *arguments)
