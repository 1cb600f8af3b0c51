"""`manage.py classify_claims`: the newest rules, or a file of new ones, in the foreground."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from claims.catalogue.models import Incident
from claims.triage.models import Classification, RuleSet
from committee.demo.rule_sets import FINAL_RULES
from relief.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def run(incident: Incident, user: User, *options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command(
            "classify_claims", "--incident", incident.code, "--as", user.username, *options,
            stdout=out, stderr=io.StringIO(),
        )  # fmt: skip
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(FINAL_RULES), encoding="utf-8")
    return path


def test_file_of_rules_becomes_the_next_version_and_classifies(
    incident: Incident, user_as: Callable[[str], User], rules_file: Path
) -> None:
    factories.ClaimFactory(incident=incident)
    factories.ClaimFactory(incident=incident, without_loss=True)
    code, out = run(incident, user_as("intake_staff"), "--rules", str(rules_file), "--note", "처음", "--json")
    outcome = json.loads(out)
    assert (code, outcome["rules"], outcome["state"], outcome["changed"]) == (0, 1, "done", 2)
    assert RuleSet.objects.get().note == "처음"
    assert sorted(Classification.objects.values_list("nature", flat=True)) == ["inquiry", "monetary"]


def test_second_run_by_the_newest_rules_changes_nothing(
    incident: Incident, user_as: Callable[[str], User], rules_file: Path
) -> None:
    factories.ClaimFactory(incident=incident)
    staff = user_as("intake_staff")
    run(incident, staff, "--rules", str(rules_file))
    code, out = run(incident, staff, "--json")
    assert (code, json.loads(out)["changed"]) == (0, 0)


def test_person_without_the_permission_exits_with_1(
    incident: Incident, user_as: Callable[[str], User], rules_file: Path
) -> None:
    assert run(incident, user_as("auditor"), "--rules", str(rules_file)) == (1, "")
    assert RuleSet.objects.count() == 0


def test_rules_that_are_not_sound_exit_with_1(
    incident: Incident, user_as: Callable[[str], User], tmp_path: Path
) -> None:
    path = tmp_path / "rules.json"
    path.write_text("[]", encoding="utf-8")
    assert run(incident, user_as("intake_staff"), "--rules", str(path)) == (1, "")


def test_no_rules_no_file_no_person_are_errors(incident: Incident, user_as: Callable[[str], User]) -> None:
    staff = user_as("intake_staff")
    for options in (
        ("--incident", incident.code, "--as", staff.username),
        ("--incident", incident.code, "--as", "nobody"),
        ("--incident", incident.code, "--as", staff.username, "--rules", "missing.json"),
    ):
        with pytest.raises(CommandError):
            call_command("classify_claims", *options)
