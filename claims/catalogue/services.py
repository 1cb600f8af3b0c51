"""Writing the catalogue: incidents, operators, services, rounds, and who works on what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from claims.catalogue.models import Desk, Incident, IntakeRound, Operator, Service
from relief.access import require
from relief.audit.services import acting
from relief.errors import RuleBroken, database_rules
from relief.versions import save_version

if TYPE_CHECKING:
    from relief.accounts.models import User

Row = TypeVar("Row", Operator, Service, IntakeRound)


@contextmanager
def _writing(*, by: User, permission: str, act: str) -> Iterator[None]:
    require(by, permission)
    with database_rules(), transaction.atomic(), acting(by=by, act=act):
        yield


def _own(incident: Incident, by: User) -> None:
    if not by.is_superuser and not Desk.objects.filter(user=by, incident=incident).exists():
        raise RuleBroken(
            _("You are not assigned to this incident. Ask an administrator who works on it."), code="not_own_incident"
        )


def create_incident(
    *,
    by: User,
    code: str,
    name: str,
    started_at: datetime,
    name_en: str = "",
    ended_at: datetime | None = None,
    summary: str = "",
) -> Incident:
    """Create an incident and give its creator a desk there, so that he can go on; instants are aware UTC.

    Raises NotAllowed, or RuleBroken(one_incident_per_code | incident_ends_after_start).
    """
    with _writing(by=by, permission="claims.add_incident", act="catalogue.create_incident"):
        incident = Incident.objects.create(
            code=code, name=name, name_en=name_en, started_at=started_at, ended_at=ended_at, summary=summary
        )
        _seat(by, incident)
    return incident


def change_incident(
    *,
    by: User,
    incident: Incident,
    version: int,
    code: str,
    name: str,
    started_at: datetime,
    name_en: str = "",
    ended_at: datetime | None = None,
    summary: str = "",
) -> Incident:
    """Change an incident as it was read in `version`.

    Raises NotAllowed, StaleSave, or RuleBroken(not_own_incident | one_incident_per_code | incident_ends_after_start).
    """
    with _writing(by=by, permission="claims.change_incident", act="catalogue.change_incident"):
        _own(incident, by)
        return save_version(
            incident,
            version=version,
            code=code,
            name=name,
            name_en=name_en,
            started_at=started_at,
            ended_at=ended_at,
            summary=summary,
        )


def _save(
    model: type[Row], row: Row | None, *, by: User, incident: Incident, version: int | None, **values: Any
) -> Row:
    """Add a row of the incident, or change one as it was read in `version`."""
    word = model._meta.model_name
    verb = "add" if row is None else "change"
    with _writing(by=by, permission=f"claims.{verb}_{word}", act=f"catalogue.{verb}_{word}"):
        _own(incident, by)
        if row is None:
            return model._default_manager.create(incident=incident, **values)
        if row.incident_id != incident.pk or version is None:
            raise RuleBroken(_("This row belongs to another incident. Switch to it first."), code="other_incident")
        return save_version(row, version=version, **values)


def save_operator(
    *,
    by: User,
    incident: Incident,
    code: str,
    name: str,
    kind: str,
    name_en: str = "",
    operator: Operator | None = None,
    version: int | None = None,
) -> Operator:
    """Add an operator, or change `operator` as it was read in `version`; `kind` is an `Operator.Kind`.

    Raises NotAllowed, StaleSave, or RuleBroken(not_own_incident | one_operator_per_code | one_company_per_incident |
    operator_kind_is_known).
    """
    return _save(
        Operator,
        operator,
        by=by,
        incident=incident,
        version=version,
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
    )


def save_service(
    *,
    by: User,
    incident: Incident,
    operator: Operator,
    code: str,
    name: str,
    pricing: str,
    outage_from: datetime,
    outage_to: datetime | None = None,
    name_en: str = "",
    aliases: Sequence[str] = (),
    has_alternative: bool = False,
    market_share_bp: int | None = None,
    service: Service | None = None,
    version: int | None = None,
) -> Service:
    """Add a service, or change `service` as it was read in `version`; the market share is in basis points.

    Raises NotAllowed, StaleSave, or RuleBroken(not_own_incident | operator_of_other_incident | one_service_per_code |
    service_pricing_is_known | market_share_within_whole | outage_ends_after_start).
    """
    if operator.incident_id != incident.pk:
        raise RuleBroken(
            _("The operator belongs to another incident. Choose one of this incident."),
            code="operator_of_other_incident",
        )
    return _save(
        Service,
        service,
        by=by,
        incident=incident,
        version=version,
        operator=operator,
        code=code,
        name=name,
        name_en=name_en,
        aliases=list(aliases),
        pricing=pricing,
        has_alternative=has_alternative,
        market_share_bp=market_share_bp,
        outage_from=outage_from,
        outage_to=outage_to,
    )


def save_round(
    *,
    by: User,
    incident: Incident,
    number: int,
    opens_on: date,
    closes_on: date,
    extended_from: date | None = None,
    admits: Collection[str] = (),
    intake_round: IntakeRound | None = None,
    version: int | None = None,
) -> IntakeRound:
    """Add an intake round, or change `intake_round` as it was read in `version`; days are Seoul dates.

    A round that is made to close later keeps its first last day as `extended_from`, unless one is given.
    Raises NotAllowed, StaleSave, or RuleBroken(not_own_incident | one_round_per_number | round_closes_after_opening |
    round_extended_to_later_day).
    """
    if intake_round is not None and extended_from is None and closes_on > intake_round.closes_on:
        extended_from = intake_round.extended_from or intake_round.closes_on
    return _save(
        IntakeRound,
        intake_round,
        by=by,
        incident=incident,
        version=version,
        number=number,
        opens_on=opens_on,
        closes_on=closes_on,
        extended_from=extended_from,
        admits=list(admits),
    )


def _seat(user: User, incident: Incident) -> Desk:
    """Give the user a desk; it is his current one where he has no other."""
    has_current = Desk.objects.select_for_update().filter(user=user, is_current=True).exists()
    desk = Desk.objects.create(user=user, incident=incident, is_current=not has_current)
    _forget(user)
    return desk


def _forget(user: User) -> None:
    """Drop the answer of `working_incident_id`, which is kept on the user object for the length of a request."""
    vars(user).pop("_working_incident_id", None)


def assign_desk(*, by: User, user: User, incident: Incident) -> Desk:
    """Assign a user to an incident; his first incident becomes the one he works on.

    Raises NotAllowed, or RuleBroken(not_own_incident | one_desk_per_user_and_incident | one_current_desk_per_user).
    """
    with _writing(by=by, permission="claims.change_incident", act="catalogue.assign_desk"):
        _own(incident, by)
        return _seat(user, incident)


def clear_desk(*, by: User, desk: Desk) -> None:
    """Take a user off an incident; where he works on it now, another of his incidents takes its place.

    Raises NotAllowed, or RuleBroken(not_own_incident | not_own_desk).
    """
    with _writing(by=by, permission="claims.change_incident", act="catalogue.clear_desk"):
        _own(desk.incident, by)
        if desk.user_id == by.pk:
            raise RuleBroken(_("Nobody takes himself off an incident. Ask a colleague."), code="not_own_desk")
        Desk.objects.filter(pk=desk.pk).delete()
        next_desk = Desk.objects.select_for_update().filter(user_id=desk.user_id).order_by("-is_current", "pk").first()
        if next_desk is not None and not next_desk.is_current:
            Desk.objects.filter(pk=next_desk.pk).update(is_current=True)


def switch_incident(*, by: User, incident: Incident) -> None:
    """Make `incident` the one the user works on.

    Raises RuleBroken(not_own_incident | one_current_desk_per_user).
    """
    with database_rules(), transaction.atomic(), acting(by=by, act="catalogue.switch_incident"):
        desks = {desk.incident_id: desk for desk in Desk.objects.select_for_update().filter(user=by).order_by("pk")}
        if incident.pk not in desks:
            raise RuleBroken(
                _("You are not assigned to this incident. Ask an administrator who works on it."),
                code="not_own_incident",
            )
        Desk.objects.filter(user=by, is_current=True).exclude(incident=incident).update(is_current=False)
        Desk.objects.filter(user=by, incident=incident).update(is_current=True)
    _forget(by)
