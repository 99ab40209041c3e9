# requirements: whatsapp
"""One turn of a conversation: its tenant, its context and settings, and what a step may do in it.

Libraries that only some turns need are imported in the methods that need them.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.chatbot_settings import ChatbotSettings, Surroundings
    from f.common.database import Database
    from f.common.shapes import Context, Resources
    from f.whatsapp.graph_api import GraphApi


class Turn:
    """`epoch`: this attempt's number, by which PostgreSQL refuses older ones; None before the step has begun, and in a dry run.

    A dry run is a turn that can't write: its database refuses to, and hold, hand_off and the tools that change something do nothing. `replays`: it
    takes a turn again that was answered, as if it were live.
    """

    def __init__(
        self,
        database: Database,
        context: Context,
        resources: Resources | None = None,
        epoch: int | None = None,
    ) -> None:
        self.context, self.resources, self.epoch = context, resources or {}, epoch
        self.dry_run = context.get("mode") == "dry_run"
        self.replays = "recorded" in context
        self.tenant_id, self.phone_number_id = context["tenant_id"], context["phone_number_id"]
        self.db = database.of_tenant(self.tenant_id, read_only=self.dry_run)
        self.handed_off: str | None = None  # who handed the customer to a human in this attempt

    @property
    def id(self) -> str:
        return self.context["turn_id"]

    def begin(self, step: int) -> None:
        """Shuts out every older copy of the step. Raises Overtaken when a newer attempt or another run has the turn."""
        if not self.dry_run:
            self.epoch = int(self.db.value("select begin_step(%s, %s, %s)", self.id, run_id(), step))

    def begin_with_api(self, step: int) -> GraphApi | None:
        """The same, and Meta's Graph API as graph_api() gives it, in one round trip."""
        from f.whatsapp.graph_api import value_with_api

        asked = "select begin_step(%s, %s, %s)", self.id, run_id(), step
        self.epoch, api = value_with_api(self.db, self.context, self.resources, *asked)
        return api

    def hold(self) -> None:
        """Shows that this attempt is at work. Raises Overtaken when a newer one has begun."""
        if not self.dry_run:
            self.db.value("select hold_turn(%s, %s)", self.id, self.epoch)

    def finish(self, outcome: str, summary: dict[str, Any]) -> tuple[str, str | None]:
        """Begins the last step and ends the turn as 'done', unless an earlier copy of the step has; the turn's contact, who may have become
        another one meanwhile, and its trace's id. Raises Overtaken when another run has the turn."""
        done = self.db.value(
            "select finish_turn(%s, %s, %s, %s::jsonb)", self.id, run_id(), outcome, json.dumps(summary)
        )
        return done["contact_id"], done["trace_id"]

    def close(self, state: str, outcome: str, summary: dict[str, Any]) -> None:
        """Ends the turn as 'done' or 'failed'. `summary`: what the conversation log keeps of it."""
        self.db.value(
            "select close_turn(%s, %s, %s, %s, %s::jsonb)",
            self.id,
            self.epoch,
            state,
            outcome,
            json.dumps(summary),
        )

    @property
    def settings(self) -> ChatbotSettings:
        """The chatbot's settings, read once."""
        return self._read[0]

    @property
    def surroundings(self) -> Surroundings:
        """The business's clock, the tenant's usage and its model key, as of the moment when the settings were read."""
        return self._read[1]

    @property
    def version(self) -> str | int | None:
        """Which version of the settings this is: its number, or 'draft'."""
        return self.context.get("version") or self.surroundings.version

    @cached_property
    def _read(self) -> tuple[ChatbotSettings, Surroundings]:
        from f.common.chatbot_settings import read_settings  # send_reply and persist go by the context

        about = self.context
        return read_settings(self.db, self.phone_number_id, about.get("version", ""), about.get("as_of"))

    def say(self, setting: str) -> str:
        """The chatbot's own words, such as `dont_know`, in the customer's language; '' where it has none."""
        from f.agent.language import in_language

        return in_language(self.context, getattr(self.settings, setting))

    def handoff_words(self) -> str:
        """What the customer hears of a handoff: that a colleague answers here; while the business is closed, that one does when it is open."""
        return (self.say("closed_message") if not self.surroundings.is_open else "") or self.say(
            "handoff_message"
        )

    def canned_reply(self, situation: str) -> str:
        """The platform's words for a situation, or the chatbot's own in place of them, in the customer's language."""
        from f.whatsapp.canned_replies import canned_reply

        return canned_reply(self.context, self.settings.canned_replies, situation)

    def spoken_language(self) -> str | None:
        """The language of this customer's voice notes, as far as it is certain: the chatbot's only one, or the one that they write."""
        from f.agent.language import written_language

        if len(self.settings.languages) == 1:
            return self.settings.languages[0]
        return written_language(self.context) or self.context["contact"].get("language")

    def model_key(self) -> str | None:
        """The tenant's key at its model's vendor; None: it has stored none. Raises SecretError when it does not open."""
        from f.common.secrets import unseal

        sealed = self.surroundings.llm_api_key
        return unseal(self.resources["master_key"], self.tenant_id, "llm_api_key", sealed) if sealed else None

    def webhook_secrets(self) -> list[bytes]:
        """What the tenant's webhooks are signed with."""
        from f.common.webhook_signature import webhook_secrets

        return webhook_secrets(self.resources["master_key"], self.tenant_id)

    def graph_api(self) -> GraphApi | None:
        """Meta's Graph API for this turn's customer; None where the tenant has stored no access token."""
        from f.whatsapp.graph_api import graph_api

        return graph_api(self.db, self.context, self.resources)

    @property
    def allowed_private_hosts(self) -> list[str]:
        """Hosts that tenants' addresses may name although they are not public: the operator's choice."""
        return self.resources["settings"].get("allowed_private_hosts") or []

    def hand_off(self, source: str, reason: str) -> None:
        """Hands the conversation to a human when the turn closes; the first call of a turn counts."""
        if self.handed_off:
            return
        self.handed_off = source
        if not self.dry_run:
            from f.agent.handoff import Handoff

            Handoff(self, source, reason).record()
