"""What an operator looks up and erases, in SQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import dict_row


@pytest.fixture(scope="module")
def conn(new_product_database: Callable[[], str]) -> psycopg.Connection[dict[str, object]]:
    url = new_product_database()
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)


def conversation(conn: psycopg.Connection[dict[str, object]], active: bool = False) -> dict[str, str]:
    """A tenant, a chatbot, a contact with one message and its turn."""
    number, phone, message = (
        secrets.token_hex(6),
        "34" + str(secrets.randbelow(10**9)).zfill(9),
        f"wamid.{secrets.token_hex(6)}",
    )
    row = conn.execute(
        "with t as (insert into tenants (name) values ('T') returning id),"
        " b as (insert into chatbots (phone_number_id, tenant_id, name) select %(number)s, id, 'T' from t returning tenant_id),"
        " c as (insert into contacts (tenant_id, phone) select tenant_id, %(phone)s from b returning id, tenant_id)"
        " select c.id::text as contact, c.tenant_id::text as tenant from c",
        {"number": number, "phone": phone},
    ).fetchone()
    assert row is not None
    names = {
        "number": number,
        "phone": phone,
        "message": message,
        **row,
        "state": "active" if active else "done",
    }
    turn = conn.execute(
        "insert into turns (tenant_id, contact_id, phone_number_id, run_id, lease_until, state)"
        " values (%(tenant)s, %(contact)s, %(number)s, gen_random_uuid(), now(), %(state)s) returning id::text as turn, run_id::text as run",
        names,
    ).fetchone()
    assert turn is not None
    names |= turn
    conn.execute(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, contact_id, turn_id, state)"
        " values (%(number)s, %(message)s, 'message', %(phone)s, '{}', %(contact)s, %(turn)s, 'answered')",
        names,
    )
    return {name: str(value) for name, value in names.items()}


def test_a_run_is_found_by_what_an_operator_has_at_hand(conn: psycopg.Connection[dict[str, object]]) -> None:
    one, _other = conversation(conn), conversation(conn)
    spaced = f"+{one['phone'][:2]} {one['phone'][2:5]} {one['phone'][5:]}"
    national, abroad = one["phone"][2:], f"0034 {one['phone'][2:]}"
    conn.execute("update contacts set name = 'Lucía 50%%' where id = %s", [one["contact"]])
    named = ("lucia 50%", "LUCÍA")
    for words in (one["message"], one["phone"], spaced, national, abroad, *named, one["run"], one["contact"]):
        found = conn.execute("select message_id, run_id::text from find_runs(%s)", [words]).fetchall()
        assert found == [{"message_id": one["message"], "run_id": one["run"]}], words
    for nothing in ("nobody", "l_c", "", one["phone"][-4:]):
        assert conn.execute("select from find_runs(%s)", [nothing]).fetchall() == [], nothing


def test_an_erased_contact_leaves_nothing_and_nobody_else_is_touched(
    conn: psycopg.Connection[dict[str, object]],
) -> None:
    one, other = conversation(conn), conversation(conn)
    row = conn.execute("select erase_contact(%s) as erased", [one["contact"]]).fetchone()
    assert row is not None
    assert isinstance(row["erased"], dict)
    assert row["erased"]["turn_runs"] == [one["run"]]
    assert [m["message_id"] for m in row["erased"]["messages"]] == [one["message"]]
    for table, column in (("contacts", "id"), ("turns", "contact_id"), ("inbound_messages", "contact_id")):
        query = f"select from {table} where {column} = %s".encode()
        assert conn.execute(query, [one["contact"]]).rowcount == 0
        assert conn.execute(query, [other["contact"]]).rowcount == 1


def test_a_contact_who_is_being_answered_is_not_erased(conn: psycopg.Connection[dict[str, object]]) -> None:
    busy = conversation(conn, active=True)
    with pytest.raises(psycopg.errors.ObjectInUse, match="is active"):
        conn.execute("select erase_contact(%s)", [busy["contact"]])
    with pytest.raises(psycopg.errors.NoDataFound):
        conn.execute("select erase_contact(gen_random_uuid())")
