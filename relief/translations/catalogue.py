"""Our one Korean catalogue: brought up to the sources, checked for holes, compiled when stale."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django.conf
import polib
from django.apps import apps

if TYPE_CHECKING:
    from relief.translations.extraction import Found, Message

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LANGUAGE = "ko"
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_PLACEHOLDER = re.compile(r"%\([a-z_0-9]+\)[a-z]|(?<!%)%[sd]|\{[a-z_0-9]*\}")


def source_path() -> Path:
    """Return where the catalogue that people edit lies."""
    return LOCALE / LANGUAGE / "LC_MESSAGES" / "django.po"


def compile_stale() -> bool:
    """Compile the catalogue where its compiled form is missing or older; says whether it did."""
    source = source_path()
    target = source.with_suffix(".mo")
    if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
        return False
    part = target.with_suffix(f".mo.{id(source)}")
    polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(part))
    part.replace(target)
    return True


@cache
def _known_elsewhere() -> dict[tuple[str, str], str]:
    """Return what Django and the installed packages translate into Korean themselves, by (context, msgid)."""
    folders = [Path(django.conf.__file__).parent]
    folders += [Path(app.path) for app in apps.get_app_configs() if not Path(app.path).is_relative_to(LOCALE.parent)]
    known: dict[tuple[str, str], str] = {}
    for folder in folders:
        path = folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.mo"
        for entry in polib.mofile(str(path)) if path.exists() else ():
            known[entry.msgctxt or "", entry.msgid] = entry.msgstr or "".join(entry.msgstr_plural.values())
    return known


def wanted_messages() -> Found:
    """Return every message the catalogue has to hold: ours, and foreign ones without a Korean of their own."""
    from relief.translations.extraction import foreign_messages, our_messages

    found = our_messages()
    for message, files in foreign_messages().files.items():
        if not _known_elsewhere().get((message.context, message.text)):
            for file in files:
                found.add(message, file)
    # One msgid has one entry: the form with a plural serves the one without.
    for message in [one for one in found.files if not one.plural]:
        plural = next(
            (
                other
                for other in found.files
                if other.plural and (other.text, other.context) == (message.text, message.context)
            ),
            None,
        )
        if plural is not None:
            found.files[plural] |= found.files.pop(message)
    return found


def _empty() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=110, check_for_duplicates=True)
    catalogue.metadata = {
        "Project-Id-Version": "relief",
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def load() -> polib.POFile:
    """Return the catalogue, an empty one where there is none yet."""
    return polib.pofile(str(source_path()), encoding="utf-8", wrapwidth=110) if source_path().exists() else _empty()


def _key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def _entry(message: Message, files: set[str], old: polib.POEntry | None) -> polib.POEntry:
    words: dict[str, Any] = {"msgstr": ""}
    old_text = "" if old is None else old.msgstr or old.msgstr_plural.get(0, "")
    if message.plural:
        words = {"msgid_plural": message.plural, "msgstr_plural": {0: old_text}}
    elif old is not None:
        words = {"msgstr": old_text}
    flags = [] if old is None else [flag for flag in old.flags if flag == "fuzzy"]
    if "%(" in message.text + message.plural:
        flags.append("python-format")
    return polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        occurrences=[(file, "") for file in sorted(files)],
        flags=flags,
        **words,
    )


def bring_up_to_date() -> tuple[int, int]:
    """Write the wanted messages into the catalogue, keeping translations; returns (missing, obsolete) counts.

    Entries that no source has any more stay as obsolete ones until somebody removes them.
    """
    old = load()
    by_key = {_key(entry): entry for entry in old}
    fresh = _empty()
    wanted = wanted_messages()
    for message, files in sorted(wanted.files.items(), key=lambda item: (item[0].text.lower(), item[0].context)):
        fresh.append(_entry(message, files, by_key.pop((message.context, message.text), None)))
    missing = len(fresh.untranslated_entries())
    for entry in sorted(by_key.values(), key=_key):
        if entry.msgstr or any(entry.msgstr_plural.values()):
            entry.obsolete = True
            fresh.append(entry)
    source_path().parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(source_path()), newline="\n")
    return missing, len(fresh.obsolete_entries())


def _placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDER.findall(text)))


def faults() -> list[str]:
    """Return one sentence for each hole or error of the catalogue; none where it is whole."""
    entries = {_key(entry): entry for entry in load()}
    found = []
    wanted = wanted_messages().files
    for message, files in sorted(wanted.items(), key=lambda item: item[0].text):
        place = f"{min(files)}: {message.text!r}"
        if _HANGUL.search(message.text):
            found.append(f"msgid is not English: {place}")
        entry = entries.pop((message.context, message.text), None)
        if entry is None or entry.obsolete:
            found.append(f"not in the catalogue: {place}")
            continue
        text = entry.msgstr or entry.msgstr_plural.get(0, "")
        if not text:
            found.append(f"missing: {place}")
        elif entry.fuzzy:
            found.append(f"fuzzy: {place}")
        elif _placeholders(text) != _placeholders(message.plural or message.text):
            found.append(f"placeholders differ: {place} / {text!r}")
    found.extend(f"outdated: {key[1]!r}" for key, entry in sorted(entries.items()))
    return found
