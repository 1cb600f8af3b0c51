"""How names are compared."""

from __future__ import annotations

import pytest

from claims.register.rules import name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("김민서", "김 민서"),
        ("(주)가나다 상사", "주식회사 가나다상사"),
        ("㈜가나다상사", "가나다상사(주)"),
        ("Café Müller", "CAFÉ-MÜLLER"),
        ("가나다（김민서）", "가나다(김민서)"),
    ],
)
def test_names_written_otherwise_are_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("김민서", "김민석"), ("가나다", "가나다라"), ("Kim", "Kin")])
def test_other_names_are_others(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_name_of_marks_alone_has_no_key() -> None:
    assert name_key(" -()") == ""
