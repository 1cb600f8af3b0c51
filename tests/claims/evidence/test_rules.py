from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.evidence.models import Kind
from claims.evidence.rules import LONGEST_NUMBER, Need, kind_of_name, numbers_in, required_kinds, standing_of

ALL = (Kind.CERTIFICATE.value, Kind.LOST_SALES.value, Kind.BUSINESS_USE.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("K22-1_소상공인 확인서.pdf", Kind.CERTIFICATE),
        ("K22-1_확인서.pdf", Kind.CERTIFICATE),
        ("매출 확인서.pdf", Kind.LOST_SALES),
        ("부가세 신고.pdf", Kind.LOST_SALES),
        ("서비스 활용 영업 자료.hwp", Kind.BUSINESS_USE),
        ("scan001.pdf", Kind.OTHER),
    ],
)
def test_kind_is_the_one_the_name_speaks_of(name: str, kind: Kind) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("K22-1019-000045_확인서.pdf", "K22-1019-000045"),
        ("K22-1019-000045확인서.pdf", "K22-1019-000045"),
        ("k22-1019-000045 확인서.pdf", "K22-1019-000045"),
        ("K22-1019-000045/확인서.pdf", "K22-1019-000045"),
        ("묶음\\K22-1019-000045.pdf", "K22-1019-000045"),
        ("../../K22-1019-000045.pdf", "K22-1019-000045"),
    ],
)
def test_name_begins_with_the_receipt_number(name: str, number: str) -> None:
    assert number in numbers_in(name)


def test_number_in_the_middle_of_a_name_is_not_its_beginning() -> None:
    assert "K22-1" not in numbers_in("scan K22-1.pdf")


@given(st.text(max_size=300))
def test_any_name_is_read_in_bounds(name: str) -> None:
    found = numbers_in(name)
    assert all(0 < len(number) <= LONGEST_NUMBER + 10 for number in found)


NEED = Need(1, 500_000, ("small_business",), ALL)


@pytest.mark.parametrize(
    ("incident", "loss", "reporter", "required"),
    [
        (1, 500_001, "small_business", ALL),
        (1, 500_000, "small_business", ()),
        (1, None, "small_business", ()),
        (1, 900_000, "general_user", ()),
        (2, 900_000, "small_business", ()),
    ],
)
def test_kinds_are_required_above_the_loss(
    incident: int, loss: int | None, reporter: str, required: tuple[str, ...]
) -> None:
    assert required_kinds([NEED], incident_id=incident, loss=loss, reporter_type=reporter) == required


def test_documents_are_complete_when_each_required_kind_is_accepted() -> None:
    items = [(ALL[0], "accepted"), (ALL[1], "received"), (ALL[1], "refused")]
    standing = standing_of(ALL, items)
    assert (standing.done, standing.missing, standing.to_check, standing.is_complete) == (1, (ALL[2],), 1, False)
    assert standing_of(ALL, [(kind, "accepted") for kind in ALL]).is_complete
