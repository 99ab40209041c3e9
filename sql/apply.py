"""Brings a database to what this folder says.

    DATABASE_URL=postgresql://… CHATBOT_APP_PASSWORD=… CHATBOT_INGRESS_PASSWORD=… CHATBOT_DOOR_PASSWORD=… OPERATOR_EMAILS=… \\
        python sql/apply.py

An empty database gets schema/ and functions/. One that is there already gets the migrations that it lacks, in order,
and then each file of functions/ whose text has changed. Running it again does nothing, and several at once wait for
each other. OPERATOR_EMAILS (commas between) may open the operator's page of the portal; there they let others in.
TURNS_IN_FLIGHT is how many answers Windmill may be working on at once; without it one for each of CHAT_WORKERS,
and without that what the database says. Needs a user that may create roles and extensions. README.md,
beside this file, says how to change the files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

FOLDER = Path(__file__).parent
LOCK = 7_202_611  # any number that nobody else uses for an advisory lock in this database
LOGINS = {
    "chatbot_app": "CHATBOT_APP_PASSWORD",
    "chatbot_ingress": "CHATBOT_INGRESS_PASSWORD",
    "chatbot_door": "CHATBOT_DOOR_PASSWORD",
}
ROUNDS = 256  # of SCRAM's hashing, for a password that nobody guesses
LONG_PASSWORD = 32  # characters; .env.example asks for 48 random ones
ROLES = "schema/roles.sql"
FOUNDATION = "functions/foundation.sql"  # the tables use these functions
SUBJECTS = (
    "tenants versions members contacts past inbox turns outbox charges feedback cases replays knowledge search tools sign_ins"
    " appointments returns approvals notifications portal audit privacy service api events branding door"
)
TABLES = [f"schema/{subject}.sql" for subject in SUBJECTS.split()]  # each refers to those before it
EACH = re.compile(r"^create or replace function (\w+).*?(?=^create or replace function |\Z)", re.M | re.S)
VERSIONS = (
    "select oid::regprocedure::text, xmin::text from pg_proc"  # another xmin: somebody has replaced it
    " where proname = %s and pronamespace = 'public'::regnamespace"
)
NOT_THERE_YET = (errors.UndefinedFunction, errors.UndefinedTable, errors.UndefinedObject)
TOO_OLD = (
    "this database was made by another version of schema/, of before the first release, and no migration leads from there to here:"
    " drop it, make an empty one, and run this again (the demo's: make demo-reset)"
)


class MigrationError(Exception):
    """A sentence for the person who ran the command."""


def apply(
    url: str,
    passwords: dict[str, str],
    operators: Sequence[str] = (),
    folder: Path = FOLDER,
    turns_in_flight: int | None = None,
) -> list[str]:
    """Applies what is missing, and sees to these people and this bound; returns the files applied now."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(%s)", [LOCK])
        if conn.execute("select to_regclass('public.schema_migrations')").fetchone() != (None,):
            raise MigrationError(TOO_OLD)
        conn.execute(
            "create table if not exists applied_files"
            " (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
        )
        done: dict[str, str] = dict(conn.execute("select name, sha256 from applied_files").fetchall())
        applied = _update(conn, folder, done) if done else _build(conn, folder)
        for role, password in passwords.items():
            _set_password(conn, role, password)
        for email in operators:
            conn.execute("insert into operators (email) values (lower(%s)) on conflict do nothing", [email])
        if turns_in_flight:
            conn.execute("update dispatch_settings set turns_in_flight = %s", [turns_in_flight])
    return applied


def _set_password(conn: psycopg.Connection, role: str, password: str) -> None:
    """With 256 rounds of hashing in place of 4,096 where the password is long, that is random: a login's client goes through all of them.

    The rounds protect what somebody could guess. A turn logs in four times, and saves 7 ms of processor time.
    """
    row = conn.execute("select current_setting('scram_iterations', true)").fetchone()
    rounds = int(row[0]) if row and row[0] else 0  # 0: before PostgreSQL 16 nobody chooses
    fewer = rounds > ROUNDS and len(password) >= LONG_PASSWORD
    if fewer:
        conn.execute(f"set scram_iterations = {ROUNDS}".encode())
    conn.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), password))
    if fewer:
        conn.execute("reset scram_iterations")


def _build(conn: psycopg.Connection, folder: Path) -> list[str]:
    """An empty database gets everything in one transaction. The roles come before it: the whole cluster shares them."""
    functions = _texts(folder, "functions")
    with _transaction(conn, ROLES):
        conn.execute((folder / ROLES).read_bytes())
    with conn.transaction():
        _put_functions(conn, {FOUNDATION: functions[FOUNDATION]})
        for name in TABLES:
            with _transaction(conn, name):
                conn.execute((folder / name).read_bytes())
        _put_functions(conn, functions)
        _note(conn, functions | _texts(folder, "migrations") | _tables(folder))
    return [ROLES, *TABLES, *functions]


def _update(conn: psycopg.Connection, folder: Path, done: dict[str, str]) -> list[str]:
    migrations = _texts(folder, "migrations")
    missing = {name: text for name, text in migrations.items() if name not in done}
    for name, text in migrations.items():
        if name in done and done[name] != _digest(text):
            raise MigrationError(f"{name} was changed after it was applied: write a new migration instead")
    for name, text in missing.items():
        with _transaction(conn, name):
            conn.execute(text.encode())
            # It may have dropped functions together with what they use, so all functions are applied again.
            conn.execute("delete from applied_files where name like 'functions/%'")
            _note(conn, {name: text})
    tables = _tables(folder)
    if not missing and done.get("schema") != _digest(tables["schema"]):
        raise MigrationError(TOO_OLD)
    functions = _texts(folder, "functions")
    changed = {name: text for name, text in functions.items() if missing or done.get(name) != _digest(text)}
    with conn.transaction():
        _put_functions(conn, changed)
        _note(conn, changed | tables)
    return [*missing, *changed]


def _texts(folder: Path, kind: str) -> dict[str, str]:
    return {f"{kind}/{path.name}": path.read_text() for path in sorted((folder / kind).glob("*.sql"))}


def _tables(folder: Path) -> dict[str, str]:
    """What the tables are, as one text without comments: a database remembers which one it has."""
    text = "\n".join((folder / name).read_text() for name in TABLES)
    return {"schema": " ".join(re.sub(r"--[^\n]*", "", text).split())}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _note(conn: psycopg.Connection, texts: dict[str, str]) -> None:
    conn.execute("delete from applied_files where name = any(%s)", [list(texts)])
    rows = [(name, _digest(text)) for name, text in texts.items()]
    conn.cursor().executemany("insert into applied_files (name, sha256) values (%s, %s)", rows)


@contextmanager
def _transaction(conn: psycopg.Connection, file: str) -> Iterator[None]:
    try:
        with conn.transaction():
            yield
    except psycopg.Error as error:
        raise MigrationError(f"{file} failed, nothing of it was kept: {str(error).strip()}") from error


def _put_functions(conn: psycopg.Connection, texts: dict[str, str]) -> None:
    """One function at a time, with the grants and triggers that follow it. One that needs a later one is put off."""
    conn.execute("set local check_function_bodies = off")
    waiting = [(file, each[1], each[0]) for file, text in texts.items() for each in EACH.finditer(text)]
    while waiting:
        put_off = []
        for file, name, text in waiting:
            with _transaction(conn, file):
                try:
                    with conn.transaction():
                        _put_function(conn, name, text)
                except NOT_THERE_YET:
                    put_off.append((file, name, text))
                    if len(put_off) == len(waiting):
                        raise
        waiting = put_off


def _put_function(conn: psycopg.Connection, name: str, text: str) -> None:
    """Replaces a function. PostgreSQL can't where the arguments or the return type have changed: drops the old one."""
    before = set(conn.execute(VERSIONS, [name]).fetchall())
    try:
        with conn.transaction():
            conn.execute(text.encode())
            if before & set(conn.execute(VERSIONS, [name]).fetchall()):
                raise errors.AmbiguousFunction
    except (errors.InvalidFunctionDefinition, errors.AmbiguousFunction):
        if not before:
            raise
        for signature, _ in before:
            conn.execute(f"drop function {signature}".encode())
        conn.execute(text.encode())


def _is_address(url: str) -> bool:
    """Whether libpq can read it. Its own words for what it can't read would hold a part of the password."""
    try:
        return str(conninfo_to_dict(url).get("port") or "5432").isdecimal()
    except psycopg.Error:
        return False


def bound(environment: Mapping[str, str]) -> int | None:
    """How many turns may be in flight: as TURNS_IN_FLIGHT says, or CHAT_WORKERS. Raises ValueError."""
    for name in ("TURNS_IN_FLIGHT", "CHAT_WORKERS"):
        if given := environment.get(name):
            if not given.isdecimal() or not 1 <= int(given) <= 10000:
                raise ValueError(f"{name} must be a whole number from 1 to 10000")
            return int(given)
    return None


def main() -> int:
    style, url = argparse.RawDescriptionHelpFormatter, os.environ.get("DATABASE_URL")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=style)
    parser.add_argument("--database-url", default=url, help="default: DATABASE_URL")
    url = parser.parse_args().database_url
    if not url:
        return _say(2, "DATABASE_URL is missing: the database to apply sql/ to, as its administrator")
    if not _is_address(url):
        words = "DATABASE_URL is no address of a database (postgresql://user:password@host:5432/name). Where it is"
        words += " made of a password, as in docker-compose.yml, that may have letters and digits only"
        return _say(2, words)
    operators = [email.strip() for email in os.environ.get("OPERATOR_EMAILS", "").split(",") if email.strip()]
    if wrong := [email for email in operators if "@" not in email]:
        return _say(2, f"OPERATOR_EMAILS has no e-mail address in {', '.join(wrong)}")
    passwords = {role: os.environ[name] for role, name in LOGINS.items() if os.environ.get(name)}
    try:
        turns_in_flight = bound(os.environ)
    except ValueError as error:
        return _say(2, str(error))
    try:
        applied = apply(url, passwords, operators, turns_in_flight=turns_in_flight)
    except (MigrationError, psycopg.Error) as error:
        return _say(1, f"Migrations stopped: {str(error).strip()}")
    print(f"Applied {', '.join(applied)}" if applied else "Nothing to apply: the database is up to date")
    return 0


def _say(code: int, words: str) -> int:
    print(words, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
