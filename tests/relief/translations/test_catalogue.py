from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import CommandError, call_command

from relief.translations import catalogue
from relief.translations.extraction import Found, Message


def test_korean_catalogue_is_whole() -> None:
    assert catalogue.faults() == []


def test_compiling_is_left_out_where_nothing_changed(own_catalogue: Path) -> None:
    write(own_catalogue, {"One": "하나"})
    assert (catalogue.compile_stale(), catalogue.compile_stale()) == (True, False)
    os.utime(own_catalogue, ns=(own_catalogue.stat().st_atime_ns, own_catalogue.stat().st_mtime_ns + 10**9))
    assert catalogue.compile_stale() is True
    assert [entry.msgstr for entry in polib.mofile(str(own_catalogue.with_suffix(".mo")))] == ["하나"]


@pytest.fixture
def own_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalogue of the test's own; returns its path."""
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    path = catalogue.source_path()
    path.parent.mkdir(parents=True)
    return path


def want(monkeypatch: pytest.MonkeyPatch, *messages: Message) -> None:
    """Let the sources hold exactly these messages."""
    monkeypatch.setattr(catalogue, "wanted_messages", lambda: Found({message: {"a.py"} for message in messages}))


def write(path: Path, words: dict[str, str], **entry: object) -> None:
    file = catalogue._empty()
    for text, korean in words.items():
        file.append(polib.POEntry(msgid=text, msgstr=korean, **entry))
    file.save(str(path))


@pytest.mark.parametrize(
    ("message", "words", "fault"),
    [
        ("One", {}, "not in the catalogue"),
        ("One", {"One": ""}, "missing"),
        ("One", {"One": "하나", "flags": ["fuzzy"]}, "fuzzy"),
        ("%(n)s rows", {"%(n)s rows": "행"}, "placeholders differ"),
        ("%(n)s rows", {"%(n)s rows": "%(m)s행"}, "placeholders differ"),
        ("하나", {"하나": "하나"}, "msgid is not English"),
        ("One", {"One": "하나", "Two": "둘"}, "outdated"),
    ],
)
def test_hole_in_the_catalogue_is_named(
    message: str, words: dict[str, Any], fault: str, own_catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    want(monkeypatch, Message(message))
    flags = words.pop("flags", [])
    write(own_catalogue, words, flags=flags)
    assert [found.partition(":")[0] for found in catalogue.faults()] == [fault]
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_messages", verbosity=0)


def test_bringing_up_to_date_keeps_words_and_marks_the_obsolete(
    own_catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(own_catalogue, {"One": "하나", "Two": "둘"})
    want(monkeypatch, Message("One"), Message("Three"), Message("%(n)s row", plural="%(n)s rows"))
    assert catalogue.bring_up_to_date() == (2, 1)
    entries = {entry.msgid: entry for entry in catalogue.load()}
    assert (entries["One"].msgstr, entries["Three"].msgstr, entries["Two"].obsolete) == ("하나", "", True)
    assert entries["%(n)s row"].msgid_plural == "%(n)s rows"
    want(monkeypatch, Message("One"), Message("Two"))
    catalogue.bring_up_to_date()
    assert {entry.msgid: (entry.msgstr, entry.obsolete) for entry in catalogue.load()} == {
        "One": ("하나", False),
        "Two": ("둘", False),
    }
