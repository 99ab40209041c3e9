"""What leaves a script when it fails: Windmill stores an error's attributes, so nothing may hang on one."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from f.common import redaction
from f.common.database import Database, Overtaken, connect
from f.common.failures import bare, contain_errors
from f.common.portal_request import answer_page
from f.common.problems import Problem
from f.common.secrets import seal, unseal
from f.portal_api import me

PASSWORD = "planted-password-0123456789"
KEY = "planted-key-0123456789"
REQUEST = json.dumps({"portal": 1, "action": "get"})


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a job, which is a process of its own."""
    monkeypatch.setattr(redaction, "_known", set())


@pytest.fixture
def resource(postgres_url: str) -> Iterator[dict[str, Any]]:
    """A `postgresql` resource of a role that may connect once."""
    info: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute(f"create role planted login connection limit 1 password '{PASSWORD}'".encode())
        yield {**{n: info[n] for n in ("host", "port", "dbname")}, "user": "planted", "password": PASSWORD}
        conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'planted'")
        conn.execute(
            "drop owned by planted"
        )  # its last temporary table may outlive its connection for a moment
        conn.execute("drop role planted")


def report(error: BaseException) -> str:
    """All that Windmill's wrapper, or a traceback, can show of an error."""
    chain = "".join(traceback.format_exception(error))
    return chain + json.dumps({"message": str(error), "extra": error.__dict__}, default=repr)


def failure(main: Callable[..., Any], *args: Any, **kwargs: Any) -> Exception:
    with pytest.raises(Exception) as caught:
        main(*args, **kwargs)
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    return error


UNREACHABLE: dict[str, tuple[dict[str, Any], str]] = {
    "refused": ({"host": "127.0.0.1", "port": 1}, "unreachable"),
    "unknown host": ({"host": "no-such-host.invalid"}, "unknown_host"),
    "wrong password": ({"password": f"{PASSWORD}-wrong"}, "refused_login"),
    "full": ({}, "no_free_connection"),
}


@pytest.mark.parametrize(("change", "code"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_connection_that_fails_says_a_sentence_and_a_code(
    resource: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    with connect(resource):
        error = failure(connect, resource | change)
    assert isinstance(error, psycopg.OperationalError), "the flows run such a step again by this name"
    assert error.__dict__ == {"code": code} and str(error).startswith("PostgreSQL")
    assert PASSWORD not in report(error) and "127.0.0.1" not in str(error) and "planted" not in str(error)


@pytest.mark.parametrize(("change", "code"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_page_hears_that_the_database_is_not_available(
    resource: dict[str, Any],
    change: dict[str, Any],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WM_END_USER_EMAIL", "somebody@elsewhere.example")
    with connect(resource):
        answer = me.main(REQUEST, db=resource | change)
    assert answer == {"ok": False, "refused": "unavailable", "values": {}}
    printed = capsys.readouterr().out
    assert "PostgreSQL" in printed and PASSWORD not in printed


def test_a_connection_that_is_cut_off(resource: dict[str, Any], postgres_url: str) -> None:
    @contain_errors
    def main(db: dict[str, Any]) -> None:
        with Database.open(db) as database, psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s)", [database.conn.info.backend_pid])
            database.value("select 1")

    error = failure(main, resource)
    assert isinstance(error, psycopg.OperationalError) and error.__dict__.keys() <= {"code"}
    assert PASSWORD not in report(error)


def test_a_refused_row_is_not_quoted(resource: dict[str, Any]) -> None:
    @contain_errors
    def main(db: dict[str, Any]) -> None:
        with connect(db) as conn:
            conn.execute("create temporary table t (word text check (word <> 'private words'))")
            conn.execute("insert into t values ('private words')")

    error = failure(main, db=resource)
    assert type(error) is psycopg.errors.CheckViolation and error.__dict__ == {"code": "23514"}
    assert "private words" not in str(error) and "violates check constraint" in str(error)


class Sdk(Exception):
    """As vendors' SDKs make them: the request hangs on the error."""

    def __init__(self, message: str, *, request: Any) -> None:
        super().__init__(message)
        self.request = request


class Odd(Exception):
    def __init__(self, a: str, b: str) -> None:
        self.a, self.b = a, b

    def __str__(self) -> str:
        return f"{self.a} {self.b}"


def raised(error: Exception) -> Callable[..., Any]:
    @contain_errors
    def main(llm: dict[str, Any]) -> None:
        try:
            raise ValueError(f"inner {llm['api_key']}")
        except ValueError as inner:
            raise error from inner

    return main


@pytest.mark.parametrize(
    "error",
    [
        Sdk(f"the key {KEY} is wrong", request={"authorization": KEY}),
        Odd("quoting", KEY),
        Problem("not_sent", problem=f"you sent {KEY}"),
        UnicodeDecodeError("utf-8", KEY.encode(), 0, 1, "no"),
        ExceptionGroup(f"with {KEY}", [ValueError(KEY)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_error_keeps_its_name_and_loses_what_hangs_on_it(error: Exception) -> None:
    left = failure(raised(error), {"api_key": KEY})
    assert type(left).__name__ == type(error).__name__ and str(left)
    assert KEY not in report(left) and left.__dict__.keys() <= {"code", "message"}


def test_what_the_failure_handler_asks_for_stays() -> None:
    left = bare(Overtaken("a newer attempt has the turn\nCONTEXT:  PL/pgSQL function step()"))
    assert isinstance(left, Overtaken) and str(left) == "a newer attempt has the turn"
    assert left.sqlstate == Overtaken.sqlstate


def test_a_script_neither_returns_nor_prints_what_it_was_given_or_has_opened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @contain_errors
    def main(master_key: str, sealed: bytes) -> dict[str, Any]:
        opened = unseal(master_key, "t", "llm_api_key", sealed)
        print(f"it is {opened}")
        print(f"and {master_key}", file=sys.stderr)
        return {"said": [f"you sent {opened}"], "count": 1}

    master = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
    result = main(master, seal(master, "t", "llm_api_key", KEY))
    printed = capsys.readouterr()
    assert result == {"said": ["you sent [key]"], "count": 1}
    assert printed.out == "it is [key]\n" and printed.err == "and [key]\n"


def test_a_page_gets_no_stack(capsys: pytest.CaptureFixture[str]) -> None:
    @answer_page
    def main(request: str) -> dict[str, Any]:
        def deep_inside() -> dict[str, Any]:
            raise TypeError("a mistake of ours")

        return deep_inside()

    error = failure(main, "{}")
    assert "deep_inside" not in "".join(traceback.format_tb(error.__traceback__))
    assert "deep_inside" in capsys.readouterr().out and str(error) == "a mistake of ours"
