"""Saving, renaming and deleting the column maps of sources."""

from __future__ import annotations

from typing import Any

import pytest

from claims.intake.profile import Column, Profile
from claims.intake.saved_profiles import delete_profile, save_profile
from claims.models import ImportProfile
from relief.errors import NotAllowed, RuleBroken, StaleSave
from tests import factories

pytestmark = pytest.mark.django_db

PROFILE = Profile(columns={"receipt_number": Column("번호", 1)}, unit=1_000)


@pytest.fixture
def saved(staff: Any, catalogue: Any) -> ImportProfile:
    """A saved profile of the incident."""
    return save_profile(by=staff, incident=catalogue, name="  소상공인   단체 ", profile=PROFILE)


def test_profile_is_saved_under_its_trimmed_name(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    saved.refresh_from_db()
    assert (saved.name, saved.incident, saved.saved_by, saved.version) == ("소상공인 단체", catalogue, staff, 1)
    assert Profile.from_json(saved.spec) == PROFILE


def test_profile_of_a_taken_name_is_refused(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        save_profile(by=staff, incident=catalogue, name=saved.name, profile=PROFILE)
    assert refused.value.code == "one_profile_per_name"
    assert ImportProfile.objects.count() == 1


def test_name_is_taken_within_its_incident_alone(saved: ImportProfile, staff: Any) -> None:
    other = save_profile(by=staff, incident=factories.IncidentFactory(), name=saved.name, profile=PROFILE)
    assert other.name == saved.name


@pytest.mark.parametrize("name", ["", "   ", "가" * 81, "a\x00b"])
def test_profile_without_a_sound_name_is_refused(staff: Any, catalogue: Any, name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        save_profile(by=staff, incident=catalogue, name=name, profile=PROFILE)
    assert refused.value.code == "profile_name_missing"


def test_profile_is_written_over_as_it_was_read(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    changed = Profile(columns=PROFILE.columns, unit=10_000)
    row = save_profile(
        by=staff, incident=catalogue, name=saved.name, profile=changed, profile_row=saved, version=saved.version
    )
    assert (row.pk, row.version, Profile.from_json(row.spec)) == (saved.pk, 2, changed)


def test_renamed_profile_keeps_its_columns(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    row = save_profile(by=staff, incident=catalogue, name="새 이름", profile=None, profile_row=saved, version=1)
    assert (row.name, Profile.from_json(row.spec)) == ("새 이름", PROFILE)


def test_stale_save_is_refused(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    save_profile(by=staff, incident=catalogue, name="첫째", profile=None, profile_row=saved, version=1)
    with pytest.raises(StaleSave) as refused:
        save_profile(by=staff, incident=catalogue, name="둘째", profile=None, profile_row=saved, version=1)
    assert ("첫째", "둘째") in refused.value.changes.values()
    with pytest.raises(StaleSave):
        delete_profile(by=staff, profile_row=saved, version=1)
    saved.refresh_from_db()
    assert saved.name == "첫째"


def test_deleted_profile_is_gone_for_who_saves_it_again(saved: ImportProfile, staff: Any, catalogue: Any) -> None:
    delete_profile(by=staff, profile_row=ImportProfile.objects.get(pk=saved.pk), version=1)
    assert ImportProfile.objects.count() == 0
    with pytest.raises(RuleBroken) as refused:
        save_profile(by=staff, incident=catalogue, name="다시", profile=PROFILE, profile_row=saved, version=1)
    assert refused.value.code == "profile_gone"
    with pytest.raises(RuleBroken) as refused:
        delete_profile(by=staff, profile_row=saved)
    assert refused.value.code == "profile_gone"


def test_profile_of_another_incident_is_not_written_over(saved: ImportProfile, staff: Any) -> None:
    with pytest.raises(RuleBroken) as refused:
        save_profile(
            by=staff, incident=factories.IncidentFactory(), name="다른", profile=PROFILE, profile_row=saved, version=1
        )
    assert refused.value.code == "profile_gone"


def test_deleted_profile_leaves_its_imports_their_own_copy(saved: ImportProfile, staff: Any, hand_in: Any) -> None:
    received = hand_in(b"a,b\n1,2\n")
    received.saved_profile = saved
    received.profile = {"headings": []}
    received.save()
    delete_profile(by=staff, profile_row=saved)
    received.refresh_from_db()
    assert (received.saved_profile, received.profile) == (None, {"headings": []})


@pytest.mark.parametrize("role", ["auditor", "committee_member", "manager", "administrator"])
def test_roles_without_the_permission_save_and_delete_nothing(
    saved: ImportProfile, user_as: Any, catalogue: Any, role: str
) -> None:
    user = user_as(role)
    with pytest.raises(NotAllowed):
        save_profile(by=user, incident=catalogue, name="x", profile=PROFILE)
    with pytest.raises(NotAllowed):
        delete_profile(by=user, profile_row=saved)
    assert ImportProfile.objects.count() == 1
