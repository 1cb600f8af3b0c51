"""Finding every English msgid in Python and in templates, ours and those of packages that our pages show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("relief", "claims", "committee", "templates")
# Packages whose words stand on our pages, as folders inside them.
FOREIGN = {
    "unfold": ("", ("contrib/constance", "contrib/guardian", "contrib/location_field", "contrib/simple_history")),
    "django_filters": ("", ("rest_framework",)),
    "import_export": ("", ()),
}
# Django's own Korean of these misleads, so our catalogue has its own.
REWORDED = (
    "Save and add another",
    "Select %s to change",
    "Select %s to view",
    "View %s",
    "Delete selected %(verbose_name_plural)s",
)
SINGULAR = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
CONTEXT_PLURAL = frozenset({"npgettext", "npgettext_lazy"})
_LITERAL = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")
_CALL = re.compile(
    rf"(?<![A-Za-z_])(?P<name>_|n?p?gettext)\(\s*u?(?P<literals>(?:{_LITERAL.pattern})(?:\s*,\s*u?(?:{_LITERAL.pattern}))*)"
)


@dataclass(frozen=True)
class Message:
    """A msgid with its plural and its context, if any."""

    text: str
    plural: str = ""
    context: str = ""


@dataclass
class Found:
    """Messages with the files (relative, sorted later) in which they stand."""

    files: dict[Message, set[str]] = field(default_factory=dict)

    def add(self, message: Message, file: str) -> None:
        """Note a message; the empty msgid is the catalogue's own header and is left out."""
        if message.text.strip():
            self.files.setdefault(message, set()).add(file)


def _message(name: str, texts: list[str]) -> Iterator[Message]:
    """Yield the message of a gettext call by its name and the texts it is given, if it is one."""
    if name in SINGULAR and texts:
        yield Message(texts[0])
    elif name in PLURAL and len(texts) > 1:
        yield Message(texts[0], plural=texts[1])
    elif name in CONTEXT and len(texts) > 1:
        yield Message(texts[1], context=texts[0])
    elif name in CONTEXT_PLURAL and len(texts) > 2:
        yield Message(texts[1], plural=texts[2], context=texts[0])


def _texts(call: ast.Call) -> list[str]:
    return [node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def in_python(source: str) -> Iterator[Message]:
    """Yield the msgids of gettext calls, and of `stage="…"`, which is shown in the language of who looks."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        yield from _message(name, _texts(node))
        for keyword in node.keywords:
            if keyword.arg == "stage" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                yield Message(str(keyword.value.value))


def in_template(source: str) -> Iterator[Message]:
    """Yield the msgids of a Django template."""
    # Between the calls Django leaves letters that are no Python, so the calls are found by their shape.
    for match in _CALL.finditer(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in _LITERAL.findall(match["literals"])]
        yield from _message(match["name"], texts)


def _scan(folder: Path, found: Found, *, name: str, without: tuple[str, ...] = ()) -> None:
    shut = [folder / part for part in (*without, "migrations", "locale", "static")]
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or any(path.is_relative_to(part) for part in shut):
            continue
        if path.suffix == ".txt" and "templates" not in path.parts:
            continue
        read = in_python if path.suffix == ".py" else in_template
        for message in read(path.read_text(encoding="utf-8")):
            found.add(message, f"{name}/{path.relative_to(folder).as_posix()}")


def our_messages() -> Found:
    """Return the msgids of the project itself, and those of Django's that it words anew."""
    found = Found()
    for text in REWORDED:
        found.add(Message(text), "django")
    for name in OURS:
        _scan(ROOT / name, found, name=name)
    return found


def foreign_messages() -> Found:
    """Return the msgids of packages whose words stand on our pages."""
    found = Found()
    for package, (part, without) in FOREIGN.items():
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        _scan(Path(spec.origin).parent / part, found, name=package, without=without)
    return found
