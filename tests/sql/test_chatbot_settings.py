"""The definition of a chatbot's settings and the table chatbots say the same: columns, defaults, what may be stored, and who may change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from f.common.chatbot_settings import IN_SQL, OPERATOR, TENANT, checked, definitions, names_for, read_settings
from f.common.database import Connection, Database
from f.common.setting_kinds import Number, OptionalNumber, Words
from tests.problems import raises_problem

NO_SETTINGS = {"phone_number_id", "tenant_id", "created_at", "waba_id", "display_phone_number"}
KINDS = {name: d.metadata["kind"] for name, d in definitions().items()}
NUMBERS = [name for name, kind in KINDS.items() if isinstance(kind, Number)]
FITTING: dict[str, Any] = {
    "name": "Lucky Shrub",
    "provider": "gemini",
    "languages": ["en", "pt-BR"],
    "fallbacks": [{"provider": "openai", "model": "gpt-4o"}],
    "canned_replies": {"too_large": {"en": "Too large!"}},
    "opt_out_words": {"en": ["enough"]},
    "handoff_keywords": ["human"],
    "notify_webhook_url": "https://hooks.example/x",
    "notify_phone": "34600111222",
    "window_template": {"name": "hello_again", "language": "en", "parameters": ["us"]},
    "time_zone": "Europe/Madrid",
    "opening_hours": {"mon": [["09:00", "24:00"]], "tue": []},
    "closed_on": ["2026-12-25"],
    "outside_hours": "close",
    "reasoning_effort": "low",
    "temperature": None,
    "judge": "doubt",
    "tools": {"orders.refund": {"parameter": "amount", "over": 50}, "HTTP.get_stock": "never"},
}


@pytest.fixture
def conn(postgres_url: str, new_product_database: Any) -> Iterator[Connection]:
    url = new_product_database()
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as made:
        row = made.execute("insert into tenants (name) values ('T') returning id").fetchone()
        assert row
        made.execute(
            "insert into chatbots (phone_number_id, tenant_id, name) values ('1', %s, '')", [row["id"]]
        )
        yield made


def settings_of(conn: Connection) -> dict[str, Any]:
    row = conn.execute("select tenant_id::text as id from chatbots").fetchone()
    assert row
    return vars(read_settings(Database(conn).of_tenant(row["id"]), "1")[0])


def store(conn: Connection, by: str = OPERATOR, **settings: Any) -> None:
    for name, value in checked(settings, by).items():
        conn.execute(f"update chatbots set {name} = %s".encode(), [value])


def test_every_setting_is_a_column_and_every_column_a_setting(conn: Connection) -> None:
    query = "select column_name from information_schema.columns where table_name = 'chatbots'"
    columns = {row["column_name"] for row in conn.execute(query)}
    assert set(definitions()) == columns - NO_SETTINGS


def test_the_defaults_are_the_columns(conn: Connection) -> None:
    stored = settings_of(conn)
    for name, definition in definitions().items():
        if definition.metadata["default"] is IN_SQL and stored[name] is not None:
            assert {"en", "es"} <= stored[name].keys(), f"{name} has words in the platform's languages"
            assert KINDS[name].check(name, stored[name]) == stored[name], name
        else:
            assert stored[name] == definition.metadata["default"], name


def test_what_the_definition_takes_is_stored_and_read_as_it_was(conn: Connection) -> None:
    for name, value in FITTING.items():
        store(conn, **{name: value})
        assert settings_of(conn)[name] == value, name


@pytest.mark.parametrize("name", NUMBERS)
def test_a_bound_of_the_definition_is_never_wider_than_the_tables(conn: Connection, name: str) -> None:
    kind = KINDS[name]
    for value in (kind.least, kind.most):
        store(conn, **{name: value})
        assert settings_of(conn)[name] == pytest.approx(value)
    missing = [] if isinstance(kind, OptionalNumber) else [None]
    for value in (kind.least - 1, kind.most + 1, str(kind.least), True, *missing):
        with raises_problem("number_out_of_range", field=name):
            checked({name: value}, OPERATOR)


def test_a_tenant_may_change_what_the_application_may_write(conn: Connection) -> None:
    query = (
        "select column_name from information_schema.column_privileges"
        " where table_name = 'chatbots' and grantee = 'chatbot_app' and privilege_type = 'UPDATE'"
    )
    granted = {row["column_name"] for row in conn.execute(query)}
    assert granted == set(names_for(TENANT))
    for name in set(definitions()) - granted:
        with raises_problem("setting_unknown", field=name):
            checked({name: FITTING.get(name)}, TENANT)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("colour", "blue", "setting_unknown"),
        ("tenant_id", "x", "setting_unknown"),
        ("enabled", "yes", "switch_invalid"),
        ("show_citations", 1, "switch_invalid"),
        ("persona", 5, "text_too_long"),
        ("max_rounds", "4", "number_out_of_range"),
        ("lead_fields", "email", "list_too_long"),
        ("handoff_keywords", [1], "list_too_long"),
        ("dont_know", {}, "text_missing"),
        ("dont_know", {"en": "x" * 1001}, "text_too_long"),
        ("fallbacks", {"provider": "openai"}, "models_invalid"),
    ],
)
def test_what_does_not_fit_is_a_problem_that_names_the_setting(name: str, value: Any, code: str) -> None:
    with raises_problem(code, field=name):
        checked({name: value}, OPERATOR)


def test_json_is_written_out() -> None:
    words = {"en": "I don't know."}
    assert checked({"dont_know": words}, TENANT) == {"dont_know": json.dumps(words)}
    assert all(kind.is_json for kind in KINDS.values() if isinstance(kind, Words))
