from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from relief.jobs import services
from relief.jobs.models import Job
from tests import factories

KIND = "test.work"
PERMISSION = "claims.import_claims"


@pytest.fixture
def register() -> Iterator[Callable[..., None]]:
    """Register a runner for test.work; it is gone after the test."""

    def put(function: Callable[[services.Run], dict[str, Any]], **kwargs: Any) -> None:
        services.runner(KIND, permission=PERMISSION, **kwargs)(function)

    yield put
    services._kinds.pop(KIND, None)


@pytest.fixture
def queued() -> Callable[..., Job]:
    """Make a queued job of test.work."""
    return lambda **kwargs: factories.JobFactory(kind=KIND, **kwargs)
