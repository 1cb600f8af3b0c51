from __future__ import annotations

import pytest

from relief.translations.extraction import Message, in_python, in_template


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("One")', [Message("One")]),
        ('gettext_lazy("One " "line")', [Message("One line")]),
        ("ngettext('%(n)s row', '%(n)s rows', n)", [Message("%(n)s row", plural="%(n)s rows")]),
        ("pgettext('a month', 'May')", [Message("May", context="a month")]),
        ("npgettext_lazy('c', 'row', 'rows', 2)", [Message("row", plural="rows", context="c")]),
        ('run.advance(done=0, stage="reading")', [Message("reading")]),
        ("_(name)", []),
        ("run.advance(stage=name)", []),
        ('other("One")', []),
    ],
)
def test_python_yields_its_messages(source: str, found: list[Message]) -> None:
    assert list(in_python(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% load i18n %}<p>{% trans 'One' %}</p>", [Message("One")]),
        ('<a title="{% translate "It\'s" %}">', [Message("It's")]),
        ("{{ name|default:_('None') }}", [Message("None")]),
        ("{% blocktrans trimmed %}\n  One\n  line\n{% endblocktrans %}", [Message("One line")]),
        (
            "{% blocktrans count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}",
            [Message("%(n)s row", plural="%(n)s rows")],
        ),
        ("{% trans 'May' context 'a month' %}", [Message("May", context="a month")]),
        ("<p>Not a message, don't worry</p>", []),
        ("{% trans name %}", []),
    ],
)
def test_template_yields_its_messages(source: str, found: list[Message]) -> None:
    assert list(in_template(source)) == found
