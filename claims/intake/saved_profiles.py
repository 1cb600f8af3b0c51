"""Saving, renaming and deleting the column maps of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.intake.models import ImportProfile
from claims.intake.services import PERMISSION
from relief import clock
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, StaleSave, database_rules
from relief.versions import save_version

if TYPE_CHECKING:
    from claims.catalogue.models import Incident
    from claims.intake.profile import Profile
    from relief.accounts.models import User

LONGEST_NAME = 80


def save_profile(
    *,
    by: User,
    incident: Incident,
    name: str,
    profile: Profile | None,
    profile_row: ImportProfile | None = None,
    version: int | None = None,
) -> ImportProfile:
    """Save a profile under a name of the incident and return its row.

    With `profile_row` that row is written over as it was read in `version`; a `profile` of None then leaves its column
    map as it is. Raises NotAllowed, StaleSave, RuleBroken(profile_name_missing, one_profile_per_name, profile_gone).
    """
    require(by, PERMISSION)
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise RuleBroken(
            _("Give the profile a name of 1 to %(longest)s characters.") % {"longest": LONGEST_NAME},
            code="profile_name_missing",
        )
    values: dict[str, Any] = {"name": name, "saved_by": by, "saved_at": clock.now()}
    if profile is not None:
        values["spec"] = profile.as_json()
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.save_import_profile"):
        if profile_row is None:
            return ImportProfile.objects.create(incident=incident, **values)
        row = _present(profile_row, incident_id=incident.pk)
        return save_version(row, version=row.version if version is None else version, **values)


def delete_profile(*, by: User, profile_row: ImportProfile, version: int | None = None) -> None:
    """Delete a saved profile; imports that were read by it keep their own copy of the column map.

    Raises NotAllowed, StaleSave where it is not as it was read in `version`, RuleBroken(profile_gone).
    """
    require(by, PERMISSION)
    with database_rules(), transaction.atomic(), acting(by=by, act="claims.delete_import_profile"):
        row = _present(profile_row, incident_id=profile_row.incident_id)
        if version is not None and row.version != version:
            raise StaleSave(
                _("Somebody else saved this profile after you opened it. Look at it again before you delete it."),
                changes={},
            )
        row.delete()


def _present(profile_row: ImportProfile, *, incident_id: int) -> ImportProfile:
    """Return the row, locked. Raises RuleBroken(profile_gone) where the incident has it no more."""
    row = (
        ImportProfile.objects.select_for_update(of=("self",))
        .select_related("saved_by")
        .filter(pk=profile_row.pk, incident_id=incident_id)
        .first()
    )
    if row is None:
        raise RuleBroken(
            _('The profile "%(name)s" has been deleted meanwhile.') % {"name": profile_row.name}, code="profile_gone"
        )
    return row
