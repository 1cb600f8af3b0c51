"""Tables that are only ever added to refuse to be emptied in one stroke, under the name of their rule."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from relief.errors import declared_constraints

TABLES = sorted(
    model._meta.db_table
    for label in ("relief", "claims", "committee")
    for model in apps.get_app_config(label).get_models()
    if any(trigger.name == "no_truncate" for trigger in getattr(model._meta, "triggers", ()))
)


def test_tables_that_are_never_emptied_are_known() -> None:
    assert {
        "claims_claim",
        "committee_decision",
        "committee_payment",
        "committee_approval",
        "relief_disclosure",
    } <= set(TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused_under_the_name_of_the_rule(table: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert refusal.value.__cause__.diag.constraint_name in declared_constraints()
