"""The command that brings a database up to date, as a deployment runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from sql import apply

ROOT = Path(__file__).resolve().parents[2]


def run(url: str, operators: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "OPERATOR_EMAILS": operators, **more}
    command = [sys.executable, "sql/apply.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_operators_come_from_the_environment_and_stay(new_database: Callable[[], str]) -> None:
    url = new_database()
    wrong = run(url, "op@platform.example, nobody")
    assert (wrong.returncode, "nobody" in wrong.stderr) == (2, True)
    for operators in (" Op@Platform.example, two@platform.example ", "op@platform.example", ""):
        done = run(url, operators)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as conn:
        rows = conn.execute("select email from operators order by 1").fetchall()
    assert rows == [("op@platform.example",), ("two@platform.example",)]


@pytest.mark.parametrize(
    "url",
    ["nonsense", "postgresql://postgres:se%cret@localhost/x", "postgresql://postgres:secret/@localhost/x"],
)
def test_an_address_that_is_none_ends_in_a_sentence_without_the_password(url: str) -> None:
    done = run(url, "")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("DATABASE_URL is no address of a database") and done.stderr.count("\n") == 1
    assert "cret" not in done.stderr


def test_what_the_database_refuses_is_said_in_a_sentence(new_database: Callable[[], str]) -> None:
    """Here a database that only reads."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f'alter database "{conn.info.dbname}" set default_transaction_read_only = on'.encode())
    done = run(url, "")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.startswith("Migrations stopped: cannot execute")


def test_tables_of_another_version_are_named_before_anything_is_changed(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    folder, url = tmp_path / "sql", new_database()
    shutil.copytree(ROOT / "sql", folder)
    apply.apply(url, {}, folder=folder)
    tables, functions = folder / "schema" / "tools.sql", folder / "functions" / "tools.sql"
    tables.write_text("-- another comment\n" + tables.read_text())
    assert apply.apply(url, {}, folder=folder) == []
    tables.write_text(tables.read_text() + "alter table tenant_tools add colour text;\n")
    functions.write_text(functions.read_text() + "\n")
    with pytest.raises(apply.MigrationError, match="no migration leads from there to here"):
        apply.apply(url, {}, folder=folder)
    migration = folder / "migrations" / "20270131_1430_add_colour.sql"
    migration.write_text("alter table tenant_tools add colour text;\n")
    assert "migrations/20270131_1430_add_colour.sql" in apply.apply(url, {}, folder=folder)
    assert apply.apply(url, {}, folder=folder) == []


def test_the_bound_of_turns_in_flight_comes_from_the_environment_and_stays(
    new_database: Callable[[], str],
) -> None:
    url = new_database()

    def bound(**environment: str) -> int:
        assert run(url, **environment).returncode == 0
        with psycopg.connect(url) as conn:
            row = conn.execute("select turns_in_flight from dispatch_settings").fetchone()
        assert row is not None
        return int(row[0])

    assert bound(CHAT_WORKERS="3") == 3, "one for each worker"
    assert bound(CHAT_WORKERS="3", TURNS_IN_FLIGHT="12") == 12
    assert bound(CHAT_WORKERS="", TURNS_IN_FLIGHT="") == 12
    wrong = run(url, CHAT_WORKERS="many")
    assert (wrong.returncode, wrong.stderr) == (2, "CHAT_WORKERS must be a whole number from 1 to 10000\n")


PASSWORDS = {
    "CHATBOT_APP_PASSWORD": "a" * 20 + "0123456789abcdef",
    "CHATBOT_INGRESS_PASSWORD": "short",
    "CHATBOT_DOOR_PASSWORD": "b" * 40,
}


def login(url: str, role: str) -> psycopg.Connection[tuple[str, ...]]:
    password = PASSWORDS[f"{role.upper()}_PASSWORD"]
    return psycopg.connect(url, user=role, password=password, autocommit=True)


def test_each_login_has_bounds_of_its_own(new_database: Callable[[], str]) -> None:
    url = new_database()
    assert run(url, **PASSWORDS).returncode == 0
    bounds = "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "jit"
    expected = {
        "chatbot_app": ["20s", "10min", "5min", "off"],
        "chatbot_ingress": ["5s", "30s", "30s", "off"],
        "chatbot_door": ["5s", "30s", "30s", "off"],
    }
    for role, settings in expected.items():
        with login(url, role) as conn:
            found = [conn.execute("select current_setting(%s)", [name]).fetchall()[0][0] for name in bounds]
        assert found == settings, role


def test_a_locked_row_holds_a_login_up_no_longer_than_its_bound(new_database: Callable[[], str]) -> None:
    """Of the ingress, whose bound is the shorter one."""
    url = new_database()
    assert run(url, **PASSWORDS).returncode == 0
    store = "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('1', 'm', 'message', '{}')"
    with psycopg.connect(url) as holder, login(url, "chatbot_ingress") as conn:
        holder.execute("lock table inbound_messages in exclusive mode")
        began = time.monotonic()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            conn.execute(store)
        assert 4 < time.monotonic() - began < 15
        holder.rollback()
        conn.execute(store)


def test_a_random_password_is_hashed_in_fewer_rounds_than_one_that_could_be_guessed(
    new_database: Callable[[], str],
) -> None:
    url = new_database()
    with psycopg.connect(url, autocommit=True) as conn:  # as PostgreSQL comes
        conn.execute(f'alter database "{conn.info.dbname}" set scram_iterations = 4096'.encode())
    assert run(url, **PASSWORDS).returncode == 0
    with psycopg.connect(url) as conn:
        rounds: dict[str, str] = dict(
            conn.execute(
                "select rolname, split_part(split_part(rolpassword, '$', 2), ':', 1) from pg_authid where rolname like 'chatbot_%'"
                " and rolcanlogin"
            ).fetchall()
        )
    assert rounds == {"chatbot_app": "256", "chatbot_ingress": "4096", "chatbot_door": "256"}
