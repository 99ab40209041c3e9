"""Log lines, a JSON object each: ids, sizes, counts; never a message's text, a secret or a phone number."""

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
            # The kind of error and where it came from; its text could quote what a customer wrote.
            line["error"] = describe(record.exc_info[1])
            line["at"] = _where(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str) -> None:
    """Sends every log line of the process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # The server warns about every broken request of a scanner, and the client tells of every single post.
    for name, least in {
        "uvicorn": logging.ERROR,
        "httpx2": logging.WARNING,
        "httpcore2": logging.WARNING,
    }.items():
        logging.getLogger(name).setLevel(least)
    logging.getLogger("psycopg").setLevel(logging.ERROR)


class Told(Exception):
    """An error whose text was written here, and so may be logged."""


def describe(error: BaseException) -> str:
    """An error in a few words. PostgreSQL's own texts may quote a row: of those only the code is taken."""
    if isinstance(error, psycopg.Error) and error.sqlstate is not None:
        return f"{type(error).__name__} {error.sqlstate}"
    if isinstance(error, (psycopg.OperationalError, OSError)):
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return f"{type(error).__name__} {error}"[:300] if isinstance(error, Told) else type(error).__name__


def _where(error: BaseException) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class Seldom:
    """Lets one line in so many seconds through, for what could happen thousands of times a second."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._last: dict[str, float] = {}

    def may(self, what: str) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -self._every_s) < self._every_s:
            return False
        self._last[what] = now
        return True
