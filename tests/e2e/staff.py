"""Somebody of a tenant's staff at the portal's page, over the running product."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from f.portal_api.attachments import info_of_piece, info_of_upload
from f.portal_api.sealed_transport import SUITE
from local import seed
from local.portal.calls import ended, start
from local.seed import wait_for
from tests.e2e.conftest import World


class Staff:
    """A person with a role in one of the demo's businesses."""

    def __init__(self, world: World, role: str = "owner", tenant: seed.DemoTenant = seed.SHOP) -> None:
        self.world = world
        self.windmill = world.stack.as_person(tenant.people[role])
        (row,) = world.rows(
            "select tenant_id::text from chatbots where phone_number_id = %s", tenant.phone_number_id
        )
        self.tenant_id = row["tenant_id"]

    def ask(self, name: str, action: str, /, **fields: Any) -> dict[str, Any]:
        """One request of the page, and its answer."""
        job = start(self.windmill, name, f"f/portal_api/{name}", action, **fields)
        done = wait_for(lambda: ended(self.windmill, job), 60)
        return dict(done["result"])

    def publish(self, number: str = seed.SHOP.phone_number_id, **fields: Any) -> dict[str, Any]:
        """Publishes a chatbot's draft as it is. `fields`: a share, a run of the bot's tests."""
        (bot,) = [bot for bot in self.ask("bot", "get")["bots"] if bot["phone_number_id"] == number]
        drafted = {row["setting"]: row["value"] for row in bot["draft"]}
        seen = {"phone_number_id": number, "draft": drafted, "live": bot["version"]}
        return self.ask("versions", "publish", **seen, **fields)

    def thread(self, contact: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("conversations", "get", contact_id=contact)["messages"]
        return found

    def file(self, file_id: str) -> bytes:
        """A file of a thread, opened as the page opens it."""
        private = X25519PrivateKey.generate()
        key, first, content = b64encode(private.public_key().public_bytes_raw()).decode(), 0, b""
        while first is not None:
            piece = self.ask("attachments", "get", file_id=file_id, first=first, page_key=key)
            assert piece["ok"], piece
            info = info_of_piece(self.tenant_id, file_id, first)
            content += SUITE.decrypt(b64decode(piece["sealed"]), private, info)
            first = piece["next"]
        return content

    def sealed(self, contact: str, reply_id: str, content: bytes) -> str:
        """A file as the page seals it."""
        key = self.ask("attachments", "get_key")["sealing_key"]
        public = X25519PublicKey.from_public_bytes(b64decode(key))
        info = info_of_upload(self.tenant_id, contact, reply_id)
        return b64encode(SUITE.encrypt(content, public, info)).decode()


def is_plain(content: bytes, text: str) -> bool:
    """Whether a text holds these bytes: as they are, in base64, in hexadecimal or as JSON."""
    middle = content[30:60]
    forms = {middle.hex(), json.dumps(middle.decode("latin1"))[1:-1], middle.decode("latin1")}
    forms |= {b64encode(content[30 + shift : 60 + shift]).decode()[4:-4] for shift in range(3)}
    return any(form in text for form in forms)
