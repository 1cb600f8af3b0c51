"""What claims refer to exists, belongs to the same incident, and stays: by statement, as sure as a foreign key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connection, transaction

from claims.catalogue.models import IntakeRound, Service
from claims.register.models import Claim, Claimant
from relief.errors import RuleBroken, database_rules
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        act()
    return refused.value.code


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.parametrize("column", ["service_id", "intake_round_id", "claim_import_id", "claimant_id"])
def test_insert_that_names_what_does_not_exist_is_refused(column: str) -> None:
    claim = factories.ClaimFactory()
    number = {"service_id": claim.service_id, "incident_id": claim.incident_id} | {column: 987_654}
    assert code_of(lambda: factories.ClaimFactory(**number)) == "claim_stays_within_its_incident"


@pytest.mark.parametrize("column", ["service_id", "intake_round_id", "claim_import_id", "claimant_id"])
def test_update_that_names_what_does_not_exist_is_refused(column: str) -> None:
    claim = factories.ClaimFactory()
    assert code_of(lambda: Claim.objects.filter(pk=claim.pk).update(**{column: 987_654})) == (
        "claim_stays_within_its_incident"
    )


def test_service_round_or_import_of_another_incident_is_refused() -> None:
    claim = factories.ClaimFactory()
    strangers = {
        "service": factories.ServiceFactory(),
        "intake_round": factories.IntakeRoundFactory(),
        "claim_import": factories.ClaimImportFactory(),
    }
    codes = {
        column: code_of(lambda row=row, column=column: Claim.objects.filter(pk=claim.pk).update(**{column: row}))
        for column, row in strangers.items()
    }
    assert codes == dict.fromkeys(strangers, "claim_stays_within_its_incident")


def test_copy_of_many_rows_with_one_stranger_is_refused_whole() -> None:
    claim = factories.ClaimFactory()
    columns = (
        "incident_id, receipt_number, received_at, admission, channel, reporter_type, service_id, pricing, "
        "description, name, bank_code, content_hash, version"
    )
    line = "{incident}\t{number}\t2022-10-20\tregular\t\tunknown\t{service}\tunknown\t\t\t\t\\\\x00\t1\n"

    def load() -> None:
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY claims_claim ({columns}) FROM STDIN") as copy,
        ):
            for number in range(50):
                service = claim.service_id if number != 25 else 987_654
                copy.write(line.format(incident=claim.incident_id, number=f"C-{number}", service=service))

    assert code_of(load) == "claim_stays_within_its_incident"
    assert Claim.objects.count() == 1


def test_claimant_of_no_incident_is_refused() -> None:
    claimant = factories.ClaimantFactory()
    assert code_of(lambda: factories.ClaimantFactory(incident_id=987_654, incident=None)) == "claimant_has_an_incident"
    assert code_of(lambda: Claimant.objects.filter(pk=claimant.pk).update(incident_id=987_654)) == (
        "claimant_has_an_incident"
    )


def test_claimant_is_never_removed_nor_renumbered() -> None:
    claimant = factories.ClaimantFactory()
    for statement in (
        "DELETE FROM claims_claimant WHERE id = %s",
        "UPDATE claims_claimant SET id = id + 100000 WHERE id = %s",
    ):
        assert code_of(lambda statement=statement: sql(statement, claimant.pk)) == "claimants_are_kept"
    sql("UPDATE claims_claimant SET name = 'x' WHERE id = %s", claimant.pk)
    assert Claimant.objects.get().name == "x"


def test_target_that_claims_name_can_be_neither_removed_nor_moved() -> None:
    intake_round = factories.IntakeRoundFactory()
    claim = factories.ClaimFactory(
        incident=intake_round.incident,
        intake_round=intake_round,
        claim_import=factories.ClaimImportFactory(incident=intake_round.incident),
    )
    other = factories.IncidentFactory()
    for table, key in (
        ("claims_service", claim.service_id),
        ("claims_intakeround", claim.intake_round_id),
        ("claims_claimimport", claim.claim_import_id),
    ):
        for statement in (
            f"DELETE FROM {table} WHERE id = %s",
            f"UPDATE {table} SET incident_id = {other.pk} WHERE id = %s",
            f"UPDATE {table} SET id = id + 100000 WHERE id = %s",
        ):
            assert code_of(lambda statement=statement, key=key: sql(statement, key)) == "claims_refer_to_it"


def test_target_that_no_claim_names_can_be_removed() -> None:
    factories.ClaimFactory()
    service, intake_round = factories.ServiceFactory(), factories.IntakeRoundFactory()
    sql("DELETE FROM claims_service WHERE id = %s", service.pk)
    sql("DELETE FROM claims_intakeround WHERE id = %s", intake_round.pk)
    assert not Service.objects.filter(pk=service.pk).exists()
    assert not IntakeRound.objects.filter(pk=intake_round.pk).exists()


def test_target_removed_while_a_claim_comes_in_waits_and_is_refused(elsewhere: Callable[..., Future[Any]]) -> None:
    service = factories.ServiceFactory()

    def remove() -> str:
        return code_of(lambda: sql("DELETE FROM claims_service WHERE id = %s", service.pk))

    with transaction.atomic():
        factories.ClaimFactory(incident=service.incident, service=service)
        removal = elsewhere(remove)
        assert not removal.done()
    assert removal.result(30) == "claims_refer_to_it"
    assert Claim.objects.get().service_id == service.pk


def test_claim_that_comes_in_while_its_target_is_removed_waits_and_is_refused(
    elsewhere: Callable[..., Future[Any]],
) -> None:
    service = factories.ServiceFactory()

    def report() -> str:
        return code_of(lambda: factories.ClaimFactory(incident_id=service.incident_id, incident=None, service=service))

    with transaction.atomic():
        sql("DELETE FROM claims_service WHERE id = %s", service.pk)
        arrival = elsewhere(report)
        assert not arrival.done()
    assert arrival.result(30) == "claim_stays_within_its_incident"
    assert Claim.objects.count() == 0
