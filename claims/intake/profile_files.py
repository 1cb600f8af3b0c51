"""Profiles as JSON files: out to another incident or a colleague, and in again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from claims.intake.profile import Profile
from relief.errors import RuleBroken

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

_LARGEST = 1024 * 1024


def profile_in(file: UploadedFile[Any]) -> Profile:
    """Return the profile that an uploaded JSON file describes.

    Raises RuleBroken(profile_not_valid) that names the place in the file and what is wrong there.
    """
    if (file.size or 0) > _LARGEST:
        raise RuleBroken(_("A profile has no more than 1 MB; this is another file."), code="profile_not_valid")
    try:
        data: Any = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        place = {"line": getattr(error, "lineno", 1), "column": getattr(error, "colno", 1)}
        raise RuleBroken(
            _("This is not JSON: look at line %(line)s, character %(column)s.") % place, code="profile_not_valid"
        ) from error
    return Profile.from_json(data)


def profile_file(profile: Profile, name: str) -> HttpResponse:
    """Return the answer that hands the profile out as a JSON file."""
    text = json.dumps(profile.as_json(), ensure_ascii=False, indent=2)
    answer = HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.json") or ""
    answer["Cache-Control"] = "private, no-store"
    return answer
