"""Logs: one line a fact, with a stable `action`. Tokens, passwords and keys never reach a line, whoever writes it."""

import logging
import re
import sys
from typing import Literal

import structlog

from playbooks.incident import label_of
from playbooks.secrets import mask

_TOKENS = re.compile(r"\b(xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]{6,}")
_PASSWORDS = re.compile(r"(://[^:/@\s]{0,100}:)[^/\s]{1,200}@")
_TICKETS = re.compile(r"([?&]ticket=)[^&\s\"']{1,400}")


def of_incident(number: int) -> dict[str, str]:
    """How every line names the incident that it is about; nothing for what belongs to none (number 0)."""
    return {"incident": label_of(number)} if number else {}


def redacted(line: str) -> str:
    """The line without anything that would let its reader in."""
    line = _TOKENS.sub(r"\1-…", line)
    line = mask(line, lambda _: "…").text  # no fingerprint: what is logged is not looked up
    line = _PASSWORDS.sub(r"\1…@", line)
    return _TICKETS.sub(r"\1…", line)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Works on the finished line, so that tracebacks and foreign loggers are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def configure_logs(style: Literal["text", "json"]) -> None:
    """Everything that logs in this process writes to stderr in one style."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Redacting(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # At DEBUG the SDK prints whole envelopes; at INFO every reconnect. Neither belongs into an operator's log.
    for name in ("slack_bolt", "slack_sdk", "apscheduler", "alembic", "uvicorn", "aiohttp.access", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
