"""A profile comes back from JSON as it was, and JSON that is none is refused with the path of what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.catalogue.models import ReporterType
from claims.intake.columns import FIELDS
from claims.intake.date_formats import FORMATS
from claims.intake.profile import FORMAT, UNITS, Column, Profile
from relief.errors import RuleBroken
from relief.korea.banks import BANKS

PRINTED = st.characters(exclude_categories=("Cs", "Cc"))
WORDS = st.text(PRINTED, min_size=1, max_size=30).filter(str.strip)
CODES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=40)
COLUMNS = st.dictionaries(
    st.sampled_from(sorted(FIELDS)),
    st.builds(Column, WORDS, st.none() | st.integers(1, 200)) | st.builds(Column, st.just(""), st.integers(1, 200)),
)
MEANINGS = {
    "channel": WORDS,
    "reporter_type": st.sampled_from(["", *ReporterType.values]),
    "service": st.just("") | CODES,
    "pricing": st.sampled_from(["", "paid", "free", "unknown"]),
    "claimed_loss": st.just("") | st.integers(0, 10**15).map(str),
    "bank": st.sampled_from(["", *(bank.code for bank in BANKS)]),
}
# Words that stay different when they are compared without blanks, width and capitals.
FEW_WORDS = st.sampled_from(["유료", "무료", "무료 체험", "-", "기타", "Paid plan", "ＰＲＯ"])
FIXED = {
    "received_at": st.just("2022-10-19 10:00"),
    "channel": WORDS,
    "reporter_type": st.sampled_from(ReporterType.values),
    "service": CODES,
    "pricing": st.sampled_from(["paid", "free"]),
}


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    columns = draw(COLUMNS)
    return Profile(
        columns=columns,
        sheet=draw(st.text(PRINTED, max_size=31)),
        skip_rows=draw(st.integers(0, 100)),
        heading_rows=draw(st.integers(1, 3)),
        encoding=draw(st.sampled_from(["", "utf-8", "cp949"])),
        delimiter=draw(st.sampled_from(["", ",", "\t", ";", "|", "^"])),
        date_formats=tuple(draw(st.lists(st.sampled_from(sorted(FORMATS)), unique=True, max_size=4))),
        unit=draw(st.sampled_from(UNITS)),
        currency=draw(st.sampled_from(["", "$", "US$", "€"])),
        empty=tuple(draw(st.lists(WORDS, max_size=4))),
        values={
            name: draw(st.dictionaries(FEW_WORDS, meanings, max_size=4))
            for name, meanings in MEANINGS.items()
            if draw(st.booleans())
        },
        fixed={name: draw(value) for name, value in FIXED.items() if name not in columns and draw(st.booleans())},
    )


@given(profiles())
def test_profile_comes_back_from_json_as_it_was(profile: Profile) -> None:
    written = profile.as_json()
    assert Profile.from_json(json.loads(json.dumps(written))) == profile
    assert Profile.from_json(written).as_json() == written


def test_profile_that_says_nothing_is_the_default() -> None:
    assert Profile.from_json({"format": FORMAT}) == Profile()


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"format": "relief-profile/2"}, "format"),
        ({"sheets": "a"}, "sheets"),
        ({"sheet": 1}, "sheet"),
        ({"sheet": "가" * 81}, "sheet"),
        ({"sheet": "a\x00"}, "sheet"),
        ({"skip_rows": -1}, "skip_rows"),
        ({"skip_rows": True}, "skip_rows"),
        ({"skip_rows": 101}, "skip_rows"),
        ({"heading_rows": -1}, "heading_rows"),
        ({"heading_rows": 4}, "heading_rows"),
        ({"encoding": "latin-1"}, "encoding"),
        ({"delimiter": ",,"}, "delimiter"),
        ({"delimiter": "a"}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"delimiter": "\n"}, "delimiter"),
        ({"columns": []}, "columns"),
        ({"columns": {"colour": {"heading": "색"}}}, "columns.colour"),
        ({"columns": {"name": "이름"}}, "columns.name"),
        ({"columns": {"name": {"heading": 1}}}, "columns.name.heading"),
        ({"columns": {"name": {"heading": ""}}}, "columns.name"),
        ({"columns": {"name": {"heading": "이름", "place": 0}}}, "columns.name.place"),
        ({"columns": {"name": {"heading": "이름", "place": 1.0}}}, "columns.name.place"),
        ({"columns": {"name": {"heading": "이름", "column": 1}}}, "columns.name.column"),
        ({"date_formats": "M/D/YYYY"}, "date_formats"),
        ({"date_formats": ["M/D/YYYY", "whatever"]}, "date_formats[1]"),
        ({"unit": 7}, "unit"),
        ({"unit": True}, "unit"),
        ({"unit": 1.0}, "unit"),
        ({"currency": "-"}, "currency"),
        ({"currency": "1"}, "currency"),
        ({"currency": "a very long sign"}, "currency"),
        ({"empty": "-"}, "empty"),
        ({"empty": ["-", " "]}, "empty[1]"),
        ({"empty": ["-"] * 2_001}, "empty"),
        ({"values": {"name": {"가": "나"}}}, "values.name"),
        ({"values": {"pricing": {"유": "both"}}}, "values.pricing.유"),
        ({"values": {"pricing": {"유": None}}}, "values.pricing.유"),
        ({"values": {"pricing": {"": "paid"}}}, "values.pricing."),
        ({"values": {"pricing": {"유 료": "paid", "유료": "free"}}}, "values.pricing.유료"),
        ({"values": {"reporter_type": {"개인": "person"}}}, "values.reporter_type.개인"),
        ({"values": {"service": {"톡": "a b"}}}, "values.service.톡"),
        ({"values": {"bank": {"우리": "우리은행"}}}, "values.bank.우리"),
        ({"values": {"claimed_loss": {"모름": "많이"}}}, "values.claimed_loss.모름"),
        ({"values": {"channel": {"웹": "가" * 41}}}, "values.channel.웹"),
        ({"values": {"channel": {str(n): "가" for n in range(2_001)}}}, "values.channel"),
        ({"fixed": {"receipt_number": "1"}}, "fixed.receipt_number"),
        ({"fixed": {"name": "김민서"}}, "fixed.name"),
        ({"fixed": {"service": ""}}, "fixed.service"),
        ({"fixed": {"received_at": "어제"}}, "fixed.received_at"),
        ({"fixed": {"service": "chat"}, "columns": {"service": {"heading": "서비스"}}}, "fixed.service"),
    ],
)
def test_profile_with_a_wrong_part_is_refused_by_its_path(parts: dict[str, Any], path: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        Profile.from_json({"format": FORMAT} | parts)
    assert refused.value.code == "profile_not_valid"
    assert f" {path}: " in str(refused.value)


@pytest.mark.parametrize("data", [None, 1, "x", [], True])
def test_json_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(RuleBroken) as refused:
        Profile.from_json(data)
    assert refused.value.code == "profile_not_valid"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(Profile().as_json())), JSON))
def test_any_json_is_a_profile_or_refused(parts: dict[str, Any]) -> None:
    try:
        profile = Profile.from_json({"format": FORMAT} | parts)
    except RuleBroken as refused:
        assert refused.code == "profile_not_valid"  # noqa: PT017 - the other outcome is legal too
    else:
        assert Profile.from_json(profile.as_json()) == profile


@pytest.mark.parametrize(
    "parts",
    [
        {"\ud800": 1},
        {"columns": {"\ud800": {}}},
        {"columns": {"service": {"\ud800": 1}}},
        {"values": {"service": {"\ud800": "a"}}},
        {"fixed": {"service": "\ud800"}},
    ],
)
def test_refusal_of_a_profile_can_be_shown_whatever_it_quotes(parts: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refused:
        Profile.from_json({"format": FORMAT} | parts)
    assert str(refused.value).encode()
