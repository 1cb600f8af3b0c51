"""What a person fills in about the columns of a file: which field each feeds, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from claims.intake.choices import Choices
from claims.intake.columns import FIELDS, NEEDED
from claims.intake.date_formats import FORMATS
from claims.intake.drafts import Draft
from claims.intake.masking import masked
from claims.intake.profile import FIXED, FORMAT, UNITS, Profile
from relief.errors import RuleBroken
from relief.korea.banks import folded

UNIT_WORDS = dict(
    zip(
        UNITS,
        (_("won"), _("thousand won"), _("ten thousand won"), _("million won"), _("hundred million won")),
        strict=True,
    )
)
WORDED = ("service", "reporter_type", "pricing", "bank")
"""Fields of a closed set of words, whose unknown words the page offers to map."""
UNMAPPED, NOTHING, _MEANS = "", "-", "="
_MOST_LISTED = 200
_WORD_KEY = re.compile(rf"word_({'|'.join(WORDED)})_(\d{{1,4}})")


def _text(**attributes: Any) -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", **attributes})


class MappingForm(forms.Form):
    """The fields that the columns feed, and how what stands in them is read.

    Besides the fields written out here it has `column_<place>`, `fixed_<field>` and, for each listed word of a file,
    `word_<field>_<number>` with `means_<field>_<number>`.
    """

    unit = forms.TypedChoiceField(
        label=_("Unit of amounts"),
        coerce=int,
        choices=[(unit, f"{words} (1 = {unit:,})") for unit, words in UNIT_WORDS.items()],
        widget=UnfoldAdminSelectWidget,
        help_text=_("What 1 stands for where nothing else is written in the cell"),
    )
    currency = forms.CharField(
        label=_("Sign to leave out"),
        max_length=8,
        required=False,
        widget=_text(placeholder="$"),
        help_text=_("Stands with the amounts and says nothing about them"),
    )
    empty = forms.CharField(
        label=_("Words that mean nothing"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, such as - or N/A; a cell with one counts as empty"),
    )
    date_formats = forms.MultipleChoiceField(
        label=_("How dates are written"),
        choices=[(code, one.example) for code, one in FORMATS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("2022-10-19 and the like are always read. Tick only what the file really uses."),
    )

    def __init__(
        self, data: Any = None, *, draft: Draft, choices: Choices, unknown: Mapping[str, Mapping[str, int]]
    ) -> None:
        profile = draft.profile
        super().__init__(
            data,
            initial={
                "unit": profile.unit,
                "currency": profile.currency,
                "empty": "\n".join(profile.empty),
                "date_formats": list(profile.date_formats),
            },
        )
        self._draft, self._choices, self._counts = draft, choices, unknown
        self._add_columns()
        self._add_fixed()
        self._listed = self._listed_words() if data is None else self._sent_words()
        for name, words in self._listed.items():
            self._add_words(name, words)

    def _add_columns(self) -> None:
        fed = {place: name for name, place in self._draft.columns.items()}
        options = [
            ("", _("not read")),
            *((name, f"{label} *" if name in NEEDED else label) for name, label in FIELDS.items()),
        ]
        for place, heading in enumerate(self._draft.headings):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=heading,
                choices=options,
                required=False,
                initial=fed.get(place, ""),
                widget=UnfoldAdminSelectWidget(attrs={"aria-label": heading or str(place + 1)}),
            )

    def _add_fixed(self) -> None:
        for name in FIXED:
            value = self._draft.profile.fixed.get(name, "")
            label = FIELDS[name]
            if name in self._choices.by_field:
                options = [("", _("none")), *self._choices.listed(name, value)]
                self.fields[f"fixed_{name}"] = forms.ChoiceField(
                    label=label, choices=options, required=False, initial=value, widget=UnfoldAdminSelectWidget
                )
            else:
                self.fields[f"fixed_{name}"] = forms.CharField(
                    label=label, max_length=40, required=False, initial=value, widget=_text()
                )

    def _listed_words(self) -> dict[str, list[tuple[int, str, str]]]:
        """Return by field (number, word, meaning) of the words that nobody knows, then of those that the profile maps.

        What no profile can hold, and what must be masked, is left out: there a column feeds a field that it cannot.
        """
        listed: dict[str, list[tuple[int, str, str]]] = {}
        for name in WORDED:
            means = dict.fromkeys(self._counts.get(name, {}), UNMAPPED)
            mapped = self._draft.profile.values.get(name, {})
            means.update({word: f"{_MEANS}{value}" if value else NOTHING for word, value in mapped.items()})
            words = [(word, meaning) for word, meaning in means.items() if len(word) <= 120 and masked(word) == word]
            if words:
                listed[name] = [(number, *both) for number, both in enumerate(words[:_MOST_LISTED])]
        return listed

    def _sent_words(self) -> dict[str, list[tuple[int, str, str]]]:
        listed: dict[str, list[tuple[int, str, str]]] = {}
        for key in self.data:
            match = _WORD_KEY.fullmatch(key)
            if match is not None:
                name, number = match[1], int(match[2])
                meaning = self.data.get(f"means_{name}_{number}", UNMAPPED)
                listed.setdefault(name, []).append((number, self.data[key], meaning))
        return listed

    def _add_words(self, name: str, words: list[tuple[int, str, str]]) -> None:
        present = [meaning.removeprefix(_MEANS) for _number, _word, meaning in words if meaning.startswith(_MEANS)]
        options = [
            (UNMAPPED, _("not known: the row is rejected")),
            (NOTHING, _("nothing, as if the cell were empty")),
            *((f"{_MEANS}{value}", label) for value, label in self._choices.listed(name, *present)),
        ]
        for number, word, meaning in words:
            self.fields[f"word_{name}_{number}"] = forms.CharField(
                initial=word, strip=False, max_length=120, widget=forms.HiddenInput
            )
            self.fields[f"means_{name}_{number}"] = forms.ChoiceField(
                choices=options,
                initial=meaning,
                required=False,
                widget=UnfoldAdminSelectWidget(attrs={"aria-label": word}),
            )

    def word_lines(self, name: str) -> list[tuple[str, int | None, forms.BoundField, forms.BoundField]]:
        """Return (word, rows that have it, its hidden field, the choice of its meaning) of each listed word."""
        counts = self._counts.get(name, {})
        return [
            (word, counts.get(word), self[f"word_{name}_{number}"], self[f"means_{name}_{number}"])
            for number, word, _meaning in self._listed.get(name, ())
        ]

    def clean_currency(self) -> str:
        return str(self._part("currency", self.cleaned_data["currency"]))

    def clean_fixed_received_at(self) -> str:
        value = self.cleaned_data["fixed_received_at"]
        self._part("fixed", {"received_at": value} if value else {})
        return str(value)

    @staticmethod
    def _part(part: str, value: Any) -> Any:
        """Return a part of a profile. Raises ValidationError where no profile may have it."""
        try:
            Profile.from_json({"format": FORMAT, part: value})
        except RuleBroken as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return value

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        fed: dict[str, int] = {}
        for place, heading in enumerate(self._draft.headings):
            name = cleaned.get(f"column_{place}", "")
            if name and fed.setdefault(name, place) != place:
                other = self._draft.headings[fed[name]] or fed[name] + 1
                self.add_error(
                    f"column_{place}",
                    _('"%(field)s" has the column "%(other)s" already. Choose one of the two for "%(heading)s".')
                    % {"field": FIELDS[name], "other": other, "heading": heading or place + 1},
                )
        cleaned["columns"] = fed
        return cleaned

    def profile(self, written: Mapping[str, Any]) -> Profile:
        """Return the profile that a valid form describes; `written` has what `ReadingForm.parts` tells.

        Raises RuleBroken(profile_not_valid).
        """
        given, base = self.cleaned_data, self._draft.profile
        columns = given["columns"]
        return Profile.from_json(
            {
                **base.as_json(),
                **written,
                "columns": {
                    name: {"heading": self._draft.headings[columns[name]], "place": columns[name] + 1}
                    for name in FIELDS
                    if name in columns
                },
                "date_formats": given["date_formats"],
                "unit": given["unit"],
                "currency": given["currency"],
                "empty": [line.strip() for line in given["empty"].splitlines() if line.strip()],
                "values": self._values(),
                "fixed": {
                    name: given[f"fixed_{name}"] for name in FIXED if name not in columns and given[f"fixed_{name}"]
                },
            }
        )

    def _values(self) -> dict[str, dict[str, str]]:
        """Return the value maps: the profile's own, as far as they are not listed on the page, and those listed."""
        maps: dict[str, dict[str, str]] = {}
        for name in {**self._draft.profile.values, **self._listed}:
            sent = [(self.cleaned_data[f"word_{name}_{number}"], number) for number, *_ in self._listed.get(name, ())]
            listed = {folded(word) for word, _number in sent}
            words = {
                word: value
                for word, value in self._draft.profile.values.get(name, {}).items()
                if folded(word) not in listed
            }
            for word, number in sent:
                meaning = self.cleaned_data[f"means_{name}_{number}"]
                if meaning != UNMAPPED:
                    words[word] = "" if meaning == NOTHING else meaning.removeprefix(_MEANS)
            if words:
                maps[name] = words
        return maps
