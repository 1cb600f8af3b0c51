"""Generated claims, set by set, in a scratch database of their own; and clones to hold a figure against."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection, transaction

COMPANY_SHARE = 87_195, 105_116
"""Own reports of all reports; the rest belong to affiliates (programme.md)."""

_LAY = """
INSERT INTO relief_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, full_name, session_epoch)
VALUES (1, '', TRUE, 'bench', '', '', '', TRUE, TRUE, now(), '', 0);
INSERT INTO claims_incident (id, code, name, name_en, version, started_at, summary)
VALUES (1, 'bench', 'bench', '', 1, now(), '');
INSERT INTO claims_operator (id, code, name, name_en, version, kind, incident_id)
VALUES (1, 'company', 'company', '', 1, 'company', 1);
INSERT INTO claims_service (id, code, name, name_en, version, aliases, pricing, has_alternative, outage_from,
    incident_id, operator_id)
VALUES (1, 'service', 'service', '', 1, '{}', 'both', FALSE, now(), 1, 1);
INSERT INTO claims_ruleset (id, incident_id, version, rules, note, created_by_id, created_at)
VALUES (1, 1, 1, '[]', '', 1, now());
INSERT INTO committee_book (id, code, name, name_en, incident_id)
VALUES (1, 'cash', 'cash', '', 1);
INSERT INTO committee_measure (id, code, name, name_en, kind, state, audience, audience_en, reporter_type, note,
    version, incident_id, book_id)
VALUES (1, 'cash', 'cash', '', 'cash_by_tier', 'decided', '', '', '', '', 1, 1, 1);
INSERT INTO committee_tierpolicy (id, number, state, eligible_types, grounds, drafted_at, version, drafted_by_id,
    incident_id, measure_id, adopted_by_id, adopted_at, required_evidence, pricing, services, rounds, objection_days,
    resolution, reason)
VALUES (1, 1, 'adopted', '{small_business}', '', now(), 1, 1, 1, 1, 1, now(), '{}', '{}', '{}', '{}', 30, '1', '');
INSERT INTO committee_tier (id, number, bounds, outcome, amount, policy_id, needs_proof)
VALUES (1, 1, '[1,300001)', 'fixed', 30000, 1, FALSE), (2, 2, '[300001,500001)', 'fixed', 50000, 1, FALSE),
       (3, 3, '[500001,)', 'review', NULL, 1, FALSE);
"""
_CLAIMS = """
INSERT INTO claims_claim (id, receipt_number, received_at, admission, channel, reporter_type, pricing, claimed_loss,
    description, name, phone_sealed, bank_code, account_sealed, content_hash, version, incident_id, service_id)
SELECT n, 'B-' || lpad(n::text, 8, '0'), timestamptz '2022-10-19 09:00+09' + n * interval '1 second', 'regular',
    'online', CASE WHEN mod(n, 10) = 0 THEN 'small_business' ELSE 'general_user' END, 'free',
    mod(n * 7919::bigint, 600000), repeat('장애로 주문을 받지 못했습니다. ', 3),
    substr('김이박최정강조윤장임한오서신권황안송전홍', 1 + mod(n, 20)::int, 1)
        || substr('민서지예하도윤은수연현주태성진영정승유경소다가나보', 1 + mod(n / 20, 25)::int, 1)
        || substr('서준우연아현진은민영희경호수원빈혁훈지윤율린숙자미란정화옥', 1 + mod(n / 500, 29)::int, 1),
    sha256(('p' || n)::bytea), '004', sha256(('a' || n)::bytea), sha256(n::text::bytea), 1, 1, 1
FROM generate_series(1, {rows}) n;
"""
_CLASSIFIED = """
INSERT INTO claims_classification (claim_id, reporter_type, reporter_type_rule, pricing, pricing_rule, nature,
    nature_rule, operator_kind, operator_kind_rule, rule_set_id)
SELECT id, reporter_type, 'as_reported', pricing, 'as_reported',
    CASE WHEN mod(id, 3) = 0 THEN 'monetary' ELSE 'inquiry' END,
    'loss_named', CASE WHEN mod(id * {own}, {all}) < {own} THEN 'company' ELSE 'affiliate' END,
    'operator_of_service',
    1
FROM claims_claim;
"""
_SUPPORTED = """
INSERT INTO committee_decisionrun (id, created_at, incident_id, policy_id, run_by_id, is_again, reason)
VALUES (1, now(), 1, 1, 1, FALSE, '');
INSERT INTO committee_decision (claim_id, run_id, policy_id, tier_id, outcome, reason_code, amount, fact_loss,
    fact_reporter_type, fact_pricing, fact_nature, fact_admission, fact_operator_kind, decided_by_id, decided_at,
    reason)
SELECT id, 1, 1, 1, 'supported', 'tier', 30000, claimed_loss, 'small_business', 'free', 'monetary', 'regular',
    'company', 1, now(), ''
FROM claims_claim;
"""


@contextmanager
def scratch_database() -> Iterator[None]:
    """Point Django's connection at an empty, migrated database of this run alone, and drop it afterwards."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"relief_bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def lay_claims(rows: int, *, supported: bool = False) -> None:
    """Fill the scratch database with claims, ids 1 to `rows`: classified, or with `supported` decided."""
    own, whole = COMPANY_SHARE
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LAY)
        cursor.execute(_CLAIMS.format(rows=rows))
        if supported:
            cursor.execute(_SUPPORTED)
        else:
            cursor.execute(_CLASSIFIED.format(own=own, all=whole))
        cursor.execute("SELECT setval(pg_get_serial_sequence('committee_decisionrun', 'id'), 10)")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def empty(*tables: str) -> None:
    """Empty tables past the triggers that refuse it, and settle the database before the next round."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    settle()


def settle() -> None:
    """Write out what waits in memory, where the role may ask for it, so that no round pays for the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'USAGE')")
        if cursor.fetchone() == (True,):
            cursor.execute("CHECKPOINT")


def lay_clone(table: str) -> str:
    """Make an empty table with the columns, checks, indexes and foreign keys of another; return its name."""
    clone = f"bare_{table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {clone}")
        cursor.execute(f"CREATE TABLE {clone} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [table],
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {clone} ADD {definition}")
    settle()
    return clone


def keep_rows(table: str) -> str:
    """Copy the rows of a table into one without index or check; return its name."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS kept_{table}")
        cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
        cursor.execute(f"ANALYZE kept_{table}")
    return f"kept_{table}"
