from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper

from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.errors import RuleBroken, database_rules
from tests import factories

RULE = "disclosures_are_append_only"


def sql(statement: str) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return act


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE relief_disclosure SET reason = ''",
        "DELETE FROM relief_disclosure",
        "TRUNCATE relief_disclosure",
        "TRUNCATE relief_disclosure CASCADE",
    ],
)
def test_append_only_table_refuses_raw_sql(statement: str) -> None:
    record_disclosure(by=factories.UserFactory(), kind=Disclosure.Kind.VIEW, subject="claims.claim", reason="x")
    # Deferred foreign keys would refuse the TRUNCATE for a reason of their own.
    sql("SET CONSTRAINTS ALL IMMEDIATE")()
    with pytest.raises(RuleBroken) as refused, database_rules(), transaction.atomic():
        sql(statement)()
    assert (refused.value.code, Disclosure.objects.count()) == (RULE, 1)


@pytest.mark.django_db(transaction=True)
def test_append_only_table_refuses_a_connection_past_the_orm(second_connection: DatabaseWrapper) -> None:
    record_disclosure(by=factories.UserFactory(), kind=Disclosure.Kind.VIEW, subject="claims.claim", reason="x")
    second_connection.ensure_connection()
    with pytest.raises(psycopg.errors.CheckViolation) as refused, second_connection.connection.cursor() as cursor:
        cursor.execute("DELETE FROM relief_disclosure")
    assert refused.value.diag.constraint_name == RULE
