"""A tenant's rows are its own: the application's role can't read or write another tenant's, whatever the query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

pytestmark = pytest.mark.field_failure(12)


@dataclass
class Two:
    """A database with two tenants, A and B."""

    url: str
    a: str
    b: str

    def as_role(self, role: str, tenant: str | None = None) -> psycopg.Connection[Any]:
        conn = psycopg.connect(self.url, row_factory=dict_row, autocommit=True)
        conn.execute(f"set role {role}".encode())
        if tenant:
            conn.execute("select set_config('app.tenant_id', %s, false)", [tenant])
        return conn


@pytest.fixture(scope="module")
def two(new_product_database: Callable[[], str]) -> Iterator[Two]:
    url = new_product_database()
    ids = []
    with psycopg.connect(url, autocommit=True) as conn:
        for name, number in (("A", "1001"), ("B", "1002")):
            row = conn.execute("insert into tenants (name) values (%s) returning id", [name]).fetchone()
            assert row
            ids.append(str(row[0]))
            conn.execute(
                "insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, %s)",
                [number, row[0], name],
            )
            conn.execute(
                "insert into tenant_members values (%s, %s, 'owner')", [row[0], f"{name.lower()}@example.org"]
            )
            payload = '{"entry":[{"changes":[{"value":{"messages":[{"text":{"body":"hello"}}]}}]}]}'
            conn.execute(
                "select open_turn(%s, %s, gen_random_uuid(), %s, null, 'N', %s)",
                [number, f"m{number}", f"34{number}", payload],
            )
            conn.execute(
                "insert into documents (tenant_id, title, filename, sha256, size_bytes, content) values (%s, 't', 'f', 'x', 1, 'x')",
                [row[0]],
            )
    yield Two(url, *ids)


def tenant_tables(url: str) -> list[str]:
    """Every table that has a tenant's rows."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
            " and (a.attname = 'tenant_id' or c.relname in ('tenants', 'inbound_messages'))"
        ).fetchall()
    return sorted(str(row[0]) for row in rows)


def test_row_level_security_is_forced_on_every_tenant_table(two: Two) -> None:
    with psycopg.connect(two.url) as conn:
        forced = conn.execute(
            "select relname from pg_class where relrowsecurity and relforcerowsecurity"
        ).fetchall()
    assert set(tenant_tables(two.url)) <= {row[0] for row in forced}


def test_no_role_of_ours_may_bypass_it(two: Two) -> None:
    with psycopg.connect(two.url) as conn:
        strong = conn.execute(
            "select rolname from pg_roles where rolname like 'chatbot%' and (rolsuper or rolbypassrls or rolcreaterole)"
        ).fetchall()
    assert strong == []


READABLE = ["tenants", "chatbots", "contacts", "turns", "inbound_messages", "documents"]


@pytest.mark.parametrize("table", READABLE)
def test_each_tenant_sees_its_own_row_only(two: Two, table: str) -> None:
    with two.as_role("chatbot_app", two.a) as a, two.as_role("chatbot_app", two.b) as b:
        rows_a = a.execute(f"select * from {table}".encode()).fetchall()
        rows_b = b.execute(f"select * from {table}".encode()).fetchall()
    assert len(rows_a) == len(rows_b) == 1
    assert rows_a != rows_b


@pytest.mark.parametrize("table", READABLE)
def test_without_a_tenant_nothing_is_seen(two: Two, table: str) -> None:
    with two.as_role("chatbot_app") as nobody:
        assert nobody.execute(f"select * from {table}".encode()).fetchall() == []


WRITES = {
    "update": "update turns set error = 'x' where tenant_id = '{other}'",
    "update without a filter": "update turns set error = 'x'",
    "delete": "delete from documents where tenant_id = '{other}'",
}


@pytest.mark.parametrize("write", WRITES)
def test_another_tenants_rows_can_not_be_changed(two: Two, write: str) -> None:
    with two.as_role("chatbot_app", two.a) as a:
        a.execute(WRITES[write].format(other=two.b).encode())
    with psycopg.connect(two.url) as conn:
        row = conn.execute(
            "select (select count(*) from documents where tenant_id = %(b)s), (select count(*) from turns where tenant_id = %(b)s and error is null)",
            {"b": two.b},
        ).fetchone()
    assert row == (1, 1)


def test_a_row_can_not_be_put_into_another_tenant(two: Two) -> None:
    with two.as_role("chatbot_app", two.a) as a, pytest.raises(psycopg.errors.InsufficientPrivilege):
        a.execute(
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content) values (%s, 't', 'f', 'y', 1, 'y')",
            [two.b],
        )


def test_a_turn_of_another_tenant_can_not_be_held_or_closed(two: Two) -> None:
    with psycopg.connect(two.url) as conn:
        row = conn.execute("select id, run_id, epoch from turns where tenant_id = %s", [two.b]).fetchone()
    assert row
    with two.as_role("chatbot_app", two.a) as a:
        for call in ("select hold_turn(%s, %s)", "select close_turn(%s, %s, 'done', 'answered', '{}')"):
            with pytest.raises(psycopg.Error):
                a.execute(call.encode(), [row[0], row[2]])


def test_the_ingress_may_store_and_no_more(two: Two) -> None:
    with two.as_role("chatbot_ingress") as ingress:
        ingress.execute(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload) values ('1001', 'new', 'message', '{}')"
        )
        for forbidden in (
            "select * from inbound_messages",
            "select * from tenants",
            "select * from contacts",
            "delete from inbound_messages",
            "select word_hits(array['blood'], array[1.0]::real[], 10)",
            "select operator_overview('operator@platform.example')",
            "select * from recovery_report",
            "select waiting_figures()",
            "select report_recovery('{}')",
            "select * from tool_sign_ins",
            "select * from tool_tokens",
            "select * from number_sign_ins",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ingress.execute(forbidden.encode())


def test_the_door_calls_its_functions_and_no_more(two: Two) -> None:
    with psycopg.connect(two.url) as conn:
        tables = conn.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        names = [row[0] for row in tables.fetchall()]
        may = conn.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
            " and has_function_privilege('chatbot_door', oid, 'execute') order by 1"
        ).fetchall()
        rights = [
            name
            for name in names
            for right in ("select", "insert", "update", "delete")
            if conn.execute("select has_table_privilege('chatbot_door', %s, %s)", [name, right]).fetchone()
            == (True,)
        ]
    assert rights == [] and len(names) > 50
    assert [row[0] for row in may] == DOOR


DOOR = [
    *(
        "ask_code",
        "branding_picture",
        "clean_door",
        "door_branding",
        "enter_code",
        "enter_passkey",
        "leave_session",
        "make_key_ticket",
        "make_ticket",
        "note_served",
        "prove_person",
        "put_challenge",
    ),
    *("put_passkey", "read_passkey", "session_person", "take_challenge", "use_api_key", "use_session"),
]


@pytest.mark.parametrize("role", ["chatbot_app", "chatbot_ingress", "chatbot_door"])
@pytest.mark.parametrize(
    "fills",
    [
        "create temporary table heap (line text)",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'x')",
    ],
)
def test_no_login_fills_the_disk_beside_the_tables(two: Two, role: str, fills: str) -> None:
    with two.as_role(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(fills.encode())
