# ruff: noqa: INP001 - fed to the shell, never imported
"""Hands in a claim file, leaves its reading and registering to the running worker; run by .ci/service in the shell."""

import os
import sys
import time
from pathlib import Path

from claims.catalogue.models import Incident
from claims.intake.proposing import layout_for
from claims.intake.services import accept, load, receive_file
from relief.accounts.models import User

path = Path(os.environ["CLAIM_FILE"])
user = User.objects.get(username="intake")
received = receive_file(
    by=user, incident=Incident.objects.get(code="practice"), chunks=[path.read_bytes()], name=path.name
)
layout, saved = layout_for(received)
for under_way in ("load", "accept"):
    received = (
        load(by=user, claim_import=received, layout=layout, saved_profile=saved)
        if under_way == "load"
        else accept(by=user, claim_import=received)
    )
    end = time.monotonic() + 120
    while received.job.state in received.job.OPEN and time.monotonic() < end:
        time.sleep(0.2)
        received.job.refresh_from_db()
    if received.job.state != "done":
        break
received.refresh_from_db()
sys.stdout.write(
    f"the worker left the import as {received.state}: {received.rows_new} claims, {received.rows_rejected} rejected\n"
)
sys.exit(received.state != "accepted")
