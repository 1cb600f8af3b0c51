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
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import NotAllowed, RuleBroken
from relief.files.models import StoredFile
from relief.scope import working_incident_id

if TYPE_CHECKING:
    from relief.accounts.models import User

_CHUNK = 1024 * 1024
_readers: dict[str, Callable[[User, StoredFile], bool]] = {}
_with_own_page: set[str] = set()


def readable_by(purpose: str, test: Callable[[User, StoredFile], bool], *, own_page: bool = False) -> None:
    """Register who may open files of a purpose; a purpose without a test is open to nobody.

    Files with an `own_page` leave by it alone, because it asks for a reason: `open_for` refuses them.
    """
    _readers[purpose] = test
    if own_page:
        _with_own_page.add(purpose)


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
        # A file of another size under this hash was damaged on the disk; these bytes mend it.
        if not storage.exists(row.path) or storage.size(row.path) != size:
            spool.seek(0)
            storage.save(row.path, File(spool))
    row.save()
    return row


def open_stored(row: StoredFile) -> IO[bytes]:
    """Open the bytes of a stored file for reading; no permission is checked here (see `may_read`).

    Raises RuleBroken(file_damaged) where the file is gone or is no longer what was handed in: every byte is read and
    held against the SHA-256 first.
    """
    damaged = RuleBroken(
        _("The stored file is damaged. Tell an administrator to restore it from the backup."), code="file_damaged"
    )
    try:
        file: IO[bytes] = storages["private"].open(row.path, "rb")
    except FileNotFoundError as error:
        raise damaged from error
    if hashlib.file_digest(file, "sha256").hexdigest() != row.sha256:  # type: ignore[arg-type]
        file.close()
        raise damaged
    file.seek(0)
    return file


def may_read(*, by: User, row: StoredFile) -> None:
    """Raise NotAllowed unless the user may open this file: its incident is his, and its purpose's test says so."""
    test = _readers.get(row.purpose)
    in_scope = row.incident_id is None or row.incident_id == working_incident_id(by)
    if test is None or not by.is_active or not in_scope or not test(by, row):
        raise NotAllowed(_("This file is not open to you."), code="file_not_readable")


def open_for(*, by: User, row: StoredFile, request_id: str = "") -> IO[bytes]:
    """Check, record the download as a disclosure, and open the bytes.

    Raises NotAllowed, or RuleBroken(file_damaged).
    """
    may_read(by=by, row=row)
    if row.purpose in _with_own_page:
        raise NotAllowed(_("This file is not open to you."), code="file_has_own_page")
    file = open_stored(row)
    record_disclosure(
        by=by,
        kind=Disclosure.Kind.DOWNLOAD,
        subject="relief.storedfile",
        subject_key=str(row.pk),
        fields=row.purpose,
        reason=row.name,
        request_id=request_id,
        incident_id=row.incident_id,
    )
    return file
