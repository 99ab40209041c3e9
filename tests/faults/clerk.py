"""Somebody of a tenant's staff at the portal's page, who clicks again when no answer comes."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from typing import Any

from deploy.bootstrap import Server

from local import seed
from local.portal.calls import ended, start
from tests.faults.storm import Storm, until


class Clerk:
    """A tenant's owner."""

    def __init__(self, storm: Storm, tenant: seed.DemoTenant) -> None:
        self.storm = storm
        self.windmill = until(lambda: self.sign_in(tenant.people["owner"]), 120, every_s=1.0)

    def sign_in(self, email: str) -> Server | None:
        try:
            return self.storm.stack.as_person(email)
        except Exception as problem:  # the runner is being started
            print(f"sign-in: {type(problem).__name__}, tried again")
            return None

    def click(self, component: str, script: str, action: str, **fields: Any) -> str:
        """One request of the page; the job's id."""
        return start(self.windmill, component, script, action, **fields)

    def answer(self, job: str) -> dict[str, Any]:
        return dict(until(lambda: ended(self.windmill, job), 60)["result"])

    def insist(self, component: str, script: str, action: str, **fields: Any) -> dict[str, Any]:
        """Clicks until the portal has an answer. Refusals that pass are none: PostgreSQL is away, or the business is suspended."""

        def answered() -> dict[str, Any] | None:
            try:
                result = self.answer(self.click(component, script, action, **fields))
            except Exception as problem:  # the runner is being started
                print(f"{action}: {type(problem).__name__}, clicked again")
                return None
            passing = result.get("refused") in ("unavailable", "not_a_member", "window_closed")
            return None if passing or "error" in result else result

        return dict(until(answered, 240, every_s=1.0))


@dataclass
class HumanReply:
    """Words of a human for a customer, sent once however often somebody clicks."""

    phone: str
    words: str
    reply_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    result: dict[str, Any] = field(default_factory=dict)

    def fields(self, storm: Storm) -> dict[str, Any]:
        (contact,) = until(
            lambda: storm.admin("select id::text from contacts where phone = %s", self.phone), 120
        )
        return {"contact_id": contact["id"], "reply_id": self.reply_id, "body": self.words}


REPLY = ("conversations", "f/portal_api/conversations", "reply")
RESUME = ("conversations", "f/portal_api/conversations", "resume")
UPLOAD = ("upload", "f/ingest/upload_document", "upload")


def file_fields(filename: str, text: str, replaces: str | None) -> dict[str, Any]:
    """A text file as the page uploads it."""
    encoded = base64.b64encode(text.encode()).decode()
    return {"file": encoded, "filename": filename, "title": filename} | (
        {"replaces": replaces} if replaces else {}
    )
