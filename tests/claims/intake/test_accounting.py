"""Whatever stands in a file: its rows add up, a second time too, and nothing of it is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.intake.models import RejectedRow
from claims.register.models import Claim
from tests.claims.intake.conftest import csv_of

pytestmark = pytest.mark.django_db(transaction=True)

ODD = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
CELLS: dict[str, st.SearchStrategy[str]] = {
    "접수번호": st.sampled_from(["K-1", "K-2", "K-3", "Ｋ-3", "", "k-1 "]),
    "접수일시": st.sampled_from(["2022-10-20 11:00", "2022-02-31", "2022년 10월 20일", "44853.5", ""]) | ODD,
    "연락처": st.sampled_from(["010-1234-5678", "1012345678", "02", ""]) | ODD,
    "사업자등록번호": st.sampled_from(["120-81-47521", "120-81-47522", ""]) | ODD,
    "매출 손실 규모액": st.sampled_from(["3만원", "-5", "1e9", "３０００", "300,000원", "0", ""]) | ODD,
    "이름": st.sampled_from(["김민서", "=1+1", "\\N", "\t", ""]) | ODD,
    "계좌번호": st.sampled_from(["123456-78-901234", "1.10123E+11", ""]) | ODD,
    "피해 내용": ODD,
}
ROWS = st.lists(st.fixed_dictionaries({}, optional=CELLS), min_size=1, max_size=12)


def _numbers() -> list[str]:
    return sorted(Claim.objects.values_list("receipt_number", flat=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, again=ROWS)
def test_rows_of_any_file_add_up(
    take_in: Callable[..., Any], rows: list[dict[str, str]], again: list[dict[str, str]]
) -> None:
    before = _numbers()
    for content in (rows, [*rows, *again]):
        claim_import, _job = take_in(csv_of(*content) + b"\r\n" * _next_file())
        summary = claim_import.summary
        assert (claim_import.state, claim_import.rows_read) == ("accepted", len(content))
        parts = [summary[part] for part in ("new", "same", "changed", "rejected")]
        assert sum(parts) == len(content)
        assert RejectedRow.objects.filter(claim_import=claim_import).count() == summary["rejected"]
        after = _numbers()
        assert len(after) == len(set(after)) == len(before) + summary["new"]
        before = after


_files = iter(range(1, 10_000))


def _next_file() -> int:
    """Return another number for every file, so that no two have the same bytes."""
    return next(_files)
