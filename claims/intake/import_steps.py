"""The one next step of an import, in a sentence and its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.intake.facts import Amendment
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
_GONE = (ImportState.REFUSED, ImportState.CANCELLED, ImportState.UNDONE)


def next_step(row: ClaimImport, user: User) -> Step:
    """Return what is to be done now; buttons only for who may import."""
    step = _registered(row) if row.state == ImportState.ACCEPTED else _plain(row)
    return step if user.has_perm(PERMISSION) else Step(step.sentence)


def _plain(row: ClaimImport) -> Step:
    acts = _ACTS.get(row.state, ())
    sentence = _SENTENCES.get(row.state, "")
    if row.continues_id is not None:
        # Corrected rows have the columns of the import that refused them.
        acts = tuple(act for act in acts if act[0] not in {"columns", "reopen"})
    elif row.state == ImportState.STAGED and 2 * row.rows_rejected > row.rows_read:
        sentence = _(
            "More than half of the rows are rejected and would be left out. Look why below: often a column feeds the "
            "wrong field, or a word is not mapped. Nothing is registered yet."
        )
    elif row.state in _GONE:
        again = Button(_("Import a claim file"), reverse("admin:claims_claimimport_receive"))
        return Step(sentence, (again,))
    return Step(sentence, tuple(_button(row, *act) for act in acts))


def _registered(row: ClaimImport) -> Step:
    buttons: list[Button] = []
    sentence: StrOrPromise = _("The claims of the file are registered.")
    waiting = (
        Amendment.objects.filter(claim_import=row, state=Amendment.State.WAITING).count() if row.rows_changed else 0
    )
    following = row.continuations.exclude(state__in=(*_GONE, ImportState.ACCEPTED)).order_by("-pk").first()
    still_open = open_rows(row).count() if row.rows_rejected else 0
    if following is not None:
        sentence = _(
            "The claims of the file are registered. Corrected rows were handed in as import no. %(number)s "
            "(%(state)s): go on there."
        ) % {"number": following.pk, "state": following.get_state_display()}
        label = _("Go to import no. %(number)s") % {"number": following.pk}
        buttons.append(Button(label, reverse("admin:claims_claimimport_change", args=(following.pk,)), "primary"))
    elif still_open:
        sentence = _(
            "The claims of the file are registered; %(count)s rejected rows are open. Download them, correct their "
            "cells, and hand them in: they continue this import."
        ) % {"count": f"{still_open:,}"}
    elif waiting:
        sentence = _(
            "The claims of the file are registered; %(count)s of its changes wait for a person. "
            "Say for each what holds."
        ) % {"count": f"{waiting:,}"}
    if waiting:
        loud = "default" if following is not None or still_open else "primary"
        address = reverse("admin:claims_claimimport_change", args=(row.pk,)) + "?tab=changes&state=waiting"
        buttons.append(Button(_("Look at the waiting changes"), address, loud))
    if still_open:
        loud = "primary" if following is None else "default"
        buttons.append(_button(row, "rejected_rows", _("Download the rejected rows"), "default"))
        buttons.append(_button(row, "corrected", _("Hand in corrected rows"), loud))
    buttons.append(_button(row, "undo", _("Undo the import"), "default"))
    return Step(sentence, tuple(buttons))


def _button(row: ClaimImport, name: str, label: StrOrPromise, variant: str) -> Button:
    return Button(label, reverse(f"admin:claims_claimimport_{name}", args=(row.pk,)), variant)
