"""Every address of the site, asked by every role and by nobody in particular, answers as the permission table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from committee.models import Adjustment, LetterRun, TierPolicy
from committee.payouts import exports
from committee.plan.simulator.services import keep, set_factors
from committee.reports.services import fix_reporting_date
from relief.accounts.models import User
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from tests import factories
from tests.committee import factories as committee
from tests.house.permission_table import ACTS, ANONYMOUS, ANSWER_OTHERWISE, NOBODY, READERS, ROLES, SHARED, WRITERS

ADMIN_PAGES = ("changelist", "add", "history", "delete", "change")


def named(patterns: Any = None) -> Iterator[tuple[str, str]]:
    """Yield (name without namespace, route) of every address of the site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from named(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "?", str(pattern.pattern)


def allowed(name: str) -> frozenset[str] | None:
    """Return who gets an answer from the address, or None where the table has no line for it."""
    for table in (ACTS, SHARED):
        if name in table:
            return table[name]
    model, _, page = name.rpartition("_")
    if model not in READERS or page not in ADMIN_PAGES:
        return None
    return {"add": WRITERS.get(model, NOBODY), "delete": NOBODY}.get(page, READERS[model])


def test_address_without_a_line_in_the_table_is_refused() -> None:
    unknown = {name for name, _ in named() if name not in ANSWER_OTHERWISE and allowed(name) is None}
    assert unknown == set()


def test_line_of_the_table_without_an_address_is_refused() -> None:
    names = {name for name, _ in named()}
    models = {name.removesuffix("_changelist") for name in names if name.endswith("_changelist")}
    assert ((set(ACTS) | set(SHARED)) - names, set(READERS) - models) == (set(), set())


@pytest.fixture
def rows(incident: Any, user_as: Callable[..., User], private_folder: Path) -> dict[str, Any]:
    """One row of every model with pages, in one incident; keys as in the table."""
    finance, manager, secretary = user_as("finance"), user_as("manager"), user_as("secretary")
    committee.decided(incident)
    batch = committee.approved(incident)
    bank_file = exports.export(by=finance, batch=batch)
    claim = batch.payments.get_queryset().order_by("pk").first().claim
    factories.IntakeRoundFactory(incident=incident)
    factories.ClaimantFactory(incident=incident)
    factories.AmendmentFactory(claim=claim)
    decision = claim.decisions.get()
    Adjustment.objects.create(
        claim=claim,
        decision=decision,
        run=decision.run,
        outcome="supported",
        amount=1,
        difference=1,
        created_at=factories.WHEN,
    )
    factories.ContactFactory(claim=claim)
    factories.NextStepFactory(claim=claim)
    factories.ReclassificationFactory(incident=incident)
    factories.EvidenceFactory(claim=claim)
    factories.EvidenceArchiveFactory(incident=incident)
    factories.DeliveryFactory(request=factories.DocumentRequestFactory(claim=claim))
    factories.LetterTemplateFactory(incident=incident)
    factories.DuplicateGroupFactory(claims=[claim, factories.ClaimFactory(incident=incident)])
    factories.SharedAccountFactory(incident=incident, account_index=claim.account_index)
    factories.ImportProfileFactory(incident=incident)
    factories.ReferralFactory(claim=claim)
    factories.ClaimImportFactory(incident=incident, imported_by=manager)
    record_disclosure(
        by=manager, kind=Disclosure.Kind.VIEW, subject="claims.claim", reason="test", incident_id=incident.pk
    )
    fix_reporting_date(by=secretary, incident=incident, code="first", name="첫 집계")
    committee.objected(claim)
    policy = TierPolicy.objects.get(incident=incident)
    keep(by=secretary, policies=[policy], narrowing={}, name="모의 계산")
    told = {"margin_bp": 1, "market_share_bp": 1, "unavoidable_bp": 1, "source": "통계"}
    set_factors(by=secretary, service=claim.service, **told)
    LetterRun.objects.create(
        incident=incident, language="ko", channel="message", started_by=secretary, started_at=factories.WHEN
    )
    found = {
        key: apps.get_model(*key.split("_")).objects.order_by("-pk").first()
        for key in READERS
        if key not in {"claims_claim", "claims_classification", "claims_incident", "committee_bankfile", "relief_user"}
    }
    return found | {
        "claims_claim": claim,
        "claims_classification": claim.classification,
        "claims_incident": incident,
        "committee_bankfile": bank_file,
        "relief_user": finance,
    }


def address(name: str, route: str, rows: dict[str, Any]) -> str:
    """Return the address of a named page, about the model's row where it asks for one."""
    namespace = "" if name == "healthz" else "admin:"
    if name == "published_figures_export":
        return reverse("admin:published_figures_export", args=("csv",))
    if "<" not in route:
        return reverse(namespace + name)
    model = max((key for key in rows if name.startswith(key)), key=len)
    return reverse(namespace + name, args=(rows[model].pk,))


def asked(client: Client, url: str) -> int:
    """Return the status an address answers with; a download is read to its end, which closes it."""
    response = client.get(url)
    if response.streaming:
        response.getvalue()
    return response.status_code


@pytest.mark.parametrize("role", sorted(ROLES | {ANONYMOUS}))
def test_address_answers_as_the_table_says(
    role: str, rows: dict[str, Any], user_as: Callable[..., User], client: Client
) -> None:
    if role != ANONYMOUS:
        client.force_login(user_as(role), backend="django.contrib.auth.backends.ModelBackend")
    wrong: list[str] = []
    for name, route in named():
        if name in ANSWER_OTHERWISE:
            continue
        expected = role in (allowed(name) or NOBODY)
        status = asked(client, address(name, route, rows))
        refused = {302, 401, 403} if role == ANONYMOUS else {403, 404}
        if name == "login" and role != ANONYMOUS:
            answered = status == 302
        else:
            answered = status == 200 or (name == "healthz" and status == 503)
        if answered != expected or (not expected and status not in refused):
            wrong.append(f"{name}: {status}, expected {'an answer' if expected else 'a refusal'}")
    assert wrong == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_row_of_another_incident_answers_nobody(role: str, rows: dict[str, Any], client: Client) -> None:
    outsider = factories.UserFactory(roles=(role,), incident=factories.IncidentFactory())
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    # Accounts belong to the site, not to an incident.
    shown = [
        name
        for name, route in named()
        if name not in ANSWER_OTHERWISE and "<path:object_id>" in route and not name.startswith("relief_user_")
        if asked(client, address(name, route, rows)) == 200
    ]
    assert shown == []
