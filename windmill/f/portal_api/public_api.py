# requirements: whatsapp
"""What programs ask through the API for developers (portal/api.py): a business's conversations, contacts, documents, tests, events
and statements.

In: a request as the door words it, with the ticket of a key (f/common/portal_request.py). Out: `answer`, as portal/api_document.py describes it;
or why it is refused, also as an English sentence. Here are no roles, only scopes: the pages of people have scripts of their own.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from f.common.portal_request import Action, Refused, answer_page, handle_request, refusal_result
from f.common.problems import english
from f.portal_api import public_reads, public_writes

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
ACTIONS: dict[str, Action] = {
    name: (frozenset({scope}), act)
    for name, scope, act in (
        ("list_conversations", "conversations:read", public_reads.list_conversations),
        ("get_conversation", "conversations:read", public_reads.get_conversation),
        ("list_messages", "conversations:read", public_reads.list_messages),
        ("open_handoff", "handoffs:write", public_writes.open_handoff),
        ("close_handoff", "handoffs:write", public_writes.close_handoff),
        ("list_contacts", "contacts:read", public_reads.list_contacts),
        ("get_contact", "contacts:read", public_reads.get_contact),
        ("update_contact", "contacts:write", public_writes.update_contact),
        ("list_documents", "knowledge:read", public_reads.list_documents),
        ("get_document", "knowledge:read", public_reads.get_document),
        ("upload_document", "knowledge:write", public_writes.upload_document),
        ("delete_document", "knowledge:write", public_writes.delete_document),
        ("start_test_run", "tests:run", public_writes.start_test_run),
        ("get_test_run", "tests:run", public_writes.get_test_run),
        ("list_events", "events:read", public_reads.list_events),
        ("replay_event", "events:replay", public_writes.replay_event),
        ("get_statement", "statement:read", public_reads.get_statement),
    )
}


@answer_page
def main(request: str, db: postgresql, whatsapp: c_whatsapp, master_key: str) -> dict[str, Any]:
    sends = partial(public_writes.send_message, whatsapp=whatsapp, master_key=master_key)
    try:
        return handle_request(request, db, {**ACTIONS, "send_message": (frozenset({"messages:send"}), sends)})
    except Refused as refusal:
        return {**refusal_result(refusal), "sentence": english(refusal.message)}
