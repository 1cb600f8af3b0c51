"""What would become of the first rows of a file, before anything is stored."""

from __future__ import annotations

import pytest

from claims.intake.faults import Fault, Found
from claims.intake.layout import lay_out
from claims.intake.previews import MOST_REJECTED, Preview, preview
from claims.intake.profile import Column, Profile
from claims.intake.rules import Cell
from claims.intake.words import Vocabulary
from relief.errors import RuleBroken

HEADINGS = ("번호", "일시", "서비스", "구분", "손실")
PROFILE = Profile(
    columns={
        "receipt_number": Column("번호"), "received_at": Column("일시"), "service": Column("서비스"),
        "pricing": Column("구분"), "claimed_loss": Column("손실"),
    },
)  # fmt: skip
WORDS = Vocabulary(services={"chat": 1, "mail": 2})
Row = tuple[int, list[Cell]]


def row(line: int, receipt: str, service: str = "chat", pricing: str = "유료", loss: Cell = "1000") -> Row:
    return line, [receipt, "2022-10-20 10:00", service, pricing, loss]


def test_preview_counts_what_is_taken_and_what_is_not() -> None:
    rows = [
        row(2, "K-1"),
        row(3, "K-2", service="우리 톡"),
        row(4, "K-1", loss=2_500.0),
        row(5, "", service="우리 톡", pricing="반반"),
        row(7, "K-3", service="메일함", loss=""),
        row(8, "K-4", loss="-5"),
        row(9, "K-5", loss=""),
    ]
    assert preview(lay_out(PROFILE, HEADINGS), WORDS, rows, 100) == Preview(
        read=7,
        taken=3,
        rejected=4,
        repeated=1,
        sum_of_losses=3_500,
        faults={Fault.UNKNOWN_WORD: 3, Fault.MISSING: 1, Fault.NEGATIVE: 1},
        unknown_words={"service": {"우리 톡": 2, "메일함": 1}, "pricing": {"반반": 1}},
        rejected_rows=(
            (*rows[1], [Found("service", Fault.UNKNOWN_WORD, "우리 톡")]),
            (
                *rows[3],
                [
                    Found("receipt_number", Fault.MISSING),
                    Found("service", Fault.UNKNOWN_WORD, "우리 톡"),
                    Found("pricing", Fault.UNKNOWN_WORD, "반반"),
                ],
            ),
            (*rows[4], [Found("service", Fault.UNKNOWN_WORD, "메일함")]),
            (*rows[5], [Found("claimed_loss", Fault.NEGATIVE, "-5")]),
        ),
    )


def test_preview_reads_no_further_than_it_is_told() -> None:
    rows = iter([row(line, f"K-{line}", service="?") for line in range(2, 102)])
    seen = preview(lay_out(PROFILE, HEADINGS), WORDS, rows, 60)
    assert (seen.read, seen.taken, seen.rejected, len(seen.rejected_rows)) == (60, 0, 60, MOST_REJECTED)
    assert next(rows)[0] == 62


def test_preview_of_no_rows_is_empty() -> None:
    assert preview(lay_out(PROFILE, HEADINGS), WORDS, [], 60) == Preview(0, 0, 0, 0, 0, {}, {}, ())


def test_word_that_was_mapped_is_not_unknown_any_more() -> None:
    mapped = Profile(columns=PROFILE.columns, values={"service": {"우리톡": "chat"}})
    seen = preview(lay_out(mapped, HEADINGS), WORDS, [row(2, "K-1", service="우리 톡")], 60)
    assert (seen.taken, seen.unknown_words) == (1, {})


def test_preview_under_a_service_that_is_not_there_is_refused() -> None:
    mapped = Profile(columns=PROFILE.columns, values={"service": {"우리톡": "no-such"}})
    with pytest.raises(RuleBroken) as refused:
        preview(lay_out(mapped, HEADINGS), WORDS, [], 60)
    assert refused.value.code == "service_not_in_catalogue"
