"""An open turn whose reply is in the outbox, as send_reply works on it."""

from __future__ import annotations

import json
from typing import Any

from tests.whatsapp.conftest import Bot

PHONE = "16505551234"
TEXT = {"type": "text", "text": {"body": "Hello", "preview_url": False}}


class Turn:
    """An open turn whose reply is in the outbox."""

    def __init__(self, bot: Bot, contents: list[dict[str, Any]] | None = None, sender: str = PHONE) -> None:
        self.bot = bot
        opened = bot.arrive({"from": sender, "type": "text", "text": {"body": "hi"}}, contacts=None)
        self.id, self.run = opened["turn_id"], opened["run"]
        self.epoch = bot.one("select begin_step(%s, %s, 3)", self.id, self.run)
        bot.one("select queue_parts(%s, %s, %s::jsonb)", self.id, self.epoch, json.dumps(contents or [TEXT]))

    def may(self, part: int = 1) -> dict[str, Any]:
        return self.bot.one("select may_send(%s, %s, %s)", self.id, self.epoch, part)

    def claim(self, part: int = 1) -> dict[str, Any]:
        return self.bot.one("select claim_part(%s, %s, %s, '20 s')", self.id, self.epoch, part)

    def record(self, state: str, code: int | None = None, part: int = 1) -> None:
        wamid = f"wamid.{self.id}.{part}" if state == "sent" else None
        self.bot.one(
            "select record_part(%s, %s, %s, %s, %s, %s, 'x')", self.id, self.epoch, part, state, wamid, code
        )

    def fails(self, code: int, how: str) -> None:
        """In the response to the send, or hours later in a status."""
        assert self.may()["do"] == "go"
        self.claim()
        if how == "response":
            self.record("failed", code)
            return
        self.record("sent")
        status = {"id": f"wamid.{self.id}.1", "status": "failed", "errors": [{"code": code, "title": "x"}]}
        self.bot.do("select apply_status(%s::jsonb)", json.dumps(status))

    def parts(self) -> list[dict[str, Any]]:
        return self.bot.rows(
            "select *, retry_at - now() as retry_in from outbound_messages where turn_id = %s order by part",
            self.id,
        )

    def close(self) -> None:
        """The turn is over: what happens now is the recovery's."""
        epoch = self.bot.one("select begin_step(%s, %s, 4)", self.id, self.run)
        self.bot.one("select close_turn(%s, %s, 'done', 'answered', '{}')", self.id, epoch)

    def status(
        self, name: str, code: int | None = None, part: int = 1, of: dict[str, Any] | None = None
    ) -> bool:
        """Meta says what became of a part: of its newest request, or of an older one."""
        row = of or self.parts()[part - 1]
        status: dict[str, Any] = {"id": row["message_id"], "status": name}
        if code is not None:
            status["errors"] = [{"code": code, "title": "x"}]
        return bool(self.bot.rows("select apply_status(%s::jsonb) as known", json.dumps(status))[0]["known"])

    def sent(self, part: int = 1) -> None:
        assert self.may(part)["do"] == "go"
        assert self.claim(part)["do"] == "send"
        self.record("sent", part=part)
