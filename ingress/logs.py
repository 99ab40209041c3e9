"""Log lines, one JSON object each: ids, sizes and counts; never a message's text, a secret or a phone number."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime

import psycopg

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes a record and its `extra` fields as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        line.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        if record.exc_info and record.exc_info[1] is not None:
            # The error's class and the line that raised it: its message could quote what a customer wrote.
            line["error"] = describe(record.exc_info[1])
            line["at"] = _origin(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str) -> None:
    """Sends every log line of the process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # uvicorn warns about every broken request of a scanner; httpx2 logs every single post.
    for name, least in {
        "uvicorn": logging.ERROR,
        "httpx2": logging.WARNING,
        "httpcore2": logging.WARNING,
    }.items():
        logging.getLogger(name).setLevel(least)
    logging.getLogger("psycopg").setLevel(logging.ERROR)


class SafeError(Exception):
    """Its message contains no user data and may be logged."""


def describe(error: BaseException) -> str:
    """An error in a few words. PostgreSQL's messages may quote a row, so of those only the SQLSTATE is kept."""
    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return f"{type(error).__name__} {error.sqlstate}"
    if isinstance(error, (psycopg.OperationalError, OSError)):
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    if isinstance(error, SafeError):
        return f"{type(error).__name__} {error}"[:300]
    return type(error).__name__


def _origin(error: BaseException) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class LogRateLimiter:
    """Allows one line a key in `every_s` seconds: some errors could happen thousands of times a second."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._last: dict[str, float] = {}

    def allow(self, key: str) -> bool:
        now = time.monotonic()
        if now - self._last.get(key, -self._every_s) < self._every_s:
            return False
        self._last[key] = now
        return True
