"""Applies the numbered migrations of this folder to a database, once each, in order.

    DATABASE_URL=postgresql://… CHATBOT_APP_PASSWORD=… CHATBOT_INGRESS_PASSWORD=… OPERATOR_EMAILS=… python sql/apply.py

OPERATOR_EMAILS (commas between) may open the operator's page of the portal; there they let others in and out. Running it again does
nothing. Several at once wait for each other. A migration is one transaction; one that was edited after it was applied is refused, because the
database would not be what the files say. Needs a user that may create roles and extensions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

FOLDER = Path(__file__).parent
LOCK = 7_202_611  # any number that nobody else uses for an advisory lock in this database
LOGINS = {"chatbot_app": "CHATBOT_APP_PASSWORD", "chatbot_ingress": "CHATBOT_INGRESS_PASSWORD"}


class MigrationError(Exception):
    """A sentence for the person who ran the command."""


def apply(database_url: str, passwords: dict[str, str], operators: Sequence[str] = ()) -> list[str]:
    """Applies what is missing, and makes sure that these people are operators; returns the names of the migrations applied now."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(%s)", [LOCK])
        conn.execute(
            "create table if not exists schema_migrations"
            " (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
        )
        done: dict[str, str] = dict(conn.execute("select name, sha256 from schema_migrations").fetchall())
        applied = [path.name for path in sorted(FOLDER.glob("[0-9]*.sql")) if _apply_one(conn, path, done)]
        for role, password in passwords.items():
            conn.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))
            )
        for email in operators:
            conn.execute("insert into operators (email) values (lower(%s)) on conflict do nothing", [email])
    return applied


def _apply_one(conn: psycopg.Connection, path: Path, done: dict[str, str]) -> bool:
    text = path.read_text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if path.name in done:
        if done[path.name] != digest:
            raise MigrationError(
                f"{path.name} was changed after it was applied: write a new migration instead"
            )
        return False
    try:
        with conn.transaction():
            conn.execute(text.encode())
            conn.execute("insert into schema_migrations (name, sha256) values (%s, %s)", [path.name, digest])
    except psycopg.Error as error:
        raise MigrationError(f"{path.name} failed, nothing of it was kept: {str(error).strip()}") from error
    return True


def _is_address(url: str) -> bool:
    """Whether libpq can read it. Its own words for what it can't read would hold a part of the password."""
    try:
        port = conninfo_to_dict(url).get("port") or "5432"
    except psycopg.Error:
        return False
    return str(port).isdecimal()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL"), help="default: DATABASE_URL"
    )
    url = parser.parse_args().database_url
    if not url:
        print(
            "DATABASE_URL is missing: the database to apply the migrations to, as its administrator",
            file=sys.stderr,
        )
        return 2
    if not _is_address(url):
        print(
            "DATABASE_URL is no address of a database (postgresql://user:password@host:5432/name). Where it is made of a password, as in"
            " docker-compose.yml, that may have letters and digits only",
            file=sys.stderr,
        )
        return 2
    operators = [email.strip() for email in os.environ.get("OPERATOR_EMAILS", "").split(",") if email.strip()]
    if wrong := [email for email in operators if "@" not in email]:
        print(f"OPERATOR_EMAILS has no e-mail address in {', '.join(wrong)}", file=sys.stderr)
        return 2
    try:
        applied = apply(
            *(url, {role: os.environ[name] for role, name in LOGINS.items() if os.environ.get(name)}),
            operators=operators,
        )
    except (MigrationError, psycopg.Error) as error:
        print(f"Migrations stopped: {str(error).strip()}", file=sys.stderr)
        return 1
    print(f"Applied {', '.join(applied)}" if applied else "Nothing to apply: the database is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
