import json
import logging
import subprocess
import sys

import pytest

from relief.launcher.places import CHECKOUT
from relief.settings.logs import HIDDEN, hide_personal_data


def _hidden(**event):
    return hide_personal_data(logging.getLogger(), "info", event)


@pytest.mark.parametrize(
    "planted",
    ["01012345678", "010-1234-5678", "110 123 456789", "110-123-456789", "220-81-62517", "2208162517"],
)
def test_long_numbers_are_hidden_wherever_they_stand(planted):
    assert _hidden(event=f"row of {planted}, refused") == {"event": f"row of {HIDDEN}, refused"}
    assert _hidden(event="x", rows=[{"value": planted}]) == {"event": "x", "rows": [{"value": HIDDEN}]}


@pytest.mark.parametrize(
    "name", ["password", "account_number", "phone", "contact", "registration_number", "secret_key"]
)
def test_fields_with_telling_names_are_hidden_whatever_they_hold(name):
    assert _hidden(event="x", **{name: "short"}) == {"event": "x", name: HIDDEN}


def test_counts_keys_dates_and_times_stay():
    kept = {
        "event": "import 17 done at 2026-11-22 14:05:06.123456 with 105116 rows, 99999999 won",
        "timestamp": "2026-11-22T14:05:06.123456Z",
        "job": 123456789012,
    }
    assert _hidden(**kept) == kept


def test_production_lines_are_json_without_planted_numbers():
    program = """
import logging, logging.config
from relief.settings.logs import logging_config
logging.config.dictConfig(logging_config(json=True, level="INFO"))
logging.getLogger("elsewhere").warning("call %s back", "010-1234-5678")
try:
    raise ValueError("account 110-123-456789 is wrong")
except ValueError:
    logging.getLogger("elsewhere").exception("failed")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [f"call {HIDDEN} back", "failed"]
    assert [line["level"] for line in lines] == ["warning", "error"]
    assert "ValueError" in lines[1]["exception"]
    assert "456789" not in done.stderr
