"""A customer with a phone of their own, so that a test sees its own messages only."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local import seed
from local.portal.calls import ended
from local.seed import wait_for
from tests.e2e.conftest import World


class Phone:
    """Somebody new, writing to one of the demo's tenants."""

    def __init__(self, world: World, tenant: seed.DemoTenant = seed.SHOP) -> None:
        self.world, self.tenant = world, tenant
        self.number = f"3469{secrets.randbelow(10**7):07d}"

    def deliver(self, message: dict[str, Any]) -> str:
        """Sends a message in Meta's form; returns its id."""
        body = {
            "phone_number_id": self.tenant.phone_number_id,
            "from": self.number,
            "name": "Pau Vidal",
            "message": message,
        }
        answer = self.world.control("deliver", body)
        assert answer["status"] == 200, answer
        return str(answer["wamid"])

    def write(self, text: str, replies: int = 1) -> list[dict[str, Any]]:
        """Writes, and waits for so many messages."""
        return self.after({"type": "text", "text": text}, replies)

    def after(self, message: dict[str, Any], replies: int = 1) -> list[dict[str, Any]]:
        before = len(self.sent())
        self.deliver(message)
        return self.sent(before + replies)[before:]

    def media(self, kind: str, mime: str, content: bytes, **more: Any) -> list[dict[str, Any]]:
        data = base64.b64encode(content).decode()
        return self.after({"type": kind, kind: {"mime_type": mime, "data": data, **more}})

    def sent(self, at_least: int = 0) -> list[dict[str, Any]]:
        """What this person was sent so far; waits for a number of messages."""
        query = {"to": self.number, "at_least": str(at_least), "timeout_s": "60"}
        response = self.world.http.get(f"{self.world.stack.url('meta')}/control/sent", params=query)
        found: list[dict[str, Any]] = response.json()["sent"]
        assert len(found) >= at_least, f"{len(found)} messages instead of {at_least}: {found}"
        return found

    def contact(self) -> str:
        query = "select id::text from contacts where phone = %s"
        (row,) = wait_for(lambda: self.world.rows(query, self.number), 60)
        return str(row["id"])

    def parts(self) -> list[dict[str, Any]]:
        """The outbox, as far as it is this person's."""
        return self.world.rows(
            "select o.* from outbound_messages o join turns t on t.id = o.turn_id where t.contact_id = %s order by t.opened_at, o.part",
            self.contact(),
        )

    def log(self) -> list[tuple[str, str]]:
        rows = self.world.rows(
            "select direction, body from conversation_logs where contact_id = %s order by id", self.contact()
        )
        return [(row["direction"], row["body"]) for row in rows]

    def trace(self) -> list[Any]:
        """What the tools of the last turn did, when it has closed."""
        query = "select trace from turns where contact_id = %s and state <> 'active' order by opened_at desc limit 1"
        rows = wait_for(lambda: self.world.rows(query, self.contact()), 60)
        return list(rows[0]["trace"])

    def file(self, media_id: str) -> bytes:
        """The bytes that Meta holds under an id."""
        token = self.world.stack.whatsapp_token(self.tenant.phone_number_id)
        headers = {"Authorization": f"Bearer {token}"}
        about = self.world.http.get(
            f"{self.world.stack.url('meta')}/graph/v26.0/{media_id}", headers=headers
        ).json()
        return self.world.http.get(about["url"], headers=headers).content


@contextmanager
def setting(world: World, tenant: seed.DemoTenant = seed.SHOP, **values: Any) -> Iterator[None]:
    """Settings of a chatbot, for a while."""
    names = ", ".join(values)
    (before,) = world.rows(f"select {names} from chatbots where phone_number_id = %s", tenant.phone_number_id)
    change = f"update chatbots set {', '.join(f'{n} = %s' for n in values)} where phone_number_id = %s returning name"
    world.rows(change, *values.values(), tenant.phone_number_id)
    try:
        yield
    finally:
        world.rows(change, *(before[name] for name in values), tenant.phone_number_id)


def recover(world: World) -> None:
    """The schedule's run, without waiting for the minute; returns when it is over."""
    server = world.stack.windmill()
    arguments = {
        "db": "$res:f/chatbot/database",
        "whatsapp": "$res:f/chatbot/whatsapp",
        "settings": "$res:f/chatbot/settings",
        "master_key": "$var:f/chatbot/master_key",
        "job_id_key": "$var:f/chatbot/job_id_key",
    }
    job = server.call("POST", "jobs/run/p/f/chatbot/recover", arguments).text.strip('"')
    wait_for(lambda: ended(server, job), 90)
