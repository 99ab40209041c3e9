"""What a turn, the recovery and an erasure read among tens of thousands of rows: what they are about, and not the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

TENANT = "00000000-0000-0000-0000-000000000001"
PEOPLE, ROWS = 100, 20_000
FILL = f"""
    set session_replication_role = replica;
    insert into tenants (id, name) values ('{TENANT}', 'T');
    insert into chatbots (phone_number_id, tenant_id, name) values ('p', '{TENANT}', 'B');
    insert into contacts (tenant_id, phone) select '{TENANT}', '34' || n from generate_series(1, {PEOPLE}) n;
    insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome, usage)
        select '{TENANT}', c.id, 'p', 'done', gen_random_uuid(), now(), now(), 'answered', '{{"calls": 2, "ms": 900}}'
        from contacts c, generate_series(1, {ROWS // PEOPLE});
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, body)
        select '{TENANT}', t.contact_id, 'p', t.id, case when n = 1 then 'in' else 'out' end, 'm' || n || t.id, 'words'
        from turns t, generate_series(1, 2) n;
    insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state, received_at)
        select 'p', 'm' || n, kind, '34' || i % {PEOPLE} + 1, '{{}}', state, now() - age * interval '1 day'
        from (values ('message', 'answered', 20), ('message', 'received', 40), ('status', 'received', 20), ('status', 'answered', 5))
                 k(kind, state, age),
             lateral (select k.kind || k.age || i as n, i from generate_series(1, {ROWS // 4}) i) s;
    update inbound_messages i set contact_id = c.id from contacts c where c.phone = i.sender and i.state = 'answered';
    analyze
"""


@pytest.fixture(scope="module")
def filled(new_product_database: Callable[[], str]) -> str:
    url = new_product_database()
    with psycopg.connect(url, autocommit=True) as conn:
        for statement in FILL.split(";"):
            conn.execute(statement.encode())
    return url


class Reader:
    """One transaction, taken back at its end, that knows how many rows it has read of each table."""

    def __init__(self, conn: psycopg.Connection[dict[str, Any]]) -> None:
        self.conn = conn

    def one(self, query: str, *values: Any) -> Any:
        row = self.conn.execute(query.encode(), values).fetchone()
        assert row is not None
        return next(iter(row.values()))

    def read(self, table: str) -> int:
        query = "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = %s"
        return int(self.one(query, table))


@pytest.fixture
def reader(filled: str) -> Iterator[Reader]:
    with psycopg.connect(filled, row_factory=dict_row) as conn:
        conn.execute("select set_config('app.tenant_id', %s, true)", [TENANT])
        yield Reader(conn)
        conn.rollback()


def test_the_months_use_is_read_without_the_turns(reader: Reader) -> None:
    used = reader.one("select tenant_usage()")
    assert used["share"] == 0 and not {"calls", "mean_ms"} & used.keys()
    assert reader.read("turns") == 0


@pytest.mark.parametrize("role", ["chatbot_owner", "chatbot_app"])
def test_a_message_that_answers_another_finds_it(reader: Reader, role: str) -> None:
    quoted = reader.one("select message_id from conversation_logs where direction = 'out' limit 1")
    before = reader.read("conversation_logs")
    reader.conn.execute(f"set local role {role}".encode())
    words = reader.one(
        "select message_words(jsonb_build_object('entry', jsonb_build_array(jsonb_build_object('changes', jsonb_build_array(jsonb_build_object("
        "'value', jsonb_build_object('metadata', jsonb_build_object('phone_number_id', 'p'), 'messages', jsonb_build_array("
        "jsonb_build_object('type', 'text', 'text', '{\"body\": \"yes\"}'::jsonb, 'context', jsonb_build_object('id', %s::text)))))))))::text)",
        quoted,
    )
    assert words == '[answers "words"] yes'
    assert reader.read("conversation_logs") - before <= 5


def test_an_echo_looks_for_itself_only(reader: Reader) -> None:
    reader.one(
        """select apply_echo('p', '{"id": "new", "to": "341", "type": "text", "text": {"body": "hi"}}')"""
    )
    assert reader.read("conversation_logs") <= 5


def test_a_contact_is_erased_without_reading_the_others(reader: Reader) -> None:
    contact = reader.one("select id from contacts where phone = '347'")
    reader.one("select erase_contact(%s)", contact)
    assert reader.one("select count(*) from conversation_logs") == 2 * (ROWS - ROWS // PEOPLE)
    read = reader.read("conversation_logs") - 2 * (ROWS - ROWS // PEOPLE)
    assert read <= 5 * 2 * ROWS // PEOPLE, "each of the person's own rows a few times"


def test_a_wish_looks_at_its_persons_messages_only(reader: Reader) -> None:
    query = (
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, state)"
        " values ('p', %s, 'message', '342', %s, 'dispatched') returning payload"
    )
    for word in ("stop", "hello"):
        message = {"id": word, "from": "342", "type": "text", "text": {"body": word}}
        entry = {"changes": [{"value": {"messages": [message]}}]}
        payload = reader.one(query, word, json.dumps({"entry": [entry]}))
    ask = "select open_turn('p', 'hello', gen_random_uuid(), '342', null, null, %s) ->> 'reason'"
    assert reader.one(ask, payload) == "the contact has opted out"
    assert reader.read("inbound_messages") <= 5 * ROWS // PEOPLE, "each of the person's own rows a few times"


def test_a_contact_is_merged_without_reading_the_others(reader: Reader) -> None:
    keep, drop = (reader.one("select id from contacts where phone = %s", phone) for phone in ("348", "349"))
    assert reader.one("select merge_contacts(%s, %s)", keep, drop) is True
    assert reader.read("conversation_logs") <= 5 * 2 * ROWS // PEOPLE


def test_cleaning_reads_what_it_deletes(reader: Reader) -> None:
    assert reader.one("select clean_inbox()") == 0
    assert reader.read("inbound_messages") == 0, "what is kept is not looked at"
    reader.conn.execute(
        b"update inbound_messages set state = 'ended' where kind = 'status' and message_id like 'mstatus201%'"
    )
    reader.conn.execute(
        b"update inbound_messages set state = 'dead' where kind = 'message' and message_id like 'mmessage402%'"
    )
    reader.conn.execute(
        b"update inbound_messages set kind = 'other' where kind = 'status' and message_id like 'mstatus202%'"
    )
    changed = reader.read("inbound_messages")
    expected = reader.one(
        "select count(*) from generate_series(1, %s) i, (values ('1'), ('2'), ('2')) k(first) where i::text like first || '%%'",
        ROWS // 4,
    )
    assert reader.one("select clean_inbox()") == expected
    assert reader.read("inbound_messages") - changed <= 5 * expected


def test_the_figures_for_the_metrics_read_what_is_open_and_what_is_new(reader: Reader) -> None:
    """One of the twenty thousand turns ended a moment ago, and five thousand messages wait."""
    reader.conn.execute(b"update turns set closed_at = now() - interval '1 day'")
    reader.conn.execute(
        b"update turns set closed_at = now() where id = (select min(id::text)::uuid from turns)"
    )
    before = {table: reader.read(table) for table in ("turns", "inbound_messages", "conversation_logs")}
    figures = reader.one("select platform_figures()")
    assert figures["turns"]["closed"] == {"answered": 1}
    assert figures["waiting"]["messages"] == ROWS // 4
    assert reader.read("turns") - before["turns"] <= 20
    assert reader.read("conversation_logs") == before["conversation_logs"]
    # The count of what waits, which ends at ten thousand, and the oldest one of the number.
    assert reader.read("inbound_messages") - before["inbound_messages"] <= ROWS // 4 + 20
