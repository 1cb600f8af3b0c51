"""The Celery application; it finds the tasks of every slice by itself."""

import os
from importlib import import_module
from pkgutil import walk_packages

from celery import Celery
from celery.signals import beat_init, setup_logging

from relief.health.pulse import Pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.settings.development")

ROOTS = ("relief", "claims", "committee")

app = Celery("relief")
app.config_from_object("django.conf:settings", namespace="CELERY")


def _broken(name: str) -> None:
    raise ImportError(f"{name} cannot be imported, so its tasks would be missing")


def slices() -> list[str]:
    """Return every package of the project, any of which may have a `tasks` module."""
    found = [
        module.name
        for root in ROOTS
        for module in walk_packages(import_module(root).__path__, f"{root}.", onerror=_broken)
        if module.ispkg
    ]
    return [*ROOTS, *found]


app.autodiscover_tasks(slices)
app.steps["worker"].add(Pulse)


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Django's LOGGING is in force already; Celery would put its own handlers in front of it."""


@beat_init.connect
def _beat_at_once(**_: object) -> None:
    """Send the schedule's sign of life at the start: its first turn is due only later."""
    app.send_task("relief.beat_schedule", expires=30)
