"""Logs as structured lines: JSON in production, readable in development, without personal data."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
# Names of fields whose value never belongs in a log, whatever it looks like.
_HIDDEN_FIELDS = re.compile(
    r"password|secret|token|account|phone|contact|registration|holder|session|cookie", re.IGNORECASE
)
# Nine digits or more, with or without separators: phones, accounts, registration numbers. Primary keys,
# counts and whole won below a billion are shorter.
_LONG_NUMBER = re.compile(r"(?<![\w.:])(?!\d{4}-\d\d-\d\d[ T])\d(?:[ -]?\d){8,}(?!\w)")


def _hide(value: Any) -> Any:
    if isinstance(value, str):
        return _LONG_NUMBER.sub(HIDDEN, value)
    if isinstance(value, dict):
        return {key: HIDDEN if _HIDDEN_FIELDS.search(str(key)) else _hide(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hide(item) for item in value]
    return value


def hide_personal_data(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Replace fields and long numbers that could be personal data before a line is rendered."""
    return {
        key: HIDDEN if _HIDDEN_FIELDS.search(key) else item if key == "timestamp" else _hide(item)
        for key, item in event.items()
    }


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_config(*, json: bool, level: str) -> dict[str, Any]:
    """Return Django's LOGGING with every line, ours or a library's, through the same processors."""
    render: list[Processor] = (
        [
            structlog.processors.format_exc_info,
            hide_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if json
        else [structlog.processors.format_exc_info, hide_personal_data, structlog.dev.ConsoleRenderer(colors=False)]
    )
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Statements carry their parameters, and parameters are personal data.
            "django.db.backends": {"level": "WARNING"},
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            "pgmq": {"level": "WARNING"},
            # A line for each turn of the schedule says nothing; failures are logged higher.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
