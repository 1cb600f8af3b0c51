"""Rules as data: what is refused, which rule decides, and Python and PostgreSQL saying the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import Claim, RuleSet
from claims.triage.rules import Facts, fault_of, faults_of, parse, verdict
from claims.triage.selectors import axes_of_claims
from committee.demo.rule_sets import FINAL_RULES, INTERIM_RULES
from tests import factories


def rule(axis: str, value: str, name: str = "r", **when: Any) -> dict[str, Any]:
    return {"name": name, "axis": axis, "value": value, "when": when}


DEFAULTS = [
    rule("reporter_type", "unknown"),
    rule("pricing", "unknown"),
    rule("nature", "inquiry"),
    rule("operator_kind", "company"),
]
FACTS = Facts("general_user", "free", "both", "company", has_registration_number=False, loss=None, description="")


def test_rules_of_the_first_incident_are_sound() -> None:
    assert (fault_of(INTERIM_RULES), fault_of(FINAL_RULES)) == (None, None)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({}, "not_a_list"),
        ([rule("nature", "inquiry")] * 201, "too_many"),
        ([{"name": "r"}], "shape:1"),
        ([{**rule("nature", "inquiry"), "when": []}], "shape:1"),
        ([rule("nature", "inquiry", name="")], "name:1"),
        ([rule("nature", "inquiry", name="x" * 61)], "name:1"),
        ([rule("colour", "red")], "axis:1"),
        ([rule("nature", "paid")], "value:1"),
        ([rule("pricing", "both")], "value:1"),
        ([rule("nature", "monetary", shoe_size=43)], "question:1"),
        ([rule("nature", "monetary", loss_over="0")], "operand:1"),
        ([rule("nature", "monetary", loss_over=True)], "operand:1"),
        ([rule("nature", "monetary", words=[])], "operand:1"),
        ([rule("nature", "monetary", loss_up_to=-1)], "operand:1"),
        ([rule("nature", "monetary", received_from="20221019")], "operand:1"),
        ([rule("nature", "monetary", received_to="2022-02-30")], "operand:1"),
        ([{**rule("nature", "monetary"), "confidence": 0}], "confidence:1"),
        ([{**rule("nature", "monetary"), "confidence": 101}], "confidence:1"),
        ([rule("nature", "monetary", words=[""])], "operand:1"),
        ([rule("nature", "monetary", has_registration_number=1)], "operand:1"),
        ([*DEFAULTS, rule("nature", "monetary", loss_over=0)], "unreachable:5"),
        (DEFAULTS[:3], "default:operator_kind"),
    ],
)
def test_rules_with_a_fault_are_refused(raw: Any, fault: str) -> None:
    assert fault_of(raw) == fault


def test_every_fault_is_named() -> None:
    raw = [rule("nature", "monetary", words=[]), rule("colour", "red"), *DEFAULTS[:2]]
    assert list(faults_of(raw)) == ["operand:1", "axis:2", "default:nature", "default:operator_kind"]


def test_first_rule_that_holds_decides() -> None:
    rules = parse(
        [
            rule("nature", "monetary", name="stated", loss_over=0),
            rule("nature", "monetary", name="words", words=["손해"]),
            *DEFAULTS,
        ]
    )
    both = Facts("general_user", "free", "both", "company", has_registration_number=False, loss=1, description="손해")
    assert verdict(rules, both)["nature"] == ("monetary", "stated")
    assert verdict(rules, FACTS)["nature"] == ("inquiry", "r")


SOUGHT = ["손해", "100%", "_", "\\", "매출", "pay", "ＰＡＹ", "１００", "é", "É", "ﬁ"]
words = st.lists(st.sampled_from(SOUGHT), min_size=1, max_size=2)
operands = {
    "reporter_type": st.lists(st.sampled_from(["general_user", "small_business", "unknown"]), min_size=1, max_size=2),
    "pricing": st.lists(st.sampled_from(["paid", "free", "unknown"]), min_size=1, max_size=2),
    "service_pricing": st.lists(st.sampled_from(["paid", "free", "both"]), min_size=1, max_size=2),
    "operator_kind": st.lists(st.sampled_from(["company", "affiliate"]), min_size=1, max_size=2),
    "has_registration_number": st.booleans(),
    "loss_over": st.sampled_from([0, 1, 300_000]),
    "loss_stated": st.booleans(),
    "loss_up_to": st.sampled_from([0, 1, 300_000]),
    "has_phone": st.booleans(),
    "has_account": st.booleans(),
    "service": st.lists(st.sampled_from(["own", "theirs"]), min_size=1, max_size=2),
    "channel": st.lists(st.sampled_from(["web", "phone"]), min_size=1, max_size=2),
    "received_from": st.sampled_from(["2022-10-19", "2022-10-20", "2022-10-21"]),
    "received_to": st.sampled_from(["2022-10-19", "2022-10-20", "2022-10-21"]),
    "longer_than": st.sampled_from([0, 5, 9]),
    "not_longer_than": st.sampled_from([0, 5, 9]),
    **dict.fromkeys(("words", "all_words", "without_words"), words),
}
conditions = st.sets(st.sampled_from(sorted(operands)), max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: operands[name] for name in sorted(names)})
)
conditional = st.lists(
    conditions.filter(bool).flatmap(
        lambda when: st.sampled_from(
            [("nature", "monetary"), ("pricing", "paid"), ("reporter_type", "enterprise")]
        ).map(lambda axis: rule(*axis, **when))
    ),
    max_size=5,
).map(lambda rules: [{**each, "name": f"rule{place}"} for place, each in enumerate(rules)])


@pytest.fixture
def assorted_claims(incident: Any) -> list[Claim]:
    affiliate = factories.OperatorFactory(incident=incident, code="other", kind="affiliate")
    own = factories.ServiceFactory(incident=incident, code="own", pricing="both")
    services = [own, factories.ServiceFactory(incident=incident, code="theirs", operator=affiliate, pricing="paid")]
    texts = ["", "손해를 보았습니다", "100% 매출_감소\\", "문의드립니다", "Ｐay로 １００％ café", "fi CAFÉ 손해 매출"]
    instants = [datetime(2022, 10, 19, 14, 59, 59, tzinfo=UTC), datetime(2022, 10, 19, 15, tzinfo=UTC)]
    return [
        factories.ClaimFactory(
            incident=incident,
            service=services[place % 2],
            reporter_type=["general_user", "small_business", "unknown"][place % 3],
            pricing=["paid", "free", "unknown"][place // 2 % 3],
            claimed_loss=[None, 0, 1, 300_000, 300_001][place % 5],
            registration_number="1208147521" if place % 4 else "",
            description=texts[place % 6],
            channel=["web", "phone", ""][place % 3],
            received_at=instants[place % 2],
            phone="010-1234-5678" if place % 5 else "",
            account="110123456789" if place % 7 else "",
        )
        for place in range(24)
    ]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=conditional)
def test_postgresql_says_what_python_says(assorted_claims: list[Claim], raw: list[dict[str, Any]]) -> None:
    raw = [*raw, *DEFAULTS]
    assert fault_of(raw) is None
    rule_set = RuleSet(incident=assorted_claims[0].incident, rules=raw)
    found = axes_of_claims(rule_set, Claim.objects.select_related("service__operator").order_by("pk"))
    for claim in found:
        facts = Facts(
            claim.reporter_type,
            claim.pricing,
            claim.service.pricing,
            claim.service.operator.kind,
            has_registration_number=claim.registration_number_index is not None,
            loss=claim.claimed_loss,
            description=claim.description,
            channel=claim.channel,
            service=claim.service.code,
            received_at=claim.received_at,
            has_phone=claim.phone_index is not None,
            has_account=claim.account_index is not None,
        )
        said = {
            axis: (getattr(claim, f"{axis}_value"), getattr(claim, f"{axis}_rule"))
            for axis in ("reporter_type", "pricing", "nature", "operator_kind")
        }
        assert said == verdict(parse(raw), facts)
