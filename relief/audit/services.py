"""Writing the record: the context of a change, and the disclosure of personal data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pghistory

from relief import clock
from relief.audit.models import Disclosure

if TYPE_CHECKING:
    from relief.accounts.models import User


@contextmanager
def acting(*, by: User, act: str, reason: str = "") -> Iterator[None]:
    """Give every event written inside its who, its act ("claims.import") and its reason."""
    with pghistory.context(user=by.pk, username=by.get_username(), act=act, reason=reason):
        yield


def record_disclosure(
    *,
    by: User,
    kind: Disclosure.Kind,
    subject: str,
    subject_key: str = "",
    fields: str = "",
    reason: str,
    request_id: str = "",
    incident_id: int | None = None,
) -> Disclosure:
    """Add one row to the record of disclosures and return it.

    `subject` is a table ("claims.claim"), `subject_key` the row, `fields` the columns shown, comma separated.
    """
    return Disclosure.objects.create(
        at=clock.now(),
        by=by,
        kind=kind,
        subject=subject,
        subject_key=subject_key,
        fields=fields,
        reason=reason,
        request_id=request_id,
        incident_id=incident_id,
    )
