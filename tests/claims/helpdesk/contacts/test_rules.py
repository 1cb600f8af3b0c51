"""Every step lies in one box of the queue, by rule and by condition alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from claims.helpdesk.contacts.rules import Due, due
from claims.helpdesk.contacts.selectors import due_condition
from claims.models import NextStep
from tests import factories

TODAY = date(2022, 11, 7)
DAYS = {
    None: Due.ANY_DAY,
    -1: Due.OVERDUE,
    0: Due.TODAY,
    1: Due.WEEK,
    7: Due.WEEK,
    8: Due.LATER,
}


@pytest.mark.parametrize(("days", "box"), DAYS.items())
def test_step_is_due_by_its_day(days: int | None, box: Due) -> None:
    assert due(None if days is None else TODAY + timedelta(days=days), TODAY) == box


@pytest.mark.django_db
def test_condition_finds_what_the_rule_says() -> None:
    for days in DAYS:
        factories.NextStepFactory(due_on=None if days is None else TODAY + timedelta(days=days))
    for box in Due:
        found = NextStep.objects.filter(due_condition(box, TODAY))
        assert {step.pk for step in found} == {
            step.pk for step in NextStep.objects.all() if due(step.due_on, TODAY) == box
        }
