"""Joins the parts: what happens when a customer writes and when the business sends."""

import asyncio
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local.meta import envelope, owned
from local.meta.accounts import Accounts
from local.meta.billing import Billing
from local.meta.config import Config, Number
from local.meta.deliver import Deliverer, Delivery
from local.meta.drafts import verdict
from local.meta.errors import GraphError
from local.meta.faults import Faults
from local.meta.media import MediaShelf
from local.meta.rates import Rates
from local.meta.runs import RunReader
from local.meta.state import Clock, Message, State, digits
from local.meta.statuses import Statuses
from local.meta.store import Store
from local.meta.templates import TemplateShelf
from local.meta.validate import USER_ID

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")


@dataclass
class Written:
    """What a customer wrote: message objects in Meta's shape, without what Meta adds."""

    number: Number
    customer: dict[str, Any]
    messages: list[dict[str, Any]]
    copies: int = 1


class Platform:
    """The stand-in as a whole; the HTTP modules only translate to it."""

    def __init__(self, config: Config, state_path: Path | None, base_url: str) -> None:
        self.config, self.base_url = config, base_url
        self.clock = Clock()
        self.store = Store(state_path)
        self.state = State(config.customers, self.store, self.clock)
        self.limits = replace(config.limits)
        secret = config.secrets.app_secret
        self.deliverer = Deliverer(
            config.webhook_urls, secret, self.limits, self.store, self.clock, self.delivered
        )
        self.templates = TemplateShelf(config.templates, self.store)
        self.billing = Billing(self.state, self.templates, self.limits)
        self.accounts = Accounts(config, self.billing)
        self.statuses = Statuses(config, self.state, self.deliverer, self.billing)
        self.rates = Rates(self.limits)
        self.faults = Faults()
        self.media = MediaShelf(self.store)
        self.runs = RunReader(config.portal, config.secrets)

    def start(self) -> None:
        self.deliverer.start()
        self.statuses.start()
        for key in self.templates.templates:
            self.review_soon(key)

    async def close(self) -> None:
        self.statuses.clear()
        await self.deliverer.close()
        await self.runs.close()
        self.store.close()

    def reset(self) -> None:
        """Forget everything that came after the start."""
        self.deliverer.clear()
        self.statuses.clear()
        self.statuses.policy = self.config.statuses
        vars(self.limits).update(vars(self.config.limits))
        self.rates.clear()
        self.billing.unpaid.clear()
        self.accounts.known.clear()
        self.accounts.codes.clear()
        self.faults.orders.clear()
        self.clock.ahead = 0.0
        self.state.clear()
        self.media.load()
        self.templates.load()

    # A customer writes

    def receive(self, written: Written) -> tuple[list[str], list[Delivery]]:
        """Put a customer's messages on the phone and deliver them, in one POST (or several equal ones)."""
        out, kept = [], []
        for given in written.messages:
            message = self.complete(written, given)
            out.append(message)
            if message["type"] not in ("system", "edit", "revoke"):
                kept.append(self.keep(written, message))
            if message["type"] == "revoke":
                self.state.take_back(written.customer["id"], message["revoke"].get("original_message_id"))
        if out[0]["type"] == "system":
            self.renumber(written.customer, out[0])
        self.state.keep_person(written.customer)
        body = envelope.encode(envelope.incoming(written.number, written.customer, out))
        about = [message.wamid for message in kept]
        return [m["id"] for m in out], [self.deliverer.enqueue(body, about) for _ in range(written.copies)]

    async def receive_raw(self, body: bytes, signature: str) -> tuple[int | None, str | None]:
        """Delivers a hand-made body, once. Its customers' messages also appear on their phones, so that replies and receipts find them."""
        for number_id, message in envelope.written(body) if signature == "valid" else ():
            if number := self.config.number(str(number_id)):
                customer = self.state.person(message.get("from"), message.get("from_user_id"))
                self.keep(Written(number, customer, [message]), message)
        return await self.deliverer.post(body, signature)

    def complete(self, written: Written, given: dict[str, Any]) -> dict[str, Any]:
        """Add what Meta adds: the sender, an id, the time; bytes become a stored media file."""
        kind = given["type"]
        message: dict[str, Any] = dict(envelope.sender(written.customer))
        message["id"] = given.get("id") or envelope.new_wamid(written.customer["id"])
        message["timestamp"] = str(given.get("timestamp") or int(self.clock.now()))
        message.update({key: value for key, value in given.items() if key not in ("id", "timestamp")})
        content = given.get(kind)
        if kind == "text" and isinstance(content, str):
            message["text"] = {"body": content}
        elif kind in MEDIA_TYPES and isinstance(content, dict):
            expires = int(self.clock.now() + self.limits.media_url_s)
            message[kind] = self.media.incoming(
                written.number.phone_number_id, self.base_url, content, expires
            )
        if isinstance(given.get("context"), str):
            message["context"] = {"from": digits(written.number.display_phone_number), "id": given["context"]}
        return message

    def keep(self, written: Written, message: dict[str, Any]) -> Message:
        """The phone's own copy. A repeated id stays one message."""
        if known := self.state.messages.get(message["id"]):
            return known
        kind = message["type"]
        content = message.get(kind)
        at = float(message["timestamp"]) if str(message["timestamp"]).isdigit() else self.clock.now()
        kept = Message(
            wamid=message["id"],
            phone_number_id=written.number.phone_number_id,
            customer=written.customer["id"],
            direction="in",
            type=kind,
            content=content if isinstance(content, dict) else {"items": content},
            time=at,
            state="sending",
            context=(message.get("context") or {}).get("id"),
            referral="referral" in message,
        )
        self.state.add(kept)
        return kept

    def renumber(self, customer: dict[str, Any], message: dict[str, Any]) -> None:
        """A person changed their number or user id: from now on they are reached by the new one."""
        system = message.get("system", {})
        customer["phone"] = system.get("wa_id") or customer["phone"]
        customer["user_id"] = system.get("user_id") or customer["user_id"]

    def delivered(self, delivery: Delivery) -> None:
        """An attempt is over: show on the phone what became of it."""
        if delivery.last_status == 200:
            self.state.taken |= {(number, m["id"]) for number, m in envelope.written(delivery.body)}
        for wamid in delivery.about:
            message = self.state.messages.get(wamid)
            if message is None or message.direction != "in" or message.state in ("delivered", "read"):
                continue
            message.attempts = delivery.attempts
            if delivery.last_status == 200:
                message.state, message.error = "delivered", None
            else:
                answer = (
                    f"it answered {delivery.last_status}" if delivery.last_status else "it can't be reached"
                )
                message.state = "lost" if delivery.done else "retrying"
                message.error = f"The webhook did not take this message: {answer}."
            self.state.save(message)

    def create_template(self, waba_id: str, body: Any) -> dict[str, str]:
        """Takes a new template; some seconds later Meta has reviewed it, if nobody has before."""
        made = self.templates.create(waba_id, body)
        self.review_soon((waba_id, body["name"], body["language"]))
        return made

    def update_template(self, template_id: str, accounts: set[str], body: Any) -> None:
        """Takes new words of a template; they are reviewed like a new one."""
        changed = self.templates.update(template_id, accounts, body)
        self.review_soon((changed.waba_id, changed.name, changed.language))

    def review_soon(self, key: tuple[str, str, str]) -> None:
        if self.limits.review_s and self.templates.templates[key].status == "PENDING":
            asyncio.get_running_loop().call_later(self.limits.review_s, self.review_pending, key)

    def review_pending(self, key: tuple[str, str, str]) -> None:
        template = self.templates.templates.get(key)
        if template and template.status == "PENDING":
            self.review(*key, *verdict(template))

    def review(self, waba_id: str, name: str, language: str, event: str, reason: str) -> Delivery | None:
        """Meta's review changes a template and tells the webhook. None: there is no such template."""
        value = self.templates.change(waba_id, name, language, event, reason)
        if value is None:
            return None
        body = envelope.account_event(waba_id, "message_template_status_update", value)
        return self.deliverer.enqueue(envelope.encode(body), [])

    # The business sends

    def accept(self, number: Number, body: dict[str, Any], kind: str) -> tuple[Message, dict[str, str]]:
        """Take a checked send; returns the message and the response's contact."""
        to, recipient = body.get("to"), body.get("recipient")
        lost = bool(to and USER_ID.fullmatch(to))
        phone = None if lost else to
        customer = self.state.find(phone=phone, user_id=recipient)
        key = customer["id"] if customer else digits(phone or "") or str(recipient or to)
        self.rates.take(number.phone_number_id, key, time.monotonic() + self.clock.ahead)
        fail_code = None if lost else self.window(number, key, kind)
        if recipient and customer is None:
            fail_code = 131026
        fail_code = self.misfit(number, body, kind) or fail_code
        message = Message(
            wamid=envelope.new_wamid(key),
            phone_number_id=number.phone_number_id,
            customer=key,
            direction="out",
            type=kind,
            content=body[kind] if isinstance(body[kind], dict) else {"items": body[kind]},
            time=self.clock.now(),
            state="accepted",
            to=str(recipient or to),
            context=(body.get("context") or {}).get("message_id"),
            biz=body.get("biz_opaque_callback_data"),
            lost=lost,
        )
        self.state.add(message)
        self.state.hub.publish(
            "typing", {"phone_number_id": number.phone_number_id, "customer": key, "seconds": 0}
        )
        if not lost:
            self.statuses.follow(message, fail_code)
        return message, self.response_contact(message, customer, bool(recipient))

    def misfit(self, number: Number, body: dict[str, Any], kind: str) -> int | None:
        """What Meta finds out only after it has accepted a send: a status says it. Raises GraphError for what it knows at once."""
        if kind == "interactive":
            owned.check(number, body[kind])
        if kind == "reaction":
            about = self.state.messages.get(body[kind]["message_id"])
            chat = about and about.phone_number_id == number.phone_number_id and about.type != "reaction"
            return None if chat else 131009
        if kind == "audio" and body[kind].get("voice"):
            file = self.media.files.get(body[kind].get("id", ""))
            return (
                None if file and file.content[:4] == b"OggS" and b"OpusHead" in file.content[:200] else 131053
            )
        return None

    def response_contact(
        self, message: Message, customer: dict[str, Any] | None, by_user_id: bool
    ) -> dict[str, str]:
        contact = {"input": message.to}
        if by_user_id:
            return contact | {"user_id": message.to}
        contact["wa_id"] = digits(message.to)
        if customer and customer["user_id"]:
            contact["user_id"] = customer["user_id"]
        return contact

    def window(self, number: Number, customer: str, kind: str) -> int | None:
        """Free-form replies only in the 24 hours after a customer's message: refused now, or by a status."""
        last = self.state.last_from.get((number.phone_number_id, customer), 0.0)
        if kind == "template" or self.clock.now() - last <= self.limits.window_s:
            return None
        if self.limits.outside_window == "status":
            return 131047
        raise GraphError(131047)

    def receipt(self, number: Number, body: dict[str, Any]) -> None:
        """The business read a message, and perhaps types."""
        message = self.state.messages.get(body["message_id"])
        if message is None or message.phone_number_id != number.phone_number_id or message.direction != "in":
            raise GraphError(131009, "Message ID is invalid.")
        typing = "typing_indicator" in body
        self.state.receipts.append({"message_id": message.wamid, "typing": typing, "time": self.clock.now()})
        for earlier in self.state.conversation(message.phone_number_id, message.customer):
            if earlier.direction == "in" and earlier.seq <= message.seq and earlier.state != "read":
                earlier.state, earlier.error = "read", None
                self.state.save(earlier)
        if typing:
            who = {"phone_number_id": message.phone_number_id, "customer": message.customer}
            self.state.hub.publish("typing", {**who, "seconds": self.limits.typing_s})


def run_of(message: Message) -> str | None:
    """The flow run that sent this message, if its callback data says so."""
    try:
        data = json.loads(message.biz or "")
    except ValueError:
        return None
    run = data.get("run") if isinstance(data, dict) else None
    return run if isinstance(run, str) else None
