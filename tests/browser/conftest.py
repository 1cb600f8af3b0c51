"""A real browser on a real server: Chromium, the demo's people, and a thread that carries queued jobs out."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from claims.catalogue.models import Incident
from claims.triage.services import create_rule_set
from committee.demo import measures
from committee.demo.catalogue import OUTAGE
from committee.demo.people import PASSWORD
from committee.demo.rule_sets import FINAL_NOTE, FINAL_RULES
from committee.demo.setting import lay_incidents, seat_people
from committee.plan import measures as plan
from relief.jobs import services as jobs
from relief.jobs.models import Job

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 10_000
"""Milliseconds after which an element that does not appear fails the test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; a machine without one fails with the words that help."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail(
            "The browser tests need Chromium. Install it: apt-get install chromium fonts-noto-cjk", pytrace=False
        )
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # The browser's driver keeps an event loop in this thread, and Django would take every query for one inside it.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def outage(live_server: Any, private_folder: Path) -> Incident:
    """The demo's people at the incident of October 2022, with its catalogue, its rules and the cash measure."""
    cast = seat_people()
    incident = lay_incidents(cast)[OUTAGE.code]
    create_rule_set(by=cast["intake"], incident=incident, rules=FINAL_RULES, note=FINAL_NOTE)
    cash = next(facts for facts in measures.MEASURES if facts.code == measures.CASH)
    plan.create_measure(
        by=cast["secretary"],
        incident=incident,
        code=cash.code,
        name=cash.name,
        name_en=cash.name_en,
        kind=cash.kind,
        state=cash.state,
        audience=cash.audience,
        audience_en=cash.audience_en,
        reporter_type=cash.reporter_type,
    )
    return incident


@pytest.fixture
def worker(outage: Incident) -> Iterator[None]:
    """Carry queued jobs out beside the server, as a worker does, on connections of its own."""
    ended = threading.Event()

    def work() -> None:
        try:
            while not ended.wait(0.1):
                for key in list(Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True)):
                    jobs.carry_out(key)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()


@pytest.fixture
def enter(browser: Browser, live_server: Any, worker: None) -> Iterator[Callable[..., Page]]:
    """Sign a person in, in a browser of his own, and return his page; no page may write an error to the console.

    A refusal that a test provokes is no such error: `provoked` are the addresses' ends whose answer is one.
    """
    contexts = []
    errors: list[str] = []

    def sign_in(username: str, *, password: str = PASSWORD, provoked: tuple[str, ...] = ()) -> Page:
        context = browser.new_context(locale="ko-KR", base_url=live_server.url, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)

        def note(message: Any) -> None:
            address = message.location.get("url", "").split("?")[0]
            if message.type == "error" and not (provoked and address.endswith(provoked)):
                errors.append(f"{address}: {message.text}")

        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.goto("/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.click("[type=submit]")
        page.wait_for_selector(".relief-heading")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert errors == []
