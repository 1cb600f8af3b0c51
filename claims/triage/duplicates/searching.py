"""Looking for pairs: sets of claims that share a number, a name or a piece of text, compared within the database.

No claim is compared with all others. Claims that share a key stand in a block, sorted by name; each is compared with
the few that follow it and with the first of the block, so that the work grows with the claims and not their square.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from claims.register.fingerprints import fingerprints
from claims.register.models import Claim
from claims.register.rules import name_key
from claims.triage.duplicates.rules import Pair, Reason

_AT_ONCE = 2_000
_REACH, _LONG_REACH = 7, 20
"""How many of the following claims of a block each is compared with; blocks up to one more are compared whole."""
SHORTEST_TEXT = 10
_IGNORED = " \\t\\r\\n.,!?~…·\\'\"()"
_TRAITS = f"""
    INSERT INTO claims_duplicatetraits (
        claim_id, name_key, text_hash, name_block, head_block, tail_block, without_phone, facts
    )
    SELECT id, name_key, hashtextextended(text, 0),
        CASE WHEN name_key <> '' THEN hashtextextended(service_id || ':' || name_key, 1) END,
        CASE WHEN length(text) >= {SHORTEST_TEXT} THEN hashtextextended(service_id || ':' || left(text, 20), 2) END,
        CASE WHEN length(text) >= {SHORTEST_TEXT} THEN hashtextextended(service_id || ':' || right(text, 20), 3) END,
        phone_index IS NULL,
        md5(concat_ws('|', name_key, encode(phone_index, 'hex'), '', encode(registration_number_index, 'hex'), '',
            encode(account_index, 'hex'), service_id, coalesce(claimed_loss::text, '-'), day, text,
            (SELECT string_agg(print.kind || print.fingerprint, ',' ORDER BY print.kind, print.fingerprint)
             FROM duplicate_print print WHERE print.claim_id = compared.id)))
    FROM (
        SELECT claim.*, translate(lower(claim.description), E'{_IGNORED}', '') AS text,
            (claim.received_at AT TIME ZONE 'Asia/Seoul')::date AS day,
            coalesce(named.name_key, NULLIF(claimant.name_key, ''), '') AS name_key
        FROM duplicate_subject subject
        JOIN claims_claim claim ON claim.id = subject.claim_id
        LEFT JOIN duplicate_name named ON named.claim_id = claim.id
        LEFT JOIN claims_claimant claimant ON claimant.id = claim.claimant_id
    ) compared
    ON CONFLICT (claim_id) DO UPDATE SET (
        name_key, text_hash, name_block, head_block, tail_block, without_phone, facts
    ) = (
        EXCLUDED.name_key, EXCLUDED.text_hash, EXCLUDED.name_block, EXCLUDED.head_block, EXCLUDED.tail_block,
        EXCLUDED.without_phone, EXCLUDED.facts
    ) WHERE claims_duplicatetraits.facts <> EXCLUDED.facts
"""  # noqa: S608 - fragments of ours, here and below
_SUBJECT_FACTS = """
    FROM duplicate_subject subject JOIN claims_claim sought ON sought.id = subject.claim_id
    JOIN claims_duplicatetraits traits ON traits.claim_id = sought.id
"""
_BLOCK = """
    INSERT INTO duplicate_block (kind, key, reach, claim_id, place)
    SELECT '{kind}', key, {reach}, claim_id, place FROM (
        SELECT key, claim_id, row_number() OVER (PARTITION BY key ORDER BY name_key COLLATE "C", claim_id) AS place,
            count(*) OVER (PARTITION BY key) AS size
        FROM ({rows}) rows
    ) sized WHERE size > 1
"""
_BY_NUMBER = f"""
    SELECT {{key}} AS key, claim.id AS claim_id, coalesce(traits.name_key, '') AS name_key
    FROM claims_claim claim LEFT JOIN claims_duplicatetraits traits ON traits.claim_id = claim.id
    WHERE claim.incident_id = %(incident)s AND claim.{{column}} IN (
        SELECT sought.{{column}} {_SUBJECT_FACTS} WHERE sought.{{column}} IS NOT NULL
    )
"""  # noqa: S608
_BY_TRAIT = f"""
    SELECT int8send(traits.{{column}}) AS key, claim.id AS claim_id, traits.name_key
    FROM claims_duplicatetraits traits JOIN claims_claim claim ON claim.id = traits.claim_id
    WHERE claim.incident_id = %(incident)s AND traits.{{column}} IN (
        SELECT traits.{{column}} {_SUBJECT_FACTS} WHERE traits.{{column}} IS NOT NULL
    ) {{also}}
"""  # noqa: S608
# Near texts are asked about only where somebody left no phone: two people of two phones need more than a like text.
_WITHOUT_PHONE = """
    AND traits.{column} IN (SELECT traits.{column} FROM claims_duplicatetraits traits WHERE traits.without_phone)
"""
_BY_FINGERPRINT = """
    SELECT convert_to(print.kind || ':' || print.fingerprint, 'UTF8') AS key, claim.id AS claim_id,
        coalesce(traits.name_key, '') AS name_key
    FROM duplicate_print print JOIN claims_claim claim ON claim.id = print.claim_id
    LEFT JOIN claims_duplicatetraits traits ON traits.claim_id = claim.id
    WHERE claim.incident_id = %(incident)s
"""
_BLOCKS = (
    ("phone", _REACH, _BY_NUMBER.format(key="claim.phone_index", column="phone_index")),
    (
        "phone_service",
        _REACH,
        _BY_NUMBER.format(key="claim.phone_index || int8send(claim.service_id)", column="phone_index"),
    ),
    (
        "registration",
        _REACH,
        _BY_NUMBER.format(key="claim.registration_number_index", column="registration_number_index"),
    ),
    ("account", _REACH, _BY_NUMBER.format(key="claim.account_index", column="account_index")),
    ("fingerprint", _REACH, _BY_FINGERPRINT),
    ("name", _REACH, _BY_TRAIT.format(column="name_block", also="")),
    *(
        (column, _LONG_REACH, _BY_TRAIT.format(column=column, also=_WITHOUT_PHONE.format(column=column)))
        for column in ("head_block", "tail_block")
    ),
)
_PAIRS = """
    CREATE TEMP TABLE duplicate_pair ON COMMIT DROP AS
    SELECT DISTINCT least(one, two) AS one, greatest(one, two) AS two FROM (
        SELECT here.claim_id AS one, there.claim_id AS two FROM duplicate_block here
        CROSS JOIN LATERAL generate_series(here.place + 1, here.place + here.reach) following
        JOIN duplicate_block there ON (there.kind, there.key, there.place) = (here.kind, here.key, following)
        UNION ALL
        SELECT here.claim_id, there.claim_id FROM duplicate_block here
        JOIN duplicate_block there ON (there.kind, there.key) = (here.kind, here.key)
        WHERE here.place = 1 AND there.place > 1 + here.reach
    ) both_ways WHERE one <> two
"""
_SEEN = {
    Reason.REGISTRATION: "one.registration_number_index = two.registration_number_index",
    Reason.PHONE: "one.phone_index = two.phone_index",
    Reason.ACCOUNT: "one.account_index = two.account_index",
    Reason.FINGERPRINT: "EXISTS (SELECT FROM duplicate_print ours JOIN duplicate_print theirs "
    "USING (kind, fingerprint) WHERE ours.claim_id = one.id AND theirs.claim_id = two.id)",
    Reason.SERVICE: "one.service_id = two.service_id",
    Reason.NAME: "ours.name_key = theirs.name_key AND ours.name_key <> ''",
    Reason.TEXT: "ours.text_hash = theirs.text_hash AND ours.head_block IS NOT NULL",
    Reason.LOSS: "one.claimed_loss = two.claimed_loss AND one.claimed_loss > 0",
    Reason.DAY: "(one.received_at AT TIME ZONE 'Asia/Seoul')::date = (two.received_at AT TIME ZONE 'Asia/Seoul')::date",
    Reason.OTHER_PHONE: "one.phone_index <> two.phone_index",
    Reason.OTHER_REGISTRATION: "one.registration_number_index <> two.registration_number_index",
}
_SCORED = f"""
    SELECT one.id, two.id, ours.name_key, theirs.name_key,
        CASE WHEN one.service_id = two.service_id AND ours.text_hash <> theirs.text_hash THEN one.description END,
        CASE WHEN one.service_id = two.service_id AND ours.text_hash <> theirs.text_hash THEN two.description END,
        {", ".join(f"coalesce({test}, FALSE)" for test in _SEEN.values())}
    FROM duplicate_pair pair
    JOIN claims_claim one ON one.id = pair.one JOIN claims_claim two ON two.id = pair.two
    JOIN claims_duplicatetraits ours ON ours.claim_id = one.id
    JOIN claims_duplicatetraits theirs ON theirs.claim_id = two.id
    WHERE EXISTS (SELECT FROM duplicate_subject subject WHERE subject.claim_id IN (one.id, two.id))
        AND (one.phone_index IS NULL OR two.phone_index IS NULL OR one.phone_index = two.phone_index
            OR one.account_index = two.account_index OR one.registration_number_index = two.registration_number_index
            OR ours.text_hash = theirs.text_hash OR {_SEEN[Reason.FINGERPRINT]})
"""  # noqa: S608


def lay_subject(incident_id: int, subject: QuerySet[Claim]) -> None:
    """Put down whose likes are sought: the given claims, and all that share a live group with one of them.

    Their traits are made anew. To be called inside a transaction: the tables made here end with it.
    """
    statement, parameters = subject.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        for table in ("subject", "name", "print", "block", "pair"):
            cursor.execute(f"DROP TABLE IF EXISTS duplicate_{table}")
        cursor.execute(
            "CREATE TEMP TABLE duplicate_subject ON COMMIT DROP AS "  # noqa: S608 - built by the ORM
            f"SELECT id AS claim_id FROM ({statement}) of_us (id)",
            parameters,
        )
        cursor.execute(
            "INSERT INTO duplicate_subject SELECT DISTINCT other.claim_id FROM duplicate_subject subject "
            "JOIN claims_duplicatemember mine ON mine.claim_id = subject.claim_id AND mine.is_live "
            "JOIN claims_duplicatemember other ON other.group_id = mine.group_id "
            "JOIN claims_claim known ON known.id = other.claim_id "
            "WHERE other.claim_id NOT IN (SELECT claim_id FROM duplicate_subject)"
        )
        cursor.execute("CREATE INDEX ON duplicate_subject (claim_id)")
        _lay_names(cursor)
        _lay_prints(cursor, incident_id)
        cursor.execute("ANALYZE duplicate_subject, duplicate_name, duplicate_print")
        cursor.execute(_TRAITS)
        if cursor.rowcount >= _AT_ONCE:
            cursor.execute("SET LOCAL default_statistics_target = 10")
            cursor.execute("ANALYZE claims_duplicatetraits")


def _lay_names(cursor: Any) -> None:
    """Put down the names, as names are compared, of the claims that no claimant keeps one for."""
    cursor.execute("CREATE TEMP TABLE duplicate_name (claim_id bigint, name_key text) ON COMMIT DROP")
    cursor.execute(
        "SELECT claim.id, claim.name FROM duplicate_subject subject JOIN claims_claim claim "
        "ON claim.id = subject.claim_id LEFT JOIN claims_claimant claimant ON claimant.id = claim.claimant_id "
        "WHERE coalesce(claimant.name_key, '') = '' AND claim.name <> ''"
    )
    keys = [(claim, name_key(name)) for claim, name in cursor.fetchall()]
    with cursor.copy("COPY duplicate_name FROM STDIN") as copy:
        for row in keys:
            copy.write_row(row)


def _lay_prints(cursor: Any, incident_id: int) -> None:
    """Put down the declared fingerprints that claims of the incident share with those that are sought."""
    cursor.execute("CREATE TEMP TABLE duplicate_print (claim_id bigint, kind text, fingerprint text) ON COMMIT DROP")
    for kind, rows in fingerprints().items():
        asked = rows().order_by().annotate(print_of=F("claim_id"), print_text=F("fingerprint"))
        statement, parameters = asked.values_list("print_of", "print_text").query.sql_with_params()
        cursor.execute(
            f"WITH prints (claim_id, fingerprint) AS ({statement}) "  # noqa: S608
            "INSERT INTO duplicate_print SELECT DISTINCT prints.claim_id, %s, prints.fingerprint::text FROM prints "
            "JOIN claims_claim claim ON claim.id = prints.claim_id AND claim.incident_id = %s "
            "WHERE prints.fingerprint IN (SELECT fingerprint FROM prints JOIN duplicate_subject USING (claim_id))",
            [*parameters, kind, incident_id],
        )


def pairs(incident_id: int) -> Iterator[Pair]:
    """Yield the pairs, within the incident, with one claim or both among those laid down; each pair once."""
    keys = {"incident": incident_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE duplicate_block "
            "(kind text, key bytea, reach int, claim_id bigint, place bigint) ON COMMIT DROP"
        )
        for kind, reach, rows in _BLOCKS:
            cursor.execute(_BLOCK.format(kind=kind, reach=reach, rows=rows), keys)
        cursor.execute("ANALYZE duplicate_block")
        cursor.execute(_PAIRS)
        cursor.execute("ANALYZE duplicate_pair")
        cursor.execute(_SCORED)
        while rows := cursor.fetchmany(_AT_ONCE):
            for one, two, our_name, their_name, our_text, their_text, *seen in rows:
                yield Pair(
                    one=one,
                    two=two,
                    seen=frozenset(reason for reason, is_so in zip(_SEEN, seen, strict=True) if is_so),
                    names=(our_name, their_name),
                    texts=None if our_text is None else (our_text, their_text),
                )
