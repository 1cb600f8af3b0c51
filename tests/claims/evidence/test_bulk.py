from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.evidence.bulk import ArchiveKnown, assign, receive_archive
from claims.evidence.bulk_models import ArchivedFile, Outcome
from claims.evidence.models import Evidence
from claims.evidence.services import hand_in
from relief.errors import NotAllowed, RuleBroken
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories
from tests.claims.evidence.conftest import as_file, packed, pdf, png


def received(clerk: Any, incident: Any, files: dict[str, bytes], **more: Any) -> Any:
    """Hand an archive of these files in."""
    return receive_archive(by=clerk, incident=incident, file=as_file(packed(files)), name="묶음.zip", **more)


def matched(archive: Any) -> dict[str, str]:
    """Carry the job out and return what became of each file."""
    assert carry_out(archive.job_id) == Job.State.DONE, Job.objects.get(pk=archive.job_id).error
    return dict(archive.files.values_list("name", "outcome"))


def refused(code: str) -> Any:
    """Expect the refusal of this code."""
    return pytest.raises(RuleBroken, check=lambda refusal: refusal.code == code)


def test_files_find_their_claims_or_the_report_says_why_not(
    clerk: Any, claim: Any, incident: Any, settings: Any
) -> None:
    settings.EVIDENCE_FILE_SIZE = 100_000
    other = factories.ClaimFactory(incident=incident, receipt_number="K22-1019-000046")
    factories.ClaimFactory(receipt_number="K99-0001")
    files = {
        "K22-1019-000045_소상공인 확인서.pdf": pdf(),
        "K22-1019-000046/매출.png": png("red"),
        "K22-1019-000045 again.pdf": pdf(),
        "K99-0001.png": png("blue"),
        "K22-1019-000045/K22-1019-000046.png": png("green"),
        "../../K22-1019-000045.html": b"<html>",
        "K22-1019-000045_more.zip": packed({"a.png": png()}),
        "K22-1019-000045_empty.pdf": b"",
        "K22-1019-000045_large.pdf": b"%PDF-" + b"\0" * 100_001,
        "__MACOSX/._x": b"x",
        ".DS_Store": b"x",
    }
    archive = received(clerk, incident, files)
    assert list(matched(archive).values()) == [
        Outcome.MATCHED,
        Outcome.MATCHED,
        Outcome.ALREADY_THERE,
        Outcome.UNKNOWN_NUMBER,
        Outcome.AMBIGUOUS,
        Outcome.WRONG_TYPE,
        Outcome.WRONG_TYPE,
        Outcome.EMPTY,
        Outcome.TOO_LARGE,
    ]
    assert list(Evidence.objects.order_by("pk").values_list("claim", "kind", "name")) == [
        (claim.pk, "small_business_certificate", "K22-1019-000045_소상공인 확인서.pdf"),
        (other.pk, "proof_of_lost_sales", "매출.png"),
    ]


def test_chosen_kind_wins_over_the_name(clerk: Any, claim: Any, incident: Any) -> None:
    matched(received(clerk, incident, {"K22-1019-000045_매출.png": png()}, kind="other"))
    assert Evidence.objects.get().kind == "other"


def test_names_of_old_korean_packers_are_read(clerk: Any, claim: Any, incident: Any) -> None:
    name = "K22-1019-000045_매출.png"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        # As a packer writes that knows no UTF-8: the bytes are cp949, and no flag says so.
        archive.writestr(zipfile.ZipInfo("x" * len(name.encode("cp949"))), png())
    content = file.getvalue().replace(b"x" * len(name.encode("cp949")), name.encode("cp949"))
    row = receive_archive(by=clerk, incident=incident, file=as_file(content), name="a.zip")
    assert matched(row) == {name: "matched"}


def test_same_archive_twice_changes_nothing(clerk: Any, claim: Any, incident: Any) -> None:
    files = {"K22-1019-000045.png": png()}
    first = received(clerk, incident, files)
    matched(first)
    with pytest.raises(ArchiveKnown) as known:
        received(clerk, incident, files)
    assert (known.value.archive, known.value.code) == (first, "one_archive_per_content")
    assert (Evidence.objects.count(), ArchivedFile.objects.count()) == (1, 1)


def test_files_packed_anew_are_already_there(clerk: Any, claim: Any, incident: Any) -> None:
    matched(received(clerk, incident, {"K22-1019-000045.png": png()}))
    again = received(clerk, incident, {"K22-1019-000045_b.png": png()})
    assert matched(again) == {"K22-1019-000045_b.png": "already_there"}
    assert again.files.get().evidence == Evidence.objects.get()


def test_work_broken_off_goes_on_with_the_files_that_are_left(clerk: Any, claim: Any, incident: Any) -> None:
    archive = received(clerk, incident, {"K22-1019-000045.png": png(), "K22-1019-000045_b.png": png("red")})
    done = hand_in(by=clerk, claim=claim, file=as_file(png()), name="first.png", kind="other")
    ArchivedFile.objects.create(archive=archive, number=1, name="first", size=1, outcome="matched", evidence=done)
    assert matched(archive) == {"first": "matched", "K22-1019-000045_b.png": "matched"}


def locked_zip() -> bytes:
    """A zip whose directory says that its file has a password."""
    content = bytearray(packed({"K22-1019-000045.png": png()}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"no zip", "archive_broken"),
        (packed({}), "archive_empty"),
        (packed({"__MACOSX/._a": b"a"}), "archive_empty"),
        (locked_zip(), "archive_locked"),
        (packed({f"{n}.png": b"a" for n in range(4)}), "archive_too_large"),
        (packed({"K22-1019-000045.pdf": b"\0" * 60_000, "b.pdf": b"\0" * 60_000}), "archive_too_large"),
    ],
)
def test_archive_that_is_unsafe_is_refused(clerk: Any, incident: Any, settings: Any, content: bytes, code: str) -> None:
    settings.EVIDENCE_ARCHIVE_FILES = 3
    settings.EVIDENCE_ARCHIVE_SIZE = 5_000
    with refused(code):
        receive_archive(by=clerk, incident=incident, file=as_file(content), name="a.zip")
    assert not Job.objects.exists()


def test_archive_above_the_limit_is_refused(clerk: Any, incident: Any, settings: Any) -> None:
    settings.EVIDENCE_ARCHIVE_SIZE = 10
    with refused("file_too_large"):
        received(clerk, incident, {"a.png": png()})


def test_archive_with_an_unknown_kind_is_refused(clerk: Any, incident: Any) -> None:
    with refused("unknown_kind"):
        received(clerk, incident, {"a.png": png()}, kind="unheard_of")


def test_readers_hand_no_archive_in_and_assign_nothing(user_as: Any, clerk: Any, claim: Any, incident: Any) -> None:
    archive = received(clerk, incident, {"누구.png": png()})
    matched(archive)
    auditor = user_as("auditor")
    with pytest.raises(NotAllowed):
        received(auditor, incident, {"b.png": png()})
    with pytest.raises(NotAllowed):
        assign(by=auditor, archived=archive.files.get(), receipt_number=claim.receipt_number, kind="other")


def test_file_without_a_claim_is_assigned_by_hand_once(clerk: Any, claim: Any, incident: Any) -> None:
    archive = received(clerk, incident, {"누구.png": png()})
    matched(archive)
    row = assign(by=clerk, archived=archive.files.get(), receipt_number=" K22-1019-000045 ", kind="other")
    assert (row.outcome, row.evidence.claim, row.assigned_by) == ("assigned", claim, clerk)
    with refused("archived_files_settle_once"):
        assign(by=clerk, archived=row, receipt_number="K22-1019-000045", kind="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchivedFile.objects.update(outcome="unknown_number", evidence=None)


def test_assigned_file_that_is_there_already_is_said_so(clerk: Any, claim: Any, incident: Any) -> None:
    matched(received(clerk, incident, {"K22-1019-000045.png": png()}))
    archive = received(clerk, incident, {"누구.png": png()})
    matched(archive)
    row = assign(by=clerk, archived=archive.files.get(), receipt_number="K22-1019-000045", kind="other")
    assert (row.outcome, Evidence.objects.count()) == ("already_there", 1)


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [("K22-none", "other", "claim_not_found"), ("K22-1019-000045", "unheard_of", "unknown_kind")],
)
def test_assignment_that_leads_nowhere_is_refused(clerk: Any, claim: Any, number: str, kind: str, code: str) -> None:
    archive = received(clerk, claim.incident, {"누구.png": png()})
    matched(archive)
    with refused(code):
        assign(by=clerk, archived=archive.files.get(), receipt_number=number, kind=kind)


def test_claim_of_another_incident_gets_nothing(clerk: Any, claim: Any, incident: Any) -> None:
    factories.ClaimFactory(receipt_number="K99-0001")
    archive = received(clerk, incident, {"누구.png": png()})
    matched(archive)
    with refused("claim_not_found"):
        assign(by=clerk, archived=archive.files.get(), receipt_number="K99-0001", kind="other")


def test_scanner_that_is_down_ends_the_work_and_a_retry_goes_on(
    clerk: Any, claim: Any, incident: Any, settings: Any
) -> None:
    archive = received(clerk, incident, {"K22-1019-000045.png": png()})
    settings.EVIDENCE_CLAMD = "127.0.0.1:1"
    assert carry_out(archive.job_id) == Job.State.FAILED
    assert not ArchivedFile.objects.exists()
