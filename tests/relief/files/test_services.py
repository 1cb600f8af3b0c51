from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, transaction
from django.test import Client

from relief.audit.models import Disclosure
from relief.errors import NotAllowed, RuleBroken
from relief.files import services
from relief.files.models import StoredFile
from tests import factories

MB = 1024 * 1024


def store(content: bytes = b"a,b\n1,2\n", **kwargs: Any) -> StoredFile:
    values = {
        "chunks": [content[:3], content[3:]],
        "name": "claims.csv",
        "content_type": "text/csv",
        "purpose": "test_purpose",
        "by": factories.UserFactory(),
        "incident_id": None,
        "max_size": MB,
    }
    return services.store(**{**values, **kwargs})


@pytest.fixture
def open_to_finance() -> Iterator[None]:
    services.readable_by("test_purpose", lambda user, row: user.has_perm("committee.export_bank_file"))
    yield
    services._readers.pop("test_purpose")


@pytest.mark.django_db
def test_stored_file_opens_to_the_same_bytes(private_folder: Path) -> None:
    row = store(b"hello world")
    with services.open_stored(row) as file:
        assert file.read() == b"hello world"
    assert (row.sha256, row.size) == (hashlib.sha256(b"hello world").hexdigest(), 11)
    assert [path.name for path in private_folder.rglob("*") if path.is_file()] == [row.sha256]


@pytest.mark.django_db
def test_same_bytes_under_another_name_are_kept_once(private_folder: Path) -> None:
    first, second = store(name="a.csv"), store(name="b.csv")
    assert (first.pk == second.pk, first.path == second.path) == (False, True)
    assert len([path for path in private_folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_only_the_owner_reads_folder_and_file(private_folder: Path) -> None:
    path = private_folder / store().path
    assert oct(path.stat().st_mode & 0o777) == oct(0o600)
    assert {oct(folder.stat().st_mode & 0o777) for folder in (path.parent, path.parent.parent)} == {oct(0o700)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kwargs", "code"), [({"content": b""}, "file_empty"), ({"content": b"x" * 9, "max_size": 8}, "file_too_large")]
)
def test_empty_or_too_large_file_is_refused(private_folder: Path, kwargs: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        store(**kwargs)
    assert (refused.value.code, StoredFile.objects.count()) == (code, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\files\\passwd", "/etc/passwd"])
def test_name_keeps_no_path(private_folder: Path, name: str) -> None:
    assert store(name=name).name == "passwd"


@pytest.mark.django_db
def test_altered_or_lost_bytes_do_not_open(private_folder: Path) -> None:
    row = store(b"hello world")
    path = private_folder / row.path
    path.chmod(0o600)
    path.write_bytes(b"hello w0rld")
    with pytest.raises(RuleBroken) as altered:
        services.open_stored(row)
    path.unlink()
    with pytest.raises(RuleBroken) as lost:
        services.open_stored(row)
    assert {altered.value.code, lost.value.code} == {"file_damaged"}


@pytest.mark.django_db
def test_file_cut_short_on_the_disk_is_mended_by_the_same_bytes(private_folder: Path) -> None:
    row = store(b"hello world")
    (private_folder / row.path).write_bytes(b"hello")
    again = store(b"hello world")
    with services.open_stored(again) as file:
        assert file.read() == b"hello world"


class Torn(ContentFile):
    """A file whose reading breaks off in the middle."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half of"
        raise OSError("the machine is gone")


@pytest.mark.django_db
def test_write_that_breaks_off_leaves_no_file_under_the_hash(private_folder: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        storages["private"].save("aa/bb/aabb", Torn(b""))
    assert [path for path in private_folder.rglob("*") if path.is_file()] == []


@pytest.mark.django_db(transaction=True)
def test_file_being_written_is_not_seen_under_its_hash(
    private_folder: Path, elsewhere: Callable[..., Future[Any]]
) -> None:
    written, go_on = Event(), Event()

    class Slow(ContentFile):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"first "
            written.set()
            assert go_on.wait(30)
            yield b"second"

    saving = elsewhere(storages["private"].save, "aa/bb/aabb", Slow(b""))
    assert written.wait(30)
    seen = storages["private"].exists("aa/bb/aabb")
    go_on.set()
    assert (seen, saving.result(30)) == (False, "aa/bb/aabb")
    with storages["private"].open("aa/bb/aabb") as file:
        assert file.read() == b"first second"


@pytest.mark.django_db
def test_stored_row_cannot_be_changed_or_removed() -> None:
    row = factories.StoredFileFactory()
    for act in (lambda: StoredFile.objects.update(name="x"), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.django_db
def test_file_of_a_purpose_without_a_test_is_open_to_nobody() -> None:
    row = factories.StoredFileFactory(purpose="nobody_registered")
    with pytest.raises(NotAllowed):
        services.may_read(by=factories.UserFactory(is_superuser=True), row=row)


@pytest.mark.django_db
def test_file_opens_to_its_purpose_within_its_incident(
    open_to_finance: None, incident: Any, user_as: Callable[..., Any]
) -> None:
    row = factories.StoredFileFactory(purpose="test_purpose", incident_id=incident.pk)
    services.may_read(by=user_as("finance"), row=row)
    elsewhere = factories.UserFactory(finance=True, incident=factories.IncidentFactory())
    ended = user_as("finance")
    ended.is_active = False
    for stranger in (user_as("auditor"), elsewhere, ended):
        with pytest.raises(NotAllowed):
            services.may_read(by=stranger, row=row)


@pytest.mark.django_db
def test_download_is_an_attachment_and_is_recorded(
    private_folder: Path,
    open_to_finance: None,
    incident: Any,
    user_as: Callable[..., Any],
    signed_in: Callable[..., Any],
) -> None:
    row = store(b"<script>alert(1)</script>", name="지급 내역.html", incident_id=incident.pk)
    user = user_as("finance")
    answer = signed_in(user).get(f"/files/{row.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert "sandbox" in answer["Content-Security-Policy"]
    told = Disclosure.objects.get()
    assert (told.by, told.kind, told.subject, told.subject_key) == (user, "download", "relief.storedfile", str(row.pk))
    assert len(told.request_id) == 36


@pytest.mark.django_db
def test_refused_download_leaves_no_record_and_no_bytes(
    private_folder: Path,
    open_to_finance: None,
    incident: Any,
    user_as: Callable[..., Any],
    signed_in: Callable[..., Any],
) -> None:
    row = store(incident_id=incident.pk)
    assert Client().get(f"/files/{row.pk}/").status_code == 302
    client = signed_in(user_as("auditor"))
    assert client.get(f"/files/{row.pk}/").status_code == 403
    assert client.get(f"/files/{row.pk + 1}/").status_code == 404
    assert client.post(f"/files/{row.pk}/").status_code == 405
    assert Disclosure.objects.count() == 0
