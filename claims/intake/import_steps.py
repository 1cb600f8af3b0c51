"""The one next step of an import, in a sentence and its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.intake.models import ClaimImport, ImportState
from claims.intake.rejections import open_rows
from claims.intake.services import PERMISSION

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from relief.accounts.models import User


@dataclass(frozen=True, slots=True)
class Button:
    """Words, an address, and how loud: "primary" for the next step, "default" for another, "danger"."""

    label: StrOrPromise
    address: str
    variant: str = "default"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done with an import now, and with which buttons."""

    sentence: StrOrPromise
    buttons: tuple[Button, ...] = ()


_SENTENCES: Mapping[str, StrOrPromise] = {
    ImportState.PROPOSED: _("Nothing of the file is read yet. Look which column feeds which field, and confirm it."),
    ImportState.WAITING: _("The file waits for a worker that reads it. This page shows how far it is."),
    ImportState.LOADING: _("The file is being read; nothing of it stands in the register yet."),
    ImportState.STAGED: _("Every row is read, none is registered. Look at the summary; accept the file or refuse it."),
    ImportState.ACCEPTING: _("The claims of the file are being registered: all of them, or none."),
    ImportState.UNDOING: _("The claims of the file are being taken out of the register."),
    ImportState.UNDONE: _("The claims of this file were taken out again; nothing of it stands in the register."),
    ImportState.REFUSED: _("The file was refused; nothing of it stands in the register. It may be handed in again."),
    ImportState.FAILED: _(
        "Nothing of this file stands in the register. Try again, correct the columns, or refuse the file."
    ),
    ImportState.CANCELLED: _(
        "The import was cancelled; nothing of this file stands in the register. The file may be handed in again."
    ),
}
_REFUSE = ("refuse", _("Refuse the file"), "danger")
_REOPEN = ("reopen", _("Correct the columns"), "default")
_ACTS: Mapping[str, tuple[tuple[str, StrOrPromise, str], ...]] = {
    ImportState.PROPOSED: (("columns", _("Confirm the columns"), "primary"), _REFUSE),
    ImportState.STAGED: (("accept", _("Accept the file"), "primary"), _REOPEN, _REFUSE),
    ImportState.FAILED: (_REOPEN, _REFUSE),
}


def next_step(row: ClaimImport, user: User) -> Step:
    """Return what is to be done now; buttons only for who may import."""
    acts = list(_ACTS.get(row.state, ()))
    sentence = _SENTENCES.get(row.state, "")
    if row.continues_id is not None:
        # Corrected rows have the columns of the import that refused them.
        acts = [act for act in acts if act[0] not in {"columns", "reopen"}]
    if row.state == ImportState.ACCEPTED:
        still_open = open_rows(row).count() if row.rows_rejected else 0
        sentence = _("The claims of the file are registered.")
        if still_open:
            sentence = _(
                "The claims of the file are registered; %(count)s rejected rows are open. Download them, correct their "
                "cells, and hand them in: they continue this import."
            ) % {"count": f"{still_open:,}"}
            acts.append(("rejected_rows", _("Download the rejected rows"), "default"))
            acts.append(("corrected", _("Hand in corrected rows"), "primary"))
        acts.append(("undo", _("Undo the import"), "default"))
    if not user.has_perm(PERMISSION):
        acts = []
    buttons = (
        Button(label, reverse(f"admin:claims_claimimport_{name}", args=(row.pk,)), variant)
        for name, label, variant in acts
    )
    return Step(sentence, tuple(buttons))
