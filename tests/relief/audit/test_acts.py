from __future__ import annotations

import ast
from pathlib import Path

from relief.audit.acts import ACTS, act_words

ROOT = Path(__file__).resolve().parents[3]


def test_every_act_that_a_service_names_has_words() -> None:
    named = {
        keyword.value.value
        for package in ("relief", "claims", "committee")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "act" and isinstance(keyword.value, ast.Constant)
    }
    assert named - set(ACTS) == set()


def test_act_without_words_is_shown_by_its_code() -> None:
    assert act_words("claims.unheard_of") == "claims.unheard_of"
