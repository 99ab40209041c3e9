# requirements: whatsapp
"""What a person of the staff sends to a contact: in the outbox before it goes to Meta, once for each reply's ID."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from f.common.database import Connection, Database
from f.common.portal_request import Member, Refused, not_found
from f.common.windmill import run_id

INSERT_FILE = (
    "insert into staff_files (id, tenant_id, contact_id, kind, mime_type, filename, content, size_bytes)"
    " values (%s, current_tenant(), %s, %s, %s, %s, %s, %s) on conflict do nothing"
)
REFUSALS: dict[str, Callable[[], Refused]] = {
    "window_closed": lambda: Refused("window_closed"),
    "opted_out": lambda: Refused("opted_out"),
    "blocked": lambda: Refused("contact_blocked"),
    "template": lambda: Refused("template_gone"),
}


class HumanReply:
    """One reply. `reply_id` comes from the page, or is made of a program's idempotency key: with the same one nothing is sent again. Refused
    where there is no such contact."""

    def __init__(self, conn: Connection, member: Member, reply_id: str, contact_id: str) -> None:
        self._database, self._member = Database(conn), member
        self._db = self._database.of_tenant(member["tenant_id"])
        self.reply_id, self.contact_id = reply_id, contact_id
        if self._db.row("select id from contacts where id = %s", contact_id) is None:
            raise not_found()
        if self._db.row("select id from tenants where whatsapp_token is not null") is None:
            raise Refused("no_token")

    def send(
        self,
        content: Mapping[str, Any],
        whatsapp: dict[str, Any],
        master_key: str,
        file: Mapping[str, Any] | None = None,
        words: str | None = None,
        waits: bool = False,
    ) -> dict[str, Any]:
        """Writes the message into the outbox and sends it. If this job dies, or WhatsApp can't take it now, recovery sends it.

        `content`: as the Graph API takes it. `file`: kind, mime_type, filename and content of the file that it names. `words`: what the
        log says of it, where not the content's own. `waits`: after 24 hours it waits for the customer to write.
        """
        from f.whatsapp.retries import record, send_again

        begun = self._begin(file, json.dumps(content), words, waits)
        if begun["do"] == "send":
            part = {**begun, "tenant_id": self._member["tenant_id"]}
            resources: Any = {"whatsapp": whatsapp, "master_key": master_key}
            record(self._database, part, send_again(self._database, part, resources))
        return self.result()

    def result(self) -> dict[str, Any]:
        """What became of the reply, the same each time it is requested."""
        part = self._db.row(
            "select state, error, retry_at from outbound_messages where turn_id = %s", self.reply_id
        )
        if part is None:
            return {"state": "unknown"}
        if part["state"] == "failed" and part["retry_at"] is None:
            raise Refused("not_sent", problem=part["error"])
        return {"state": "pending" if part["state"] == "failed" else part["state"]}

    def is_written(self) -> bool:
        """Whether this reply is in the outbox already."""
        return bool(self._db.rows("select part from outbound_messages where turn_id = %s", self.reply_id))

    def _begin(
        self, file: Mapping[str, Any] | None, content: str, words: str | None, waits: bool
    ) -> dict[str, Any]:
        with self._db.transaction() as db:
            if file is not None:
                names = ("kind", "mime_type", "filename", "content")
                values = [file[name] for name in names]
                db.rows(INSERT_FILE, self.reply_id, self.contact_id, *values, len(file["content"]))
            begun: dict[str, Any] = db.value(
                "select begin_human_reply(%s, %s, %s::jsonb, %s, %s, %s)",
                self.reply_id,
                self.contact_id,
                content,
                run_id(),
                words,
                waits,
            )
            if begun["do"] == "nothing":
                raise REFUSALS.get(begun["reason"], not_found)()
        return begun
