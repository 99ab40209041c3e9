"""The statement of a number and month: its figures, what turns it red, and what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sql.conversation import Conversation, new_run

MONTH = "date_trunc('month', {at}, 'UTC'), date_trunc('month', {at}, 'UTC') + interval '1 month'"
NOW, OLD = MONTH.format(at="now()"), MONTH.format(at="now() - interval '40 days'")


def write(talk: Conversation, body: str = "hello", age: str = "0") -> str:
    """A customer writes, and the ingress stores it as its own role; or it did some time ago."""
    message_id = f"wamid.{talk.phone}.{next(talk._ids)}"
    with as_role(talk, "chatbot_ingress" if age == "0" else "chatbot_owner"):
        columns, values = ("", "") if age == "0" else (", received_at", ", now() - %s::interval")
        talk.admin.execute(
            f"insert into inbound_messages (phone_number_id, message_id, kind, sender, payload{columns})"
            f" values (%s, %s, 'message', %s, %s{values})".encode(),
            [
                talk.bot,
                message_id,
                talk.phone,
                talk.payload(message_id, body),
                *([] if age == "0" else [age]),
            ],
        )
    return message_id


@contextmanager
def as_role(talk: Conversation, role: str) -> Iterator[None]:
    """The administrator's connection acts as one of the product's roles."""
    talk.admin.execute(f"set role {role}".encode())
    try:
        yield
    finally:
        talk.admin.execute("reset role")


def end(talk: Conversation, message_id: str) -> None:
    """load_context of a message that gets no answer."""
    received = talk.call(
        "receive_message",
        talk.bot,
        talk.one("select payload from inbound_messages where message_id = %s", message_id),
    )
    talk.call("end_received", talk.bot, message_id, new_run(), received["contact_id"], received["end"])


def status(talk: Conversation, wamid: str, state: str = "delivered") -> None:
    """Meta's status, with its price."""
    what = {
        "id": wamid,
        "status": state,
        "recipient_id": talk.phone,
        "timestamp": talk.one("select extract(epoch from now())::bigint::text"),
        "pricing": {"billable": True, "category": "service", "type": "regular"},
    }
    body = {"entry": [{"changes": [{"value": {"statuses": [what]}}]}]}
    talk.one(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, %s, 'status', %s) returning seq",
        *(talk.bot, f"status:{wamid}:{state}", json.dumps(body)),
    )
    talk.call("apply_events", 100)


def chain(talk: Conversation) -> None:
    while talk.call("chain_records", 3):
        pass


def figures(talk: Conversation, month: str = NOW) -> dict[str, Any]:
    row = talk.app.execute(f"select statement_figures(%s, {month}) as f".encode(), [talk.bot]).fetchone()
    assert row
    found: dict[str, Any] = row["f"]
    return found


def faults(talk: Conversation, month: str = NOW) -> list[tuple[str, str]]:
    rows = talk.app.execute(f"select * from statement_faults(%s, {month}, 100)".encode(), [talk.bot])
    return sorted((row["what"], row["fault"]) for row in rows)


@pytest.fixture
def served(talk: Conversation) -> Conversation:
    """A message whose answer was read and is billed, one whose answer is on its way, and one of somebody who wants silence."""
    for states in (("delivered", "read"), ()):
        message = write(talk)
        talk.answer(message)
        for state in states:
            status(talk, f"out.{message}", state)
    end(talk, write(talk, "stop"))
    chain(talk)
    return talk


def test_a_statement_counts_what_came_and_what_became_of_it(served: Conversation) -> None:
    late = write(served)
    found = figures(served)
    assert found["messages"] == {
        "came": 4,
        "answered": 2,
        "handed_off": 0,
        "ended": 1,
        "open": 1,
        "lost": 0,
        "doubled": 0,
        "overtaken": 0,
    }
    assert (found["outcomes"], found["reasons"]) == ({"answered": 2}, {"opted_out": 1})
    assert {state: n for state, n in found["parts"].items() if n} == {"read": 1, "sent": 1}
    meta = found["meta"]
    assert (meta["delivered"], meta["billed"], meta["free"], meta["copies"]) == (1, 1, 0, 0)
    assert meta["usd"] == pytest.approx(0.02) and 0 < found["times"]["p50_s"] <= found["times"]["p95_s"]
    assert faults(served) == []
    served.open(late, new_run())
    assert figures(served)["reasons"] == {"opted_out": 2}


def test_another_business_sees_nothing_of_it(served: Conversation) -> None:
    other = Conversation(served.url)
    other.bot = served.bot
    assert figures(other)["messages"]["came"] == 0
    assert other.app.execute(b"select count(*) as n from service_records").fetchone() == {"n": 0}
    assert faults(other) == []


FIRST = "(select min(seq) from inbound_messages where phone_number_id = '{bot}' and kind = 'message')"
A_TURN = "(select id from turns where phone_number_id = '{bot}' limit 1)"
BY_HAND = {
    "update inbound_messages set state = 'ended' where seq = " + FIRST: ("message", "changed"),
    "update inbound_messages set reason = 'the contact is blocked' where state = 'ended' and phone_number_id = '{bot}'": ("message", "changed"),
    "update inbound_messages set state = 'received' where seq = " + FIRST: ("message", "changed"),
    "update inbound_messages set received_at = received_at - interval '1 millisecond' where seq = " + FIRST: ("message", "changed"),
    "delete from inbound_messages where seq = " + FIRST: ("message", "missing"),
    "insert into inbound_messages (phone_number_id, message_id, kind, payload, state)"
    " values ('{bot}', 'by hand', 'message', '{{}}', 'answered')": ("message", "inserted"),
    "update turns set outcome = 'handed_off' where id = " + A_TURN: ("turn", "changed"),
    "update turns set usage = '{{\"cost_usd\": 5}}' where id = " + A_TURN: ("turn", "changed"),
    "delete from turns where id = " + A_TURN: ("turn", "missing"),
    "insert into turns (tenant_id, contact_id, phone_number_id, state, run_id, lease_until, closed_at, outcome)"
    " select tenant_id, contact_id, phone_number_id, state, run_id, lease_until, now(), outcome from turns where id = "
    + A_TURN: ("turn", "inserted"),
    "update outbound_messages set state = 'read' where state = 'sent' and tenant_id = '{tenant}'": ("part", "changed"),
    "update outbound_messages set message_id = 'other' where state = 'read' and tenant_id = '{tenant}'": ("part", "changed"),
    "delete from outbound_messages where state = 'read' and tenant_id = '{tenant}'": ("part", "missing"),
    "insert into outbound_messages (turn_id, part, tenant_id, content, state)"
    " select turn_id, 2, tenant_id, content, 'sent' from outbound_messages where state = 'read' and tenant_id = '{tenant}'": ("part", "inserted"),
    "update message_charges set usd = 0, billable = false where phone_number_id = '{bot}'": ("charge", "changed"),
    "delete from message_charges where phone_number_id = '{bot}'": ("charge", "missing"),
    "insert into message_charges (message_id, tenant_id, phone_number_id, market, counted, delivered_at)"
    " values ('by hand {bot}', '{tenant}', '{bot}', 'Spain', true, now())": ("charge", "inserted"),
    "update charge_months set usd = 0 where phone_number_id = '{bot}'": ("sum", "changed"),
}  # fmt: skip


@pytest.mark.parametrize("statement", BY_HAND)
def test_a_row_that_was_changed_by_hand_turns_it_red(served: Conversation, statement: str) -> None:
    served.admin.execute(statement.format(bot=served.bot, tenant=served.tenant).encode())
    assert faults(served) == [BY_HAND[statement]]


RECORD = "tenant_id = '{tenant}' and phone_number_id = '{bot}' and seq = "
LAST = RECORD + "(select max(seq) from service_records where tenant_id = '{tenant}')"
IN_THE_CHAIN = {
    "update service_records set facts = facts || '{{\"outcome\": \"x\"}}' where " + RECORD + "2": "changed",
    "update service_records set at = at + interval '1 microsecond' where " + RECORD + "3": "changed",
    "update service_records r set seq = 1000 where " + RECORD + "3": "missing",
    "delete from service_records where " + RECORD + "2": "missing",
    "delete from service_records where " + LAST: "missing",
    # Whoever knows how a record is hashed can hash another one; the one after it says that it is not the one it followed.
    "update service_records r set at = r.at + interval '1 microsecond', hash = service_hash(b.hash, jsonb_populate_record(r,"
    " jsonb_build_object('at', r.at + interval '1 microsecond'))) from service_records b"
    " where b.tenant_id = r.tenant_id and b.seq = 2 and r.tenant_id = '{tenant}' and r.seq = 3": "changed",
}  # fmt: skip


@pytest.mark.parametrize("statement", IN_THE_CHAIN)
def test_a_record_that_was_changed_by_hand_turns_it_red(served: Conversation, statement: str) -> None:
    served.admin.execute(statement.format(bot=served.bot, tenant=served.tenant).encode())
    found = faults(served)
    assert ("record", IN_THE_CHAIN[statement]) in found, found


def test_what_is_not_in_the_chain_yet_is_watched_too(served: Conversation) -> None:
    message = write(served)
    served.admin.execute(b"delete from inbound_messages where message_id = %s", [message])
    assert faults(served) == [("message", "missing")]
    assert figures(served)["messages"]["lost"] == 1


def test_somebody_who_is_forgotten_leaves_the_figures_and_no_fault(served: Conversation) -> None:
    before = figures(served)
    served.call("erase_contact", served.one("select id from contacts where tenant_id = %s", served.tenant))
    assert (figures(served), faults(served)) == (before, [])
    chain(served)
    assert faults(served) == []
    records = served.one(
        "select string_agg(r::text, ' ') from service_records r where tenant_id = %s", served.tenant
    )
    assert served.phone not in records.replace(served.bot, "") and "wamid" not in records
    served.admin.execute(
        b"delete from service_records where tenant_id = %s and kind = 'gone'", [served.tenant]
    )
    assert ("turn", "missing") in faults(served), "without the record of it the same is a fault"


def test_what_is_kept_no_longer_leaves_the_figures_and_no_fault(talk: Conversation) -> None:
    talk.one(
        "update chatbots set stale_after_s = 50 * 86400 where phone_number_id = %s returning name", talk.bot
    )
    old = write(talk, age="40 days")
    talk.answer(old)
    priced = {"id": f"out.{old}", "status": "delivered", "pricing": {"billable": True, "category": "service"}}
    with as_role(talk, "chatbot_owner"):
        note = b"select note_charge(%s, %s::jsonb, now() - interval '40 days')"
        talk.admin.execute(note, [talk.bot, json.dumps(priced)])
    before = figures(talk, OLD)
    assert (before["messages"]["came"], before["meta"]["billed"]) == (1, 1)
    talk.one(
        """update tenants set limits = '{"keep_words_days": 30}' where id = %s returning id""", talk.tenant
    )
    talk.call("expire_data", talk.tenant)
    talk.call("clean_inbox")
    assert talk.state(old) == "None"
    chain(talk)
    assert (figures(talk, OLD), faults(talk, OLD), faults(talk)) == (before, [], [])
    talk.call("clean_inbox")
    assert talk.call("chain_records", 100) == 0, "once a day is enough"


def test_a_message_that_is_given_up_and_dispatched_again_is_counted_once(talk: Conversation) -> None:
    message = write(talk)
    with as_role(talk, "chatbot_owner"):
        talk.admin.execute(
            b"update inbound_messages set state = 'dead', reason = 'given up after 6 runs' where message_id = %s",
            [message],
        )
    assert (figures(talk)["reasons"], faults(talk)) == ({"given_up": 1}, [])
    talk.one("insert into operators values (%s) returning email", f"op{talk.bot}@x.example")
    assert talk.call("operator_dispatch_again", f"op{talk.bot}@x.example", talk.bot, message)
    assert (figures(talk)["messages"]["open"], faults(talk)) == (1, [])
    talk.answer(message)
    found = figures(talk)["messages"]
    assert (found["answered"], found["ended"], found["doubled"], faults(talk)) == (1, 0, 0, [])


def test_what_the_product_may_never_do_shows(talk: Conversation) -> None:
    """Its functions keep it from all of these, so the test does what they would do."""
    messages, turns = [], []
    for _ in range(3):
        messages.append(write(talk))
        turns.append(talk.answer(messages[-1]))
    change = "update inbound_messages set {} where message_id = %s"
    with as_role(talk, "chatbot_owner"):
        talk.admin.execute(change.format("state = 'received', turn_id = null").encode(), [messages[2]])
    talk.answer(messages[2])
    assert figures(talk)["messages"]["doubled"] == 1
    with as_role(talk, "chatbot_owner"):
        for message, turn in zip(messages[:2], reversed(turns[:2]), strict=True):
            talk.admin.execute(change.format("turn_id = %s").encode(), [turn, message])
    assert figures(talk)["messages"]["overtaken"] == 1
    write(talk, age="26 hours")
    month = MONTH.format(at="now() - interval '26 hours'")
    assert figures(talk, month)["messages"]["lost"] == 1, "nobody has said why it has no answer"


def test_a_delivery_that_no_part_knows_is_a_copy(talk: Conversation) -> None:
    message = write(talk)
    turn = talk.answer(message)
    status(talk, f"out.{message}")
    status(talk, "the first request's, whose answer was lost")
    found = figures(talk)
    assert (found["meta"]["delivered"], found["meta"]["copies"], found["parts"]["delivered"]) == (2, 1, 1)
    assert (faults(talk), talk.part(turn)["state"]) == ([], "delivered")


def test_costs_are_told_apart(talk: Conversation) -> None:
    count = b"select count_usage(1, 1, %s::numeric, %s, %s)"
    for usd, what, number in (
        (0.5, "speech", talk.bot),
        (0.25, "embeddings", talk.bot),
        (3, "embeddings", ""),
        (0, "pictures", ""),
    ):
        talk.app.execute(count, [usd, what, number])
    found = figures(talk)
    assert (found["cost"], found["shared"]) == ({"speech": 0.5, "embeddings": 0.25}, {"embeddings": 3})
    assert talk.one("select cost_usd::float8 from usage_months where tenant_id = %s", talk.tenant) == 3.75
