"""Finding every English msgid in Python and in templates, ours and those of packages that our pages show."""

from __future__ import annotations

import ast
import io
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
SINGULAR = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
CONTEXT_PLURAL = frozenset({"npgettext", "npgettext_lazy"})


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
        if message.text:
            self.files.setdefault(message, set()).add(file)


def _texts(call: ast.Call) -> list[str]:
    return [node.value for node in call.args if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def in_python(source: str) -> Iterator[Message]:
    """Yield the msgids of gettext calls, and of `stage="…"`, which is shown in the language of who looks."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = _texts(node)
        if name in SINGULAR and texts:
            yield Message(texts[0])
        elif name in PLURAL and len(texts) > 1:
            yield Message(texts[0], plural=texts[1])
        elif name in CONTEXT and len(texts) > 1:
            yield Message(texts[1], context=texts[0])
        elif name in CONTEXT_PLURAL and len(texts) > 2:
            yield Message(texts[1], plural=texts[2], context=texts[0])
        for keyword in node.keywords:
            if keyword.arg == "stage" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                yield Message(str(keyword.value.value))


def in_template(source: str) -> Iterator[Message]:
    """Yield the msgids of a Django template."""
    # Only the commands need it, and it is not installed where the site merely runs.
    from babel.messages.extract import extract_python

    keywords = {*SINGULAR, *PLURAL, *CONTEXT, *CONTEXT_PLURAL}
    code = io.BytesIO(templatize(source).encode())
    for _line, name, messages, _comments in extract_python(code, keywords, (), {"encoding": "utf-8"}):
        texts = [text for text in (messages if isinstance(messages, (tuple, list)) else (messages,)) if text]
        if name in SINGULAR and texts:
            yield Message(texts[0])
        elif name in PLURAL and len(texts) > 1:
            yield Message(texts[0], plural=texts[1])
        elif name in CONTEXT and len(texts) > 1:
            yield Message(texts[1], context=texts[0])
        elif name in CONTEXT_PLURAL and len(texts) > 2:
            yield Message(texts[1], plural=texts[2], context=texts[0])


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
    """Return the msgids of the project itself."""
    found = Found()
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
