"""Two weeks of conversations before the first start, so that the demo's charts and inbox are not empty.

Rows are written as the steps write them, with times of the past days; the product's own triggers count them. They are the same at each
fresh start, and the people in it are none of those that the chat page writes as: nothing that they asked is in a new answer's history.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.seed import SHOP, TENANTS, DemoTenant
from local.stack import Stack

DAYS, A_DAY = 14, 6  # Insights shows the last week beside the one before
PEOPLE = (
    ("Camille Moreau", "33612345678"),
    ("Tiago Almeida", "351912345678"),
    ("Hannah Schmidt", "4915198765432"),
    ("Marta Ruiz", "34600333444"),
    ("Owen Hughes", "447700900456"),
    ("Nuria Vidal", "34600555666"),
    ("Anna Rossi", "393331234567"),
    ("Pau Serra", "34600777888"),
)
HANDED_OFF = "I've passed your question on to a colleague, who will answer you here."


@dataclass(frozen=True)
class Exchange:
    """A question and what became of it. `page`: of the tenant's document; None: the reply rests on nothing."""

    question: str
    reply: str
    page: int | None = None
    outcome: str = "answered"
    human: str = ""  # what a person wrote later
    template: str = ""  # what a person sent by a template the day after, which WhatsApp charges for


SHOP_WEEK = (
    Exchange(
        "How long do I have to return an item?",
        "You can return any item within 30 days of the day you received it, without giving a reason.",
        1,
    ),
    Exchange("How much does express delivery cost?", "Express delivery costs EUR 11.90.", 1),
    Exchange(
        "Can I return a lamp that I have tried?",
        "Lamps may be switched on to try them, but must not show marks of installation.",
        1,
    ),
    Exchange("Thanks!", "You're welcome!"),
    Exchange("How long is a gift card valid?", "Gift cards are valid for 24 months.", 5),
    Exchange("Do you offer piano lessons?", SHOP.settings["dont_know"]["en"], None, "unanswered"),
    Exchange(
        "When do I get my money back?",
        "We check each return within 5 working days of its arrival at the warehouse.",
        2,
    ),
    Exchange("Can I return an item after three weeks?", "You can return any item within 30 days.", 1),
    Exchange(
        "I want to talk to a human, please",
        HANDED_OFF,
        None,
        "handed_off",
        "Hello, this is the shop's team. What can I do for you?",
        "We have found your parcel: it comes tomorrow between 9 and 12.",
    ),
    Exchange("How long is the warranty?", "Everything we sell new has a legal warranty of 3 years.", 4),
    Exchange("Is express delivery possible for a table?", "It is offered for parcels of up to 15 kg.", 1),
)
CLINIC_WEEK = (
    Exchange("How long must I fast before a blood test?", "Don't eat for 8 hours before a blood test.", 1),
    Exchange("May I drink coffee before a blood test?", "No coffee, juice or alcohol.", 1),
    Exchange(
        "Is there parking?",
        "The car park under the building has 120 places and is entered from Calle del Olivo.",
        6,
    ),
    Exchange(
        "How do I cancel an appointment?",
        "An appointment can be changed or cancelled free of charge until 24 hours before it begins.",
        1,
    ),
    Exchange("Thank you", "You're welcome!"),
    Exchange("Do you do cosmetic surgery?", "I'm sorry, our patient guide doesn't say.", None, "unanswered"),
    Exchange("Which insurance do you take?", "We work with Adeslas, Sanitas, DKV, Asisa and Mapfre.", 5),
    Exchange(
        "Can somebody call me, please?",
        HANDED_OFF,
        None,
        "handed_off",
        "Reception here. We call you this afternoon.",
        "Your appointment is tomorrow at 10:30.",
    ),
)
CAME = """
insert into inbound_messages (phone_number_id, message_id, kind, sender, payload, received_at, contact_id)
    values (%(number)s, 'week.' || %(turn)s, 'message', %(phone)s, %(payload)s, %(opened)s, %(contact)s)
"""
ANSWERED = """
update inbound_messages set state = 'answered', turn_id = %(turn)s, reason = nullif(%(outcome)s, 'answered')
    where phone_number_id = %(number)s and message_id = 'week.' || %(turn)s
"""
PART = """
insert into outbound_messages (turn_id, part, tenant_id, content, sending_since, attempts)
    select %(turn)s, coalesce(max(part), 0) + 1, %(tenant)s, %(content)s, %(at)s, 1 from outbound_messages where turn_id = %(turn)s
    returning part
"""
TAKEN = """
update outbound_messages set state = 'read', message_id = %(message)s, sent_at = %(at)s where turn_id = %(turn)s and part = %(part)s
"""
TURN = """
insert into turns (tenant_id, contact_id, phone_number_id, run_id, lease_until, opened_at, question, trace, usage)
    values (%(tenant)s, %(contact)s, %(number)s, gen_random_uuid(), %(closed)s, %(opened)s, %(question)s, %(trace)s, %(usage)s)
    returning id
"""
CONTACT = """
insert into contacts (tenant_id, phone, name, language, created_at, last_seen_at, last_message_at)
    values (%(tenant)s, %(phone)s, %(name)s, 'en', %(opened)s, %(opened)s, %(opened)s)
    on conflict (tenant_id, phone) do update set last_seen_at = excluded.last_seen_at,
        last_message_at = excluded.last_message_at
    returning id
"""
LOG = """
insert into conversation_logs (tenant_id, contact_id, phone_number_id, turn_id, direction, message_id, send_id, body, citations,
                               model, status, created_at)
    values (%(tenant)s, %(contact)s, %(number)s, %(turn)s, 'in', 'week.' || %(turn)s, null, %(question)s, null, null, null, %(opened)s),
           (%(tenant)s, %(contact)s, %(number)s, %(turn)s, 'out', 'week.reply.' || %(turn)s, gen_random_uuid(), %(reply)s, %(citations)s,
            'offline-rule-based', 'read', %(closed)s)
"""
HUMAN = """
insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, send_id, body, model, status, created_at)
    values (%(tenant)s, %(contact)s, %(number)s, 'out', gen_random_uuid(), %(human)s, 'human', 'read', %(met)s)
"""
HANDOFF = """
insert into handoffs (tenant_id, contact_id, turn_id, source, reason, paused_until, resumed_at, answered_at, created_at)
    values (%(tenant)s, %(contact)s, %(turn)s, 'customer', %(question)s, %(met)s, %(met)s, %(met)s, %(closed)s)
"""
TEMPLATE = """
insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, send_id, body, model, status, created_at)
    values (%(tenant)s, %(contact)s, %(number)s, 'out', gen_random_uuid(), '[template] ' || %(template)s, 'human', 'read', %(next_day)s)
"""
MARK = """
insert into answer_marks (tenant_id, turn_id, person, verdict, reason, marked_at)
    values (%(tenant)s, %(turn)s, %(person)s, %(verdict)s, %(why)s, %(met)s)
"""
REACTION = """
insert into reactions (tenant_id, contact_id, phone_number_id, message_id, emoji, reacted_at, seq)
    values (%(tenant)s, %(contact)s, %(number)s, 'week.reply.' || %(turn)s, %(emoji)s, %(met)s, %(place)s)
"""
RATING = """
insert into ratings (id, tenant_id, contact_id, turn_id, phone_number_id, thanks, asked_at, score, rated_at)
    values (gen_random_uuid(), %(tenant)s, %(contact)s, %(turn)s, %(number)s, 'Thank you!', %(met)s, %(score)s, %(rated)s)
"""
# By the place of a conversation in the fortnight: what the staff say of the answer, and how the customer reacts to it.
MARKS = {
    3: ("good", None),
    10: ("wrong", "The price has changed."),
    17: ("good", None),
    40: ("good", None),
    52: ("wrong", "Too vague."),
}
REACTIONS = {1: "👍", 6: "👍", 12: "👎", 23: "👍", 31: "❤️", 45: "👍", 58: "👍", 64: "👎"}
SCORES = (5, 4, None, 5, 3, 5)  # None: asked, and not answered
CHARGE = "select note_charge(%s, %s::jsonb, %s)"  # as Meta's statuses tell of each message
FREE = {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"}
BILLED = {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}
CLOSE = "update turns set state = 'done', outcome = %(outcome)s, closed_at = %(closed)s where id = %(turn)s"


def seed_history(stack: Stack, ids: dict[str, str], now: datetime | None = None) -> None:
    """Writes the conversations of each tenant that has none yet. `ids`: the tenants' by slug."""
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    with stack.connect() as conn, conn.transaction():
        conn.execute(
            b"set local role chatbot_owner"
        )  # as the product's functions: what somebody else writes is no record of a service
        for tenant in TENANTS:
            query = b"select exists (select from conversation_logs where tenant_id = %s) as talked"
            row = conn.execute(query, [ids[tenant.slug]]).fetchone()
            if row and not row["talked"]:
                for number, opened in enumerate(moments(today)):
                    write(conn, tenant, ids[tenant.slug], number, opened, now or datetime.now(UTC))


def moments(today: datetime) -> list[datetime]:
    """When the conversations began: some each day, in working hours, one more on some days."""
    return [
        today - timedelta(days=day) + timedelta(hours=8 + 2 * place, minutes=(7 * day + 13 * place) % 60)
        for day in range(DAYS, 0, -1)
        for place in range(A_DAY - day % 3)
    ]


def write(
    conn: Any, tenant: DemoTenant, tenant_id: str, number: int, opened: datetime, now: datetime
) -> None:
    week = SHOP_WEEK if tenant is SHOP else CLINIC_WEEK
    exchange, (name, phone) = week[number % len(week)], PEOPLE[number * 3 % len(PEOPLE)]
    looked_up = exchange.page is not None or exchange.outcome == "unanswered"
    call = {
        "tool": "search_knowledge_base",
        "arguments": {"query": exchange.question},
        "error": False,
        "ms": 60,
    }
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "number": tenant.phone_number_id,
        "name": name,
        "phone": phone,
        "opened": opened,
        "closed": opened + timedelta(seconds=2 + number % 4 if number % 19 else 24),
        "met": opened + timedelta(minutes=4 + number % 17),
        "next_day": min(opened + timedelta(hours=25), now),
        "template": exchange.template,
        "place": number,
        "person": tenant.staff,
        "emoji": REACTIONS.get(number),
        "question": exchange.question,
        "reply": exchange.reply,
        "human": exchange.human,
        "outcome": exchange.outcome,
        "trace": json.dumps([call] if looked_up else []),
        "usage": json.dumps(
            {"input_tokens": 1500, "output_tokens": 25, "cost_usd": 0, "calls": 2, "ms": 120}
        ),
        "citations": json.dumps([{"document": tenant.title, "page": exchange.page}] if exchange.page else []),
    }
    values["verdict"], values["why"] = MARKS.get(number, (None, None))
    values["score"] = SCORES[number // len(week) % len(SCORES)]
    values["rated"] = values["met"] + timedelta(minutes=2) if values["score"] else None
    values["contact"] = conn.execute(CONTACT.encode(), values).fetchone()["id"]
    values["turn"] = conn.execute(TURN.encode(), values).fetchone()["id"]
    conn.execute(CAME.encode(), values | {"payload": payload(values)})
    conn.execute(LOG.encode(), values)
    send(conn, values, "reply", FREE, "closed")
    if exchange.human:
        conn.execute(HANDOFF.encode(), values)
        conn.execute(HUMAN.encode(), values)
        send(conn, values, "human", FREE, "met")
        conn.execute(RATING.encode(), values)
    if number in MARKS:
        conn.execute(MARK.encode(), values)
    if number in REACTIONS:
        conn.execute(REACTION.encode(), values)
    if exchange.template:
        conn.execute(TEMPLATE.encode(), values)
        send(conn, values, "template", BILLED, "next_day")
    conn.execute(CLOSE.encode(), values)
    conn.execute(ANSWERED.encode(), values)
    conn.execute(b"select add_usage(%s, 1, 1500, 25, 0)", [tenant_id])


def payload(values: dict[str, Any]) -> str:
    """The message as Meta delivers one."""
    message = {
        "id": f"week.{values['turn']}",
        "from": values["phone"],
        "type": "text",
        "text": {"body": values["question"]},
    }
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"messages": [message]}}]}]})


def send(conn: Any, values: dict[str, Any], what: str, pricing: dict[str, Any], at: str) -> None:
    """A part of the turn's that Meta takes, delivers and charges."""
    content = json.dumps({"type": "text", "text": {"body": values[what]}})
    part = {**values, "content": content, "at": values[at], "message": f"week.{what}.{values['turn']}"}
    part["part"] = conn.execute(PART.encode(), part).fetchone()["part"]
    conn.execute(TAKEN.encode(), part)
    status = {
        "id": part["message"],
        "status": "delivered",
        "recipient_id": values["phone"],
        "pricing": pricing,
    }
    conn.execute(CHARGE.encode(), [values["number"], json.dumps(status), values[at]])
