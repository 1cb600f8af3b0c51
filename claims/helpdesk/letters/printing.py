"""A letter as a PDF, as it was written."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from unfold.views import UnfoldModelAdminViewMixin

from claims.helpdesk.letters.models import Delivery
from claims.helpdesk.letters.pages import person
from relief.audit.models import Disclosure
from relief.audit.services import record_disclosure
from relief.pdf.services import render


def letter_pdf(*, incident: str, language: str, subject: str, body: str, receipt_number: str, at: Any) -> bytes:
    """Return a letter as a PDF in its language; the same letter, the same bytes. `at` is when it was written."""
    with override(language):
        day = date_format(localtime(at), "DATE_FORMAT")
        facts = [(gettext("Receipt number"), receipt_number)]
    return render(
        "letter.typ",
        {
            "created_at": at,
            "title": subject,
            "language": language,
            "incident": incident,
            "date": day,
            "letters": [{"subject": subject, "facts": facts, "body": body}],
        },
    )


class LetterPdfView(UnfoldModelAdminViewMixin, View):
    """Gives a letter as a PDF; it names a person, so the download is recorded."""

    permission_required = "claims.view_delivery"
    title = _("Letter as PDF")

    def get(self, request: HttpRequest, object_id: str, **_context: Any) -> HttpResponse:
        letter: Delivery | None = self.model_admin.get_object(request, object_id)
        if letter is None:
            raise Http404
        record_disclosure(
            by=person(request),
            kind=Disclosure.Kind.DOWNLOAD,
            subject="claims.delivery",
            subject_key=str(letter.pk),
            fields="body",
            reason=gettext("Letter as PDF"),
            incident_id=letter.claim.incident_id,
        )
        content = letter_pdf(
            incident=str(letter.claim.incident),
            language=letter.language,
            subject=letter.subject,
            body=letter.body,
            receipt_number=letter.claim.receipt_number,
            at=letter.at,
        )
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="letter-{letter.pk}.pdf"'
        return answer
