"""Triggers that keep the books: entries close to zero, and balances follow the postings."""

from __future__ import annotations

import pgtrigger

from relief.guards import Refusal


def closes_to_zero(rule: str, *, entry: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses, at the end of the transaction, an entry whose postings do not sum to zero.

    `entry` says where the row of the trigger holds the entry's key: "NEW.id" or "NEW.entry_id".
    """
    return pgtrigger.Trigger(
        name="closes_to_zero",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=f"""
            IF (SELECT count(*) < 2 OR sum(won) <> 0 FROM committee_posting WHERE entry_id = {entry}) THEN
                RAISE EXCEPTION 'rule {rule}' USING ERRCODE = 'check_violation', CONSTRAINT = '{rule}';
            END IF;
            RETURN NULL;
        """,  # noqa: S608 - the rule and the key are ours
    )


def opens_balances(accounts: list[str]) -> pgtrigger.Trigger:
    """Return the trigger that opens a balance of 0 won for every account of a new book."""
    names = ", ".join(f"('{account}')" for account in accounts)
    return pgtrigger.Trigger(
        name="opens_balances",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=f"""
            INSERT INTO committee_balance (book_id, account, won, is_limited)
            SELECT NEW.id, account, 0, FALSE FROM (VALUES {names}) accounts (account);
            RETURN NULL;
        """,  # noqa: S608 - the accounts are ours
    )


def moves_balance() -> pgtrigger.Trigger:
    """Return the trigger that adds a posting to its balance; what is allotted limits what is available.

    The UPDATE locks the balance until the transaction ends, so that two writers at once see each other.
    """
    return pgtrigger.Trigger(
        name="moves_balance",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func="""
            UPDATE committee_balance b
            SET won = b.won + NEW.won,
                is_limited = b.is_limited OR (e.kind = 'allot' AND b.account = 'available')
            FROM committee_entry e
            WHERE e.id = NEW.entry_id AND b.book_id = e.book_id AND b.account = NEW.account;
            RETURN NULL;
        """,
    )


def follows_postings(rule: str) -> Refusal:
    """Return the trigger that refuses any write to a balance but those of the triggers above."""
    return Refusal(
        rule=rule,
        name="follows_postings",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        test="pg_trigger_depth() < 2",
    )
