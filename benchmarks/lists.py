"""The list of claims: its first page against the same page at 1,000 claims, other pages against the first."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.measuring import Figure, peak_memory_mb, seconds
from benchmarks.register_data import lay_claims, scratch_database
from claims.models import Claim, Desk
from claims.register.counting import recount
from relief.accounts.models import User
from relief.sealed import blind_index

ROWS = 5_000_000
FEW = 1_000
COUNTING_SECONDS = 60.0
"""The beat counts every minute: counting takes less."""
ROUNDS = 7
PHONE = "01012345678"
REGISTRATION = "1208147521"

PAGES: Mapping[str, tuple[dict[str, str], float]] = {
    "last page": ({"last": "1"}, 1.2),
    "one filter": ({"nature": "monetary"}, 1.3),
    "two filters": ({"nature": "monetary", "reporter_type": "small_business"}, 3),
    "by state": ({"state": "classified"}, 3),
    "name of two syllables": ({"q": "김민"}, 3),
    "name of three syllables": ({"q": "이서준"}, 3),
    "name that nobody has": ({"q": "홍길동"}, 3),
    "phone": ({"q": PHONE}, 3),
    "registration number": ({"q": REGISTRATION}, 3),
}
"""What is asked of the list, and the highest ratio to its first page (measures of the programme)."""


def _client() -> Client:
    Desk.objects.create(user_id=1, incident_id=1, is_current=True)
    Claim.objects.filter(pk=7).update(
        phone_index=blind_index(PHONE, domain="phone"),
        registration_number_index=blind_index(REGISTRATION, domain="registration_number"),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_claim")
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=1), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _fastest(client: Client, words: Mapping[str, str]) -> float:
    """Return the milliseconds of the fastest of ROUNDS requests, the first of which only warms up."""

    def ask() -> None:
        response = client.get(reverse("admin:claims_claim_changelist"), words)
        assert response.status_code == 200, response.status_code

    ask()
    return min(seconds(ask) for _ in range(ROUNDS)) * 1000


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("admin:claims_claim_changelist"))
    return len(asked)


def run(rows: int | None) -> list[Figure]:
    """Ask for pages of a list of `rows` claims and return a figure for each."""
    count = rows or ROWS
    with scratch_database():
        lay_claims(FEW)
        client = _client()
        recount()
        few, few_queries = _fastest(client, {}), _queries(client)
    with scratch_database():
        lay_claims(count)
        client = _client()
        uncounted = _fastest(client, {})
        counting = seconds(recount)
        first, queries = _fastest(client, {}), _queries(client)
        words: dict[str, tuple[dict[str, str], float]] = {
            "page in the middle": ({"after": str(count // 2)}, 1.2),
            **PAGES,
        }
        others = {name: (_fastest(client, asked), goal) for name, (asked, goal) in words.items()}
    memory = peak_memory_mb()
    return [
        Figure("claims, first page", first, few, 1.2, count, memory, "ms"),
        Figure("claims, its queries", queries, few_queries, 1.0, count, memory, ""),
        Figure("claims, with facet counts", first, uncounted, 1.1, count, memory, "ms"),
        Figure("claims, counting the facets", counting, COUNTING_SECONDS, 1.0, count, memory),
        *(Figure(f"claims, {name}", took, first, goal, count, memory, "ms") for name, (took, goal) in others.items()),
    ]
