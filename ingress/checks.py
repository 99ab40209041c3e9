"""Checks of single settings: each returns the value, or raises ValueError with the rest of a sentence."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict


def secret(value: str, least: int = 1) -> str:
    if value != value.strip():
        raise ValueError("begins or ends with white space")
    if len(value) < least:
        raise ValueError(f"is shorter than {least} characters")
    return value


def key(value: str) -> str:
    return secret(value, least=16)


def optional(value: str) -> str:
    return secret(value) if value else ""


def database(value: str) -> str:
    try:
        conninfo_to_dict(value)
    except psycopg.ProgrammingError:
        raise ValueError(
            "is not a PostgreSQL URL such as postgresql://user:password@host:5432/database"
        ) from None
    return value


def url(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError("is not a plain http or https URL such as http://windmill:8000")
    return value.rstrip("/")


def name(value: str) -> str:
    if not value.replace("-", "").replace("_", "").isalnum():
        raise ValueError("may hold letters, digits, - and _ only")
    return value


def level(value: str) -> str:
    if value not in ("debug", "info", "warning", "error"):
        raise ValueError("is none of debug, info, warning, error")
    return value


def number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], int | float]:
    def check(value: str) -> int | float:
        sort = "a whole number" if kind is int else "a number"
        try:
            found = kind(value)
        except ValueError:
            raise ValueError(f"is not {sort}") from None
        if not least <= found <= most:
            raise ValueError(f"is not {sort} from {least:,g} to {most:,g}".replace(",", ""))
        return found

    return check
