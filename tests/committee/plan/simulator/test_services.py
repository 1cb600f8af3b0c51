"""Simulations on real claims: SQL against the Python rule, kept, computed again, and without a trace in a decision."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from hypothesis import HealthCheck, given, settings

from claims.models import Claim, Classification
from claims.triage.narrowing import Narrowing
from committee.decisions.models import Decision
from committee.models import ServiceFactors, Simulation, TierPolicy
from committee.plan.selectors import policy_terms
from committee.plan.simulator import results, services
from committee.plan.simulator.proposing import proposals_of
from committee.plan.simulator.results import as_json, simulate, variants_of
from committee.plan.simulator.rules import Group
from committee.plan.simulator.selectors import affected_claims, groups_of, medians_by_service, reading
from committee.plan.simulator.services import keep, reproduce, set_factors
from committee.plan.simulator.snapshot import counted_facts, groups_by_rule
from committee.plan.terms import PolicyTerms
from relief.errors import NotAllowed, RuleBroken, database_rules
from tests import factories
from tests.committee.factories import classified, decided, next_version
from tests.committee.plan.test_rules import policies

pytestmark = pytest.mark.django_db

LOSSES = (None, 0, 1, 200_000, 300_000, 300_001, 500_000, 500_001, 900_000, 5_000_000)


def code_of(act: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        act(**kwargs)
    return refused.value.code


@pytest.fixture
def two(incident: Any) -> list[TierPolicy]:
    """Claims under the version in force, and a draft with a third tier beside it."""
    decided(incident, LOSSES)
    classified(incident, (100_000,), reporter_type="general_user")
    in_force = next_version(incident)
    draft = factories.TierPolicyFactory(incident=incident, measure=in_force.measure, number=9)
    return [draft, in_force]


@pytest.fixture
def motley(incident: Any) -> Any:
    """Two hundred claims of every kind, some with evidence."""
    draw = random.Random(7)
    rule_set = factories.RuleSetFactory(incident=incident)
    offered = [factories.ServiceFactory(incident=incident) for _ in range(3)]
    rounds = [factories.IntakeRoundFactory(incident=incident), None]
    for _ in range(200):
        loss = draw.choice([None, 0, draw.randrange(10**6), draw.choice([300_000, 300_001, 500_000]), 10**9])
        claim = factories.ClaimFactory(
            incident=incident, service=draw.choice(offered), claimed_loss=loss, intake_round=draw.choice(rounds)
        )
        row = factories.ClassificationFactory(claim=claim, rule_set=rule_set)
        Classification.objects.filter(pk=row.pk).update(
            reporter_type=draw.choice(["general_user", "small_business", "enterprise"]),
            nature=draw.choice(["monetary", "monetary", "inquiry"]),
            pricing=draw.choice(["paid", "free"]),
        )
    return incident


def sorted_groups(groups: list[Group]) -> list[Any]:
    return sorted((group.branches, group.loss or -1, group.proven, group.claims) for group in groups)


def test_sql_and_the_python_rule_group_alike(motley: Any) -> None:
    counted = counted_facts(incident_id=motley.pk, narrowing={})
    assert sum(count for _facts, count in counted) == 200

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(first=policies(), second=policies())
    def agree(first: PolicyTerms, second: PolicyTerms) -> None:
        variants = [first, second]
        by_sql = groups_of(incident_id=motley.pk, variants=variants, narrowing={})
        assert sorted_groups(by_sql) == sorted_groups(groups_by_rule(counted, variants))

    agree()


def test_simulation_holds_the_draft_against_the_version_in_force(incident: Any, two: list[TierPolicy]) -> None:
    told = simulate(incident_id=incident.pk, variants=variants_of(two), narrowing={})
    assert [(one.variant.is_in_force, one.cost) for one in told] == [(True, 330_000), (False, 190_000)]
    assert (told[1].winners, told[1].losers) == ((0, 0), (2, -140_000))
    assert told[0].spread.median == 300_001


@pytest.mark.parametrize(
    ("narrowing", "claims"), [({}, 11), ({"reporter_type": ["general_user"]}, 1), ({"loss_from": ["500001"]}, 3)]
)
def test_filter_narrows_the_claims(incident: Any, two: list[TierPolicy], narrowing: Narrowing, claims: int) -> None:
    Classification.objects.filter(claim__reporter_type="general_user").update(reporter_type="general_user")
    told = simulate(incident_id=incident.pk, variants=variants_of(two), narrowing=narrowing)
    assert sum(line.claims for line in told[0].lines) == claims


def test_claims_of_another_incident_are_not_counted(incident: Any, two: list[TierPolicy]) -> None:
    classified(factories.IncidentFactory(), (100_000,))
    told = simulate(incident_id=incident.pk, variants=variants_of(two), narrowing={})
    assert sum(line.claims for line in told[0].lines) == 11


def test_unknown_filter_is_refused(incident: Any, two: list[TierPolicy]) -> None:
    wrong = {"incident_id": incident.pk, "variants": variants_of(two), "narrowing": {"account": ["1"]}}
    assert code_of(simulate, **wrong) == "filter_not_valid"


def test_affected_claims_are_those_whose_outcome_or_amount_differs(incident: Any, two: list[TierPolicy]) -> None:
    draft, in_force = map(policy_terms, two)
    rows = affected_claims(incident_id=incident.pk, before=in_force, after=draft, narrowing={})
    assert [(row.loss, row.won_before, row.becomes, row.won_after) for row in rows] == [
        (500_001, 70_000, "review", 0),
        (900_000, 70_000, "review", 0),
    ]
    further = affected_claims(
        incident_id=incident.pk, before=in_force, after=draft, narrowing={}, above=rows[0].claim_id, limit=5
    )
    assert further == rows[1:]


def test_nothing_can_be_written_while_a_simulation_reads(incident: Any) -> None:
    with pytest.raises(InternalError, match="read-only"), reading(), connection.cursor() as cursor:
        cursor.execute("UPDATE committee_tierpolicy SET grounds = 'x'")


def test_simulation_touches_no_decision(incident: Any, user_as: Any, two: list[TierPolicy]) -> None:
    def trace() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, xmin, ctid FROM committee_decision ORDER BY id")
            return cursor.fetchall()

    before = trace()
    keep(by=user_as("secretary"), policies=two, narrowing={}, name="비교")
    assert trace() == before
    assert len(before) == Decision.objects.count() > 0


def test_kept_simulation_is_computed_again_to_the_won(incident: Any, user_as: Any, two: list[TierPolicy]) -> None:
    kept = keep(by=user_as("secretary"), policies=two, narrowing={}, name=" 3구간 ", note="검토")
    assert (kept.name, [one["cost"] for one in kept.results]) == ("3구간", [330_000, 190_000])
    Claim.objects.filter(claimed_loss=900_000).update(claimed_loss=100_000)
    again = reproduce(Simulation.objects.get())
    assert again.agrees
    assert as_json(again.then) == kept.results
    assert [one.cost for one in again.now] == [290_000, 220_000]


def test_altered_data_or_results_are_noticed(incident: Any, user_as: Any, two: list[TierPolicy]) -> None:
    keep(by=user_as("secretary"), policies=two, narrowing={}, name="비교")
    for column, value in (("results", "results || '[1]'"), ("snapshot_sha256", "repeat('0', 64)")):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE committee_simulation DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE committee_simulation SET {column} = {value}")
            cursor.execute("ALTER TABLE committee_simulation ENABLE TRIGGER USER")
        if column == "results":
            assert not reproduce(Simulation.objects.get()).agrees
    assert code_of(reproduce, simulation=Simulation.objects.get()) == "snapshot_altered"


@pytest.mark.parametrize("damaged", [b"", b"no zlib", zlib.compress(b"[]")])
def test_damaged_data_is_refused(incident: Any, user_as: Any, two: list[TierPolicy], damaged: bytes) -> None:
    kept = keep(by=user_as("secretary"), policies=two, narrowing={}, name="비교")
    kept.snapshot = damaged
    assert code_of(reproduce, simulation=kept) == "snapshot_altered"
    kept.snapshot = zlib.compress(zlib.decompress(bytes(Simulation.objects.get().snapshot)))
    assert reproduce(kept).agrees


def test_claims_of_today_are_read_without_the_right_to_write(
    incident: Any, user_as: Any, two: list[TierPolicy], monkeypatch: Any
) -> None:
    kept = keep(by=user_as("secretary"), policies=two, narrowing={}, name="비교")
    seen = []

    def grouped(**asked: Any) -> list[Group]:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            seen.append(cursor.fetchone())
        return groups_of(**asked)

    monkeypatch.setattr(results, "groups_of", grouped)
    assert reproduce(kept).agrees
    assert seen == [("on",)]


def test_kept_simulation_never_changes(incident: Any, user_as: Any, two: list[TierPolicy]) -> None:
    keep(by=user_as("secretary"), policies=two, narrowing={}, name="비교")
    for write in (lambda: Simulation.objects.update(name="x"), lambda: Simulation.objects.all().delete()):
        with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
            write()
        assert refused.value.code == "simulations_are_append_only"


def test_snapshot_names_nobody(incident: Any, user_as: Any) -> None:
    classified(incident, (100_000,), name="홍길동", receipt_number="R-777")
    policy = factories.TierPolicyFactory(incident=incident)
    kept = keep(by=user_as("secretary"), policies=[policy], narrowing={}, name="비교")
    facts, count = services.unpacked(bytes(kept.snapshot), kept.snapshot_sha256)[0]
    assert (facts.loss, count) == (100_000, 1)
    assert "홍길동" not in str(facts)
    assert "R-777" not in str(facts)


def test_keeping_is_refused(incident: Any, user_as: Any, two: list[TierPolicy], monkeypatch: Any) -> None:
    told = {"by": user_as("secretary"), "narrowing": {}}
    assert code_of(keep, **told, policies=two, name=" ") == "name_missing"
    assert code_of(keep, **told, policies=[], name="x") == "no_variant"
    elsewhere = factories.TierPolicyFactory(incident=incident)
    assert code_of(keep, **told, policies=[*two, elsewhere], name="x") == "other_measure"
    keep(**told, policies=two, name="x")
    assert code_of(keep, **told, policies=two, name="x") == "one_simulation_per_name"
    with pytest.raises(NotAllowed):
        keep(by=user_as("manager"), policies=two, narrowing={}, name="y")
    monkeypatch.setattr(services, "counted_facts", lambda **_asked: [])
    assert code_of(keep, **told, policies=two, name="y") == "rules_disagree"
    assert Simulation.objects.count() == 1


def test_factors_propose_an_amount_per_service(incident: Any, user_as: Any, two: list[TierPolicy]) -> None:
    service = Claim.objects.filter(claimed_loss=200_000).get().service
    medians = medians_by_service(incident_id=incident.pk, terms=policy_terms(two[0]))
    assert medians[service.pk] == (8, 300_001)
    told = {"service": service, "market_share_bp": 9_000, "unavoidable_bp": 10_000, "source": "통계청"}
    set_factors(by=user_as("secretary"), margin_bp=1_000, **told)
    set_factors(by=user_as("secretary"), margin_bp=2_000, **told)
    assert [(one.claims, one.median, one.amount) for one in proposals_of(incident.pk)] == [(8, 300_001, 54_000)]
    assert ServiceFactors.objects.count() == 1


def test_factors_are_refused(incident: Any, user_as: Any) -> None:
    told = {
        "service": factories.ServiceFactory(incident=incident),
        "margin_bp": 1,
        "market_share_bp": 1,
        "unavoidable_bp": 1,
    }
    by = user_as("secretary")
    assert code_of(set_factors, by=by, source=" ", **told) == "factors_name_their_source"
    assert code_of(set_factors, by=by, source="x", **told | {"margin_bp": 10_001}) == "factors_are_at_most_the_whole"
    with pytest.raises(NotAllowed):
        set_factors(by=user_as("chair"), source="x", **told)
    assert not ServiceFactors.objects.exists()
