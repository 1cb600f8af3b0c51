"""Who may examine an objection and how days are counted."""

from __future__ import annotations

from datetime import date

import pytest

from committee.review.rules import Part, Parts, all_of, days_open, is_late, last_day, part_of

DAY = date(2022, 12, 1)


@pytest.mark.parametrize(
    ("person", "part"), [(1, Part.DECIDED), (2, Part.CLASSIFIED), (3, Part.RECORDED), (4, None), (5, Part.DECIDED)]
)
def test_part_of_person_is_the_first_that_he_had(person: int, part: Part | None) -> None:
    parts = Parts(decided=frozenset({1, 5}), classified=frozenset({2, 5}), recorded=frozenset({3}))
    assert part_of(person, parts) == part
    assert (person in all_of(parts)) == (part is not None)


def test_last_day_does_not_count_the_day_of_the_decision() -> None:
    assert last_day(DAY, 30) == date(2022, 12, 31)


@pytest.mark.parametrize(("received_on", "late"), [(date(2022, 12, 31), False), (date(2023, 1, 1), True)])
def test_objection_on_its_last_day_is_in_time(received_on: date, late: bool) -> None:
    assert is_late(received_on, date(2022, 12, 31)) is late


def test_days_open_end_with_the_objection() -> None:
    assert days_open(DAY, None, date(2022, 12, 11)) == 10
    assert days_open(DAY, date(2022, 12, 4), date(2022, 12, 11)) == 3
