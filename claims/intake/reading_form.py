"""What a person fills in about how a file is read: its sheet, its heading, its encoding and delimiter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from claims.intake.profile import MOST_HEADING_ROWS, Profile
from relief.spreadsheets.text_form import ENCODINGS

DELIMITER_WORDS = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
    "^": _("caret"),
    "~": _("tilde"),
    " ": _("blank"),
}
# A tab and a blank would be lost on the way of a form.
_SENT = {"\t": "tab", " ": "blank"}
_RECEIVED = {sent: mark for mark, sent in _SENT.items()}
FOUND_OUT = _("found out from the file")


def delimiter_words(mark: str) -> str:
    """Return a delimiter as a page shows it."""
    return str(DELIMITER_WORDS.get(mark, mark)) + (f" ( {mark} )" if mark in DELIMITER_WORDS and mark.strip() else "")


class ReadingForm(forms.Form):
    """Which table of the file is read, and how it is written."""

    sheet = forms.CharField(
        label=_("Sheet"), max_length=80, required=False, strip=False, widget=UnfoldAdminTextInputWidget
    )
    skip_rows = forms.IntegerField(
        label=_("Rows above the heading"),
        min_value=0,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"min": 0, "max": 1000}),
    )
    heading_rows = forms.IntegerField(
        label=_("Rows of the heading"),
        min_value=0,
        max_value=MOST_HEADING_ROWS,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"min": 0, "max": MOST_HEADING_ROWS}),
        help_text=_("0 where the first row is a claim already"),
    )
    encoding = forms.ChoiceField(label=_("Encoding"), required=False, widget=UnfoldAdminSelectWidget)
    delimiter = forms.ChoiceField(label=_("Delimiter"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, data: Any = None, *, profile: Profile, sheets: Sequence[str] = ()) -> None:
        delimiter = _SENT.get(profile.delimiter, profile.delimiter)
        super().__init__(
            data,
            initial={
                "sheet": profile.sheet,
                "skip_rows": profile.skip_rows,
                "heading_rows": profile.heading_rows,
                "encoding": profile.encoding,
                "delimiter": delimiter,
            },
        )
        if sheets:
            self.fields["sheet"].widget = UnfoldAdminSelectWidget(
                choices=[("", _("the first one")), *((name, name) for name in sheets)]
            )
        marks = dict.fromkeys((*DELIMITER_WORDS, *([profile.delimiter] if profile.delimiter else ())))
        self._choices("encoding", ((name, name) for name in ENCODINGS))
        self._choices("delimiter", ((_SENT.get(mark, mark), delimiter_words(mark)) for mark in marks))

    def _choices(self, name: str, choices: Any) -> None:
        field: Any = self.fields[name]
        field.choices = [("", FOUND_OUT), *choices]

    def parts(self) -> dict[str, Any]:
        """Return the parts of the profile that a valid form speaks for."""
        given = self.cleaned_data
        return {**given, "delimiter": _RECEIVED.get(given["delimiter"], given["delimiter"])}
