# requirements: database
"""What programs ask through the API for developers (portal/api.py): a business's conversations, contacts, documents and statements.

In: a request as the door words it, with the ticket of a key (f/common/portal_request.py). Out: `answer`, as portal/api_document.py describes it;
or why it is refused, also as an English sentence. Here are no roles, only scopes: the pages of people have scripts of their own.
"""

from __future__ import annotations

from typing import Any

from f.common.portal_request import Action, Refused, answer_page, handle_request, refusal_result
from f.common.problems import english
from f.portal_api import public_reads

postgresql = dict[str, Any]
ACTIONS: dict[str, Action] = {
    "list_conversations": (frozenset({"conversations:read"}), public_reads.list_conversations),
    "get_conversation": (frozenset({"conversations:read"}), public_reads.get_conversation),
    "list_messages": (frozenset({"conversations:read"}), public_reads.list_messages),
    "list_contacts": (frozenset({"contacts:read"}), public_reads.list_contacts),
    "get_contact": (frozenset({"contacts:read"}), public_reads.get_contact),
    "list_documents": (frozenset({"knowledge:read"}), public_reads.list_documents),
    "get_document": (frozenset({"knowledge:read"}), public_reads.get_document),
    "get_statement": (frozenset({"statement:read"}), public_reads.get_statement),
}


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    try:
        return handle_request(request, db, ACTIONS)
    except Refused as refusal:
        return {**refusal_result(refusal), "sentence": english(refusal.message)}
