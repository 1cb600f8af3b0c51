"""The rows of a referral file, each as its claim stood when the line was frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.utils.timezone import localtime

from claims.catalogue.models import Service
from claims.register.models import Claim
from claims.triage.referral.models import ReferralFile
from claims.triage.referral.rules import NUMBERS
from relief.korea.banks import bank_name
from relief.sealed import mask, unseal

_TOGETHER = 500


def rows_of(file: ReferralFile, *, told: Callable[[int], None]) -> Iterator[list[str]]:
    """Yield the lines of the file in their order as texts; `told` is called with the count now and then.

    A claim that was corrected since the freezing is read from its history, in the version that was frozen.
    """
    services = dict(Service.objects.filter(incident_id=file.incident_id).values_list("pk", "name"))
    lines = file.referrals.order_by("line").values_list("claim_id", "claim_version").iterator()
    count = 0
    while together := list(islice(lines, _TOGETHER)):
        claims: dict[int, Any] = Claim.objects.in_bulk([key for key, _version in together])
        for key, version in together:
            claim = claims[key] if claims[key].version == version else _as_frozen(key, version)
            yield [_cell(claim, name, services, in_clear=file.numbers_in_clear) for name in file.columns]
        count += len(together)
        told(count)


def _as_frozen(key: int, version: int) -> Any:
    events = apps.get_model("claims", "ClaimEvent").objects
    return events.filter(pgh_obj_id=key, version=version).order_by("-pgh_id")[0]


def _cell(claim: Any, name: str, services: dict[int, str], *, in_clear: bool) -> str:
    if name in NUMBERS:
        sealed = getattr(claim, f"{name}_sealed")
        # An event's `id` is the claim's: its values are bound to the claim's row.
        text = "" if sealed is None else unseal(sealed, bound_to=Claim.bound(name, claim.id))
        return text if in_clear else mask(text)
    words: dict[str, Callable[[], Any]] = {
        "received_at": lambda: localtime(claim.received_at).strftime("%Y-%m-%d %H:%M"),
        "service": lambda: services[claim.service_id],
        "reporter_type": claim.get_reporter_type_display,
        "pricing": claim.get_pricing_display,
        "claimed_loss": lambda: "" if claim.claimed_loss is None else claim.claimed_loss,
        "bank": lambda: bank_name(claim.bank_code) if claim.bank_code else "",
    }
    return str(words[name]() if name in words else getattr(claim, name))
