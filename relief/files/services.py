"""Storing and opening private files. Bytes are kept once by SHA-256, whatever the name."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

from django.core.files import File
from django.core.files.storage import storages
from django.utils.translation import gettext_lazy as _

from relief import clock
from relief.errors import NotAllowed, RuleBroken
from relief.files.models import StoredFile

if TYPE_CHECKING:
    from relief.accounts.models import User

_CHUNK = 1024 * 1024
_readers: dict[str, Callable[[User, StoredFile], bool]] = {}


def readable_by(purpose: str, test: Callable[[User, StoredFile], bool]) -> None:
    """Register who may open files of a purpose; a purpose without a test is open to nobody."""
    _readers[purpose] = test


def store(
    *,
    chunks: Iterable[bytes],
    name: str,
    content_type: str,
    purpose: str,
    by: User,
    incident_id: int | None,
    max_size: int,
) -> StoredFile:
    """Write the bytes to the private storage and return their row; memory stays constant.

    Raises RuleBroken(file_empty) or RuleBroken(file_too_large).
    """
    digest = hashlib.sha256()
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=4 * _CHUNK) as spool:
        for chunk in chunks:
            size += len(chunk)
            if size > max_size:
                raise RuleBroken(
                    _("The file is larger than %(limit)s MB. Split it and hand in the parts.")
                    % {"limit": max_size // _CHUNK},
                    code="file_too_large",
                )
            digest.update(chunk)
            spool.write(chunk)
        if size == 0:
            raise RuleBroken(_("The file is empty. Choose the file again."), code="file_empty")
        row = StoredFile(
            sha256=digest.hexdigest(),
            size=size,
            name=name.replace("\\", "/").rsplit("/", 1)[-1][:255],
            content_type=content_type[:100],
            purpose=purpose,
            incident_id=incident_id,
            stored_by=by,
            stored_at=clock.now(),
        )
        storage = storages["private"]
        if not storage.exists(row.path):
            spool.seek(0)
            storage.save(row.path, File(spool))
    row.save()
    return row


def open_stored(row: StoredFile) -> IO[bytes]:
    """Open the bytes of a stored file for reading; no permission is checked here (see `may_read`)."""
    return storages["private"].open(row.path, "rb")


def may_read(*, by: User, row: StoredFile) -> None:
    """Raise NotAllowed unless the user may open this file under the test of its purpose."""
    test = _readers.get(row.purpose)
    if test is None or not test(by, row):
        raise NotAllowed(_("This file is not open to you."), code="file_not_readable")
