"""Files in the states that the tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claims.models import Operator, ReferralFile
from claims.triage.referral.services import hand_over, start_referral
from committee.demo.rule_sets import FINAL_RULES
from relief import clock
from relief.accounts.models import User
from relief.jobs.models import Job
from relief.jobs.services import carry_out
from tests import factories

Make = Callable[..., Any]


@pytest.fixture
def staff(user_as: Callable[..., User], private_folder: Path) -> User:
    """Who refers claims."""
    return user_as("intake_staff")


@pytest.fixture
def affiliate(incident: Any) -> Operator:
    """An affiliate of the incident."""
    return factories.OperatorFactory(incident=incident, affiliate=True)


@pytest.fixture
def claim_of(incident: Any) -> Make:
    """Make a classified claim of an operator's service."""
    rule_set = factories.RuleSetFactory(incident=incident, rules=FINAL_RULES)

    def make(operator: Operator, **kwargs: Any) -> Any:
        service = factories.ServiceFactory(incident=incident, operator=operator)
        claim = factories.ClaimFactory(incident=incident, service=service, **kwargs)
        factories.ClassificationFactory(claim=claim, rule_set=rule_set)
        return claim

    return make


@pytest.fixture
def packed(staff: User) -> Make:
    """Refer what waits for an operator and carry the job out; returns the file."""

    def make(operator: Operator, **kwargs: Any) -> ReferralFile:
        given = {"ground": "제3자 제공 동의", "columns": ["name", "phone", "claimed_loss"], **kwargs}
        file = start_referral(by=staff, operator=operator, **given)
        assert file.job is not None
        assert carry_out(file.job.pk) == Job.State.DONE
        return ReferralFile.objects.get(pk=file.pk)

    return make


@pytest.fixture
def handed_over(staff: User, packed: Make) -> Make:
    """Pack a file and record its handing over."""

    def make(operator: Operator, **kwargs: Any) -> ReferralFile:
        return hand_over(by=staff, file=packed(operator, **kwargs), on=clock.today(), to="보상팀", how="메일")

    return make
