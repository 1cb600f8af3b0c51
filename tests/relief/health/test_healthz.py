import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from relief import clock
from relief.health import services
from relief.health.models import Heartbeat
from relief.launcher.places import CHECKOUT

WORKER, SCHEDULE = Heartbeat.Part.WORKER, Heartbeat.Part.SCHEDULE


def _age(part, age):
    Heartbeat.objects.update_or_create(part=part, defaults={"at": clock.now() - age})


def _states(client):
    answer = client.get("/healthz")
    body = answer.json()
    return answer.status_code, body.pop("ok"), {name: part["state"] for name, part in body.items()}


def test_health_with_signs_of_life_is_200_without_signing_in(db, client):
    services.beat(WORKER)
    services.beat(SCHEDULE)
    assert _states(client) == (
        200,
        True,
        {"database": "ok", "broker": "ok", "worker": "ok", "schedule": "ok"},
    )


def test_health_before_any_sign_of_life_is_503(db, client):
    assert _states(client) == (
        503,
        False,
        {"database": "ok", "broker": "ok", "worker": "never seen", "schedule": "never seen"},
    )


@pytest.mark.parametrize(
    ("silent", "limit"), [(WORKER, services.WORKER_SILENCE), (SCHEDULE, services.SCHEDULE_SILENCE)]
)
def test_health_with_one_part_silent_too_long_is_503(db, client, silent, limit):
    services.beat(WORKER)
    services.beat(SCHEDULE)
    _age(silent, limit - timedelta(seconds=5))
    assert _states(client)[0] == 200
    _age(silent, limit + timedelta(seconds=5))
    status, well, states = _states(client)
    assert (status, well, states[silent.value]) == (503, False, "silent")


def test_health_is_read_only_and_never_cached(db, client):
    assert client.post("/healthz").status_code == 405
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_health_without_a_database_or_broker_says_so():
    program = """
import django, json
django.setup()
from django.test import Client
answer = Client(headers={"host": "localhost"}).get("/healthz")
print(answer.status_code, json.dumps({n: p["state"] for n, p in answer.json().items() if n != "ok"}))
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "relief.settings.development",
        "DATABASE_URL": "postgres://nobody:secretword@127.0.0.1:1/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True
    )
    status, _, states = done.stdout.strip().partition(" ")
    assert status == "503"
    assert json.loads(states) == {
        "database": "unreachable",
        "broker": "unreachable",
        "worker": "unknown",
        "schedule": "unknown",
    }
    assert "secretword" not in done.stdout + done.stderr


def test_beat_again_moves_the_one_mark_of_its_part(db):
    _age(WORKER, timedelta(hours=1))
    services.beat(WORKER)
    mark = Heartbeat.objects.get()
    assert mark.part == WORKER
    assert clock.now() - mark.at < timedelta(minutes=1)
