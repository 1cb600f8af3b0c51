"""`manage.py import_claims`: the same services in the foreground, and what its exit code says."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from claims.catalogue.models import Incident
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


def test_good_file_exits_with_0(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--source", "공식 채널")
    assert code == 0
    assert "2" in out
    assert Claim.objects.count() == 2
    assert Claim.objects.first().claim_import.source == "공식 채널"  # type: ignore[union-attr]


def test_summary_as_json(good_file: Path, catalogue: Incident, staff: User) -> None:
    code, out, _ = run(good_file, catalogue, staff, "--json")
    summary = json.loads(out)
    assert code == 0
    assert (summary["state"], summary["read"], summary["new"], summary["same"], summary["rejected"]) == (
        "accepted",
        2,
        2,
        0,
        0,
    )
    assert (summary["sum_of_losses"], summary["reporter_types"]) == (840_000, {"small_business": 2})


def test_rejected_rows_exit_with_3_and_their_reasons(
    tmp_path: Path, catalogue: Incident, staff: User, private_folder: Any
) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(csv_of({}, {"매출 손실 규모액": "-5"}))
    code, out, _ = run(path, catalogue, staff)
    assert code == 3
    assert len(out.strip().splitlines()) == 3


def test_same_file_exits_with_1_and_names_the_import(good_file: Path, catalogue: Incident, staff: User) -> None:
    run(good_file, catalogue, staff)
    renamed = good_file.rename(good_file.with_name("again.csv"))
    code, out, errors = run(renamed, catalogue, staff)
    assert (code, out) == (1, "")
    assert "claims.csv" in errors
    assert Claim.objects.count() == 2


def test_file_without_needed_columns_exits_with_1(
    tmp_path: Path, catalogue: Incident, staff: User, private_folder: Any
) -> None:
    path = tmp_path / "claims.csv"
    path.write_bytes(b"a,b\n1,2\n")
    code, out, _ = run(path, catalogue, staff, "--json")
    assert code == 1
    assert json.loads(out)["state"] == "failed"


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
