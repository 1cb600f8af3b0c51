"""The setting of the demo: accounts, incidents with their catalogue, the relief plan, all through the services."""

from __future__ import annotations

from dataclasses import dataclass

from claims.catalogue import services as catalogue
from claims.catalogue.models import Desk, Incident
from committee.demo import measures, people
from committee.demo.catalogue import INCIDENTS, OUTAGE
from committee.demo.facts import IncidentFacts
from committee.demo.measures import MEASURES, TIERS
from committee.ledger import services as ledger
from committee.ledger.selectors import standing_of
from committee.plan import measures as measure_services
from committee.plan import services as plan
from committee.plan.models import Measure
from committee.plan.policies import TierPolicy
from committee.plan.selectors import measure_value
from committee.plan.terms import TierDraft
from relief.accounts import services as accounts
from relief.accounts.models import User


@dataclass(frozen=True)
class Cast:
    """The demo's people by the name they sign in with."""

    users: dict[str, User]

    def __getitem__(self, username: str) -> User:
        return self.users[username]


def seat_people() -> Cast:
    """Create the demo accounts that are missing and return all of them.

    Raises RuleBroken(site_has_users) on a site that other people use.
    """
    known = {user.username: user for user in User.objects.filter(username__in=[a.username for a in people.ACCOUNTS])}
    admin = next(account for account in people.ACCOUNTS if "administrator" in account.roles)
    if admin.username not in known:
        known[admin.username] = accounts.create_first_administrator(
            username=admin.username, password=people.PASSWORD, full_name=admin.full_name
        )
    for account in people.ACCOUNTS:
        if account.username not in known:
            known[account.username] = accounts.create_user(
                by=known[admin.username],
                username=account.username,
                password=people.PASSWORD,
                full_name=account.full_name,
                roles=account.roles,
            )
    return Cast(known)


def lay_incidents(cast: Cast) -> dict[str, Incident]:
    """Create the incidents that are missing, with their catalogue and a desk for everybody; return them by code."""
    admin = cast["admin"]
    incidents = {incident.code: incident for incident in Incident.objects.all()}
    for facts in INCIDENTS:
        if facts.code not in incidents:
            incidents[facts.code] = _lay_incident(admin, facts)
        incident = incidents[facts.code]
        seated = set(Desk.objects.filter(incident=incident).values_list("user_id", flat=True))
        for user in cast.users.values():
            if user.pk not in seated:
                catalogue.assign_desk(by=admin, user=user, incident=incident)
    return incidents


def _lay_incident(admin: User, facts: IncidentFacts) -> Incident:
    incident = catalogue.create_incident(
        by=admin,
        code=facts.code,
        name=facts.name,
        name_en=facts.name_en,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        summary=facts.summary,
    )
    operators = {
        operator.code: catalogue.save_operator(
            by=admin,
            incident=incident,
            code=operator.code,
            name=operator.name,
            name_en=operator.name_en,
            kind=operator.kind,
        )
        for operator in facts.operators
    }
    for service in facts.services:
        catalogue.save_service(
            by=admin,
            incident=incident,
            operator=operators[service.operator],
            code=service.code,
            name=service.name,
            name_en=service.name_en,
            aliases=service.aliases,
            pricing=service.pricing.value,
            has_alternative=service.has_alternative,
            market_share_bp=service.market_share_bp,
            outage_from=service.outage_from,
            outage_to=service.outage_to,
        )
    for intake_round in facts.rounds:
        catalogue.save_round(
            by=admin,
            incident=incident,
            number=intake_round.number,
            opens_on=intake_round.opens_on,
            closes_on=intake_round.closes_on,
            extended_from=intake_round.extended_from,
            admits=[reporter.value for reporter in intake_round.admits],
        )
    return incident


def lay_plan(cast: Cast, incidents: dict[str, Incident]) -> TierPolicy:
    """Write the measures that are missing, draft the tiers and have them adopted; return the adopted policy."""
    incident = incidents[OUTAGE.code]
    secretary = cast["secretary"]
    known = {measure.code: measure for measure in Measure.objects.filter(incident=incident)}
    for facts in MEASURES:
        if facts.code not in known:
            known[facts.code] = measure_services.create_measure(
                by=secretary,
                incident=incident,
                code=facts.code,
                name=facts.name,
                name_en=facts.name_en,
                kind=facts.kind,
                state=facts.state,
                audience=facts.audience,
                audience_en=facts.audience_en,
                reporter_type=facts.reporter_type,
                recipients=facts.recipients,
                quota=facts.quota,
                opens_on=facts.opens_on,
                closes_on=facts.closes_on,
                expected_cost_from=facts.expected_cost_from,
                expected_cost_to=facts.expected_cost_to,
                note=facts.note,
                items=[
                    measure_services.ItemDraft(
                        item.name, item.name_en, item.unit_value, item.unit_value_to, item.pieces, item.kept_days
                    )
                    for item in facts.items
                ],
            )
    _lay_budgets(cast["manager"], known)
    cash = known[measures.CASH]
    ended = [TierPolicy.State.SUPERSEDED, TierPolicy.State.WITHDRAWN]
    policy = TierPolicy.objects.filter(measure=cash).exclude(state__in=ended).order_by("number").first()
    if policy is None:
        tiers = [TierDraft(up_to, amount) for up_to, amount in TIERS]
        policy = plan.draft_policy(
            by=secretary,
            measure=cash,
            tiers=[*tiers, TierDraft(None)],
            conditions=plan.Conditions(required_evidence=measures.REQUIRED_EVIDENCE, grounds=measures.GROUNDS),
        )
    if policy.state == TierPolicy.State.DRAFT:
        policy = plan.propose_policy(by=secretary, policy=policy)
    if policy.state == TierPolicy.State.PROPOSED:
        policy = plan.adopt_policy(by=cast["chair"], policy=policy, resolution=measures.RESOLUTION)
    return policy


def _lay_budgets(manager: User, known: dict[str, Measure]) -> None:
    """Set the budgets that are missing: an amount for the cash, and for the package what it is worth."""
    for code, won in measures.BUDGETS.items():
        measure = known[code]
        if standing_of(measure.book).budget is None:
            value = measure_value(measure) if won is None else won
            ledger.set_budget(by=manager, book=measure.book, won=value or 0, reason=measures.BUDGET_REASON)
