# requirements: database
"""A tenant's home page: how far its set-up is, and what needs a person.

In: a request of the portal's page (f/common/portal_request.py). Out: a flag for each step of the set-up, and figures of what is open.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Connection, as_tenant
from f.common.portal_request import ANYONE, Fields, Member, answer_page, handle_request

postgresql = dict[str, Any]


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(request, db, {"get": (ANYONE, get)})


def get(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """`setup`: what is done. `open`: how many conversations wait for a human, questions have no answer, documents failed, passages differ;
    `approvals`: whether a call waits for a decision."""
    with as_tenant(conn, member["tenant_id"]):
        setup = conn.execute(
            b"select exists (select from tenants where whatsapp_token is not null) as token,"
            b" exists (select from chatbots) as number, exists (select from chatbots where enabled) as answers,"
            b" exists (select from insight_hours where messages_in > 0) as written,"
            b" exists (select from chatbots where coalesce(notify_webhook_url, notify_phone, notify_email) is not null) as notified,"
            b" exists (select from documents where state = 'ready') as document,"
            b" exists (select from portal_runs where purpose = 'preview') as preview"
        ).fetchone()
        figures = conn.execute(
            b"select (select count(*) from waiting_contacts()) as waiting,"
            b" (select count(*) from turns t left join question_vectors q on q.turn_id = t.id where t.tenant_id = current_tenant()"
            b" and t.outcome = 'unanswered' and t.closed_at > now() - interval '60 days' and q.settled_at is null"
            b" and btrim(coalesce(t.question, '')) <> '') as unanswered,"
            b" (select count(*) from documents where state = 'failed' and origin <> 'qa_draft') as failed_documents,"
            b" (select count(*) from contradictions) as contradictions,"
            b" (select count(*) from list_approvals(null, 1)) as approvals"
        ).fetchone()
    return {"setup": setup, "open": figures}
