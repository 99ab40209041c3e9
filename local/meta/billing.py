"""What Meta charges: decided when a message leaves, billed when it is delivered, by the rules since 1 October 2026.

A free-form reply is free for the first ones of a month and number, then charged at the country's utility rate; a template is charged by its
category, inside of the 24 hours, too; nothing is charged for 72 hours after somebody came by an ad. A number whose account has no way to pay
has its messages accepted, and those that would be charged fail later.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from local.meta.state import FREE_REPLY, allowance, month_of

if TYPE_CHECKING:
    from local.meta.config import Limits, Number
    from local.meta.state import Message, State
    from local.meta.templates import TemplateShelf

NO_PAYMENT = 131042
FREE_ENTRY, REGULAR = "free_entry_point", "regular"


class Billing:
    """The price of each message, and the bill by month and number."""

    def __init__(self, state: State, templates: TemplateShelf, limits: Limits) -> None:
        self.state, self.templates, self.limits = state, templates, limits
        self.unpaid: set[str] = set()  # numbers whose account has no payment method

    def price(self, message: Message, number: Number) -> dict[str, Any] | None:
        """The status's `pricing` of a message; decided once. None: a reaction is no message, and nothing says that it is charged."""
        if message.type == "reaction":
            return None
        if message.pricing is None:
            kind, category = REGULAR, "service"
            if message.type == "template":
                category = self.category(number, message)
            if self.by_ad(message):
                kind, category = FREE_ENTRY, "referral_conversion"
            elif (
                category == "service"
                and self.state.free_replies[allowance(message)] < self.limits.free_replies
            ):
                kind = FREE_REPLY
                self.state.free_replies[allowance(message)] += 1
            message.pricing = {
                "billable": kind == REGULAR,
                "pricing_model": "PMP",
                "category": category,
                "type": kind,
            }
            self.state.save(message)
        return message.pricing

    def fails(self, message: Message, number: Number) -> int | None:
        """The code with which the message fails because nobody pays for it."""
        if number.phone_number_id not in self.unpaid:
            return None
        price = self.price(message, number)
        return NO_PAYMENT if price and price["billable"] else None

    def category(self, number: Number, message: Message) -> str:
        sent = message.content
        key = (number.waba_id, sent["name"], sent["language"]["code"])
        template = self.templates.templates.get(key)
        return template.category.lower() if template else "utility"

    def by_ad(self, message: Message) -> bool:
        """Whether the customer came by an ad at most 72 hours ago."""
        came = self.state.came_by_ad.get((message.phone_number_id, message.customer))
        return came is not None and message.time - came <= self.limits.free_entry_s

    def health(self, number: Number) -> dict[str, Any]:
        """The number's health_status: without a payment method its account is limited to what costs nothing."""
        account: dict[str, Any] = {
            "entity_type": "WABA",
            "id": number.waba_id,
            "can_send_message": "AVAILABLE",
        }
        if number.phone_number_id in self.unpaid:
            account["can_send_message"] = "LIMITED"
            account["errors"] = [
                {
                    "error_code": 141006,
                    "error_description": "There is an error with the payment method.",
                    "possible_solution": "Add a new payment method to the account.",
                }
            ]
        phone = {
            "entity_type": "PHONE_NUMBER",
            "id": number.phone_number_id,
            "can_send_message": "AVAILABLE",
        }
        return {"can_send_message": account["can_send_message"], "entities": [phone, account]}

    def bill(self) -> list[dict[str, Any]]:
        """What was delivered, by month, number, category and type."""
        lines: Counter[tuple[Any, ...]] = Counter()
        for m in self.state.sent():
            if m.pricing and {"delivered", "read"} & set(m.statuses):
                key = (month_of(m.time), m.phone_number_id, m.pricing["category"], m.pricing["type"])
                lines[(*key, m.pricing["billable"])] += 1
        names = ("month", "phone_number_id", "category", "type", "billable")
        return [dict(zip(names, key, strict=True), messages=count) for key, count in sorted(lines.items())]
