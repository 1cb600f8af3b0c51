"""Every named rule of the database has its sentence, and every sentence its rule."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from relief.errors import declared_constraints
from relief.guards import Refusal

OURS = ("relief", "claims", "committee")


def our_models() -> list[type[models.Model]]:
    """Return the models of the three packages, event tables included."""
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def test_constraint_without_a_sentence_is_refused() -> None:
    named = {
        constraint.name
        for model in our_models()
        if not hasattr(model, "pgh_tracked_model")
        for constraint in model._meta.constraints
    }
    assert named - set(declared_constraints()) == set()


def test_trigger_without_a_sentence_is_refused() -> None:
    named = {
        trigger.rule
        for model in our_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, Refusal)
    }
    assert named - set(declared_constraints()) == set()


@pytest.mark.django_db
def test_declared_rule_stands_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'")
        constraints = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT prosrc FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid WHERE NOT t.tgisinternal")
        functions = "\n".join(source for (source,) in cursor.fetchall())
    missing = {
        name for name in declared_constraints() if name not in constraints and f"CONSTRAINT = '{name}'" not in functions
    }
    assert missing == set()


def test_scoped_model_offers_visible_to() -> None:
    """Every table that belongs to an incident is read through `visible_to`."""
    without = {
        model._meta.label
        for model in our_models()
        if not hasattr(model, "pgh_tracked_model")
        and any(field.name == "incident" for field in model._meta.fields)
        and not hasattr(model._default_manager.all(), "visible_to")
    }
    assert without == {"claims.Desk"}
