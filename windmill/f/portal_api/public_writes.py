# requirements: whatsapp
"""What the API for developers changes, by what the pages of people use, too. Each action gives {"answer": what portal/api_document.py describes}."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, one
from f.common.ingestion import start_ingestions
from f.common.portal_request import Fields, Member, Refused, id_field, not_found, text_field
from f.common.problems import english
from f.common.uploads import delete_upload, store_upload
from f.portal_api.contact_fields import changes_of
from f.portal_api.public_reads import get_contact, get_conversation, get_document, shown

RUN = b"""
    select r.id::text, r.phone_number_id, r.state, r.started_at, r.ended_at,
           (select count(*) from case_results s where s.run_id = r.id and s.version = r.version)::int as tests,
           (select count(*) from case_results s where s.run_id = r.id and s.version = r.version
            and s.state in ('green', 'red', 'error'))::int as done
    from case_runs r where r.id = %s
"""
RED = b"""
    select c.title, c.question, s.findings, s.answer ->> 'said' as said from case_results s join bot_cases c on c.id = s.case_id
        join case_runs r on r.id = s.run_id
    where s.run_id = %s and s.version = r.version and s.state in ('red', 'error') order by c.created_at, c.id
"""


def send_message(
    conn: Connection, member: Member, fields: Fields, whatsapp: dict[str, Any], master_key: str
) -> dict[str, Any]:
    """Sends `text` within the 24 hours, or when the customer writes again (`wait`); or a `template`, filled in. Once for each idempotency key: with
    the same key the same message gives the same answer, and another one is refused. The bot pauses for that contact once it is out."""
    from f.portal_api.human_replies import HumanReply

    contact, template, text = id_field(fields, "id"), fields.get("template"), text_field(fields, "text", 4096)
    if (template is None) == (not text.strip()):
        raise Refused("text_or_template")
    key = text_field(fields, "idempotency_key", 200)
    reply = HumanReply(conn, member, reply_id_of(member["tenant_id"], key), contact)
    content, words = worded(conn, member, contact, text.strip(), template, reply.is_written())
    if is_another(conn, member, reply.reply_id, contact, content):
        raise Refused("idempotency_reused")
    if reply.is_written():
        sent = reply.result()
    else:
        sent = reply.send(content, whatsapp, master_key, words=words, waits=fields.get("wait") is True)
        if is_another(
            conn, member, reply.reply_id, contact, content
        ):  # came at the same moment, and was first
            raise Refused("idempotency_reused")
    return {"answer": {"id": reply.reply_id, "contact_id": contact, "state": sent["state"]}}


def reply_id_of(tenant_id: str, key: str) -> str:
    """The turn in which the message of an idempotency key goes out."""
    made = hashlib.sha256(f"chatmill message of a program\n{tenant_id}\n{key}".encode()).digest()
    return str(uuid.UUID(bytes=made[:16], version=4))


def worded(
    conn: Connection, member: Member, contact: str, text: str, template: Any, again: bool
) -> tuple[dict[str, Any], str | None]:
    """The message as the Graph API takes it, and what the log says of a template. `again`: the template may be paused by now."""
    if template is None:
        return {"type": "text", "text": {"body": text, "preview_url": False}}, None
    from f.portal_api.template_choice import chosen, filled_in

    wanted = {**template, "contact_id": contact}
    with as_tenant(conn, member["tenant_id"]):
        row = chosen(conn, wanted, any_status=again)
    content, words = filled_in(row, wanted)
    return content, f"[template] {words}"


def is_another(
    conn: Connection, member: Member, reply_id: str, contact: str, content: dict[str, Any]
) -> bool:
    """Whether this idempotency key has sent something else."""
    with as_tenant(conn, member["tenant_id"]):
        earlier = conn.execute(
            b"select t.contact_id::text, o.content = %s::jsonb as same from turns t join outbound_messages o on o.turn_id = t.id where t.id = %s",
            [json.dumps(content), reply_id],
        ).fetchone()
    return earlier is not None and (earlier["contact_id"] != contact or not earlier["same"])


def open_handoff(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The contact waits for a person, and the bot is quiet until somebody gives the conversation back. One that waits already goes on waiting."""
    contact, reason = id_field(fields, "id"), text_field(fields, "reason", 500).strip() or None
    before = get_conversation(conn, member, fields)
    if not before["answer"]["waiting"]:
        query = b"select pause_contact(%s, 'infinity', %s, 'program')"
        of_contact(conn, member, query, contact, reason)
    return get_conversation(conn, member, fields)


def close_handoff(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The bot answers again, and nobody waits any more."""
    of_contact(conn, member, b"select resume_contact(%s)", id_field(fields, "id"))
    return get_conversation(conn, member, fields)


def update_contact(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    changes = json.dumps(changes_of(fields))
    of_contact(conn, member, b"select edit_contact(%s, %s::jsonb)", id_field(fields, "id"), changes)
    return get_contact(conn, member, fields)


def of_contact(conn: Connection, member: Member, query: bytes, *values: Any) -> None:
    """Calls a function that raises no_data_found where the tenant has no such contact."""
    try:
        with as_tenant(conn, member["tenant_id"]):
            conn.execute(query, values)
    except psycopg.errors.NoDataFound:
        raise not_found() from None


def upload_document(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stores a file and has it read. The same file once more is the same document."""
    taken = store_upload(conn, member, fields)
    if taken["known"] is None:
        start_ingestions(conn, member["tenant_id"])
    return get_document(conn, member, {"id": taken["document_id"]})


def delete_document(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    delete_upload(conn, member, id_field(fields, "id"))
    return {"answer": None}


def replay_event(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Has an event posted again, under its id, to every receiver that wants its kind."""
    event = id_field({"id": text_field(fields, "id", 100).removeprefix("evt_")}, "id")
    with as_tenant(conn, member["tenant_id"]):
        receivers = one(conn, "select replay_event(%s)", [event])
    if receivers is None:
        raise not_found()
    return {"answer": {"id": fields["id"], "receivers": receivers}}


def start_test_run(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Asks all enabled tests of a chatbot, of the first one where none is named, with what is live."""
    from f.cases.runs import begin_run
    from f.portal_api.dry_runs import first_chatbot

    with as_tenant(conn, member["tenant_id"]):
        number = first_chatbot(conn, text_field(fields, "phone_number_id", 40))
    begun = begin_run(conn, member["tenant_id"], number, "hand", person=member["email"])
    if begun is None:
        raise Refused("no_cases")
    return get_test_run(conn, member, {"id": begun})


def get_test_run(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    run = id_field(fields, "id")
    with as_tenant(conn, member["tenant_id"]):
        about = conn.execute(RUN, [run]).fetchone()
        if about is None:
            raise not_found()
        red = conn.execute(RED, [run]).fetchall()
    failed = [{**row, "findings": [english(finding) for finding in row["findings"] or []]} for row in red]
    return {"answer": {**shown(about), "red": failed}}
