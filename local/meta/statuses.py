"""Tells the webhook what became of a sent message: sent, delivered, read; late or twice too."""

import asyncio
from typing import Any

from local.meta import envelope
from local.meta.billing import Billing
from local.meta.config import Config, StatusPolicy
from local.meta.deliver import Deliverer, Delivery
from local.meta.errors import status_error
from local.meta.state import ORDER, Message, State


class Statuses:
    """Follows the policy of the moment at which a message was accepted."""

    def __init__(self, config: Config, state: State, deliverer: Deliverer, billing: Billing) -> None:
        self.config, self.state, self.deliverer, self.billing = config, state, deliverer, billing
        self.policy = config.statuses
        self.held: list[Message] = []
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Go on with what was under way when the process ended."""
        for message in self.state.sent():
            if message.state in ORDER[:-1] and not message.lost:
                self.follow(message)

    def follow(self, message: Message, fail_code: int | None = None) -> None:
        """Start the statuses of an accepted message."""
        if self.policy.hold and self.applies(message):
            self.held.append(message)
            return
        task = asyncio.create_task(self.run(message, fail_code))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def applies(self, message: Message) -> bool:
        wanted = self.policy.to
        return wanted is None or wanted.lstrip("+") in (message.customer, message.to.lstrip("+"))

    async def run(self, message: Message, fail_code: int | None) -> None:
        policy = self.policy if self.applies(message) else StatusPolicy()
        waited = 0.0
        number = self.config.number(message.phone_number_id)
        if number and not fail_code:
            fail_code = self.billing.fails(message, number)
        for name, at in self.plan(policy, fail_code or policy.fail_code):
            if name in message.statuses and name not in policy.double:
                continue
            await asyncio.sleep(max(0.0, at - waited))
            waited = max(waited, at)
            delivery = self.send(message, name, fail_code or policy.fail_code)
            if delivery:
                # The next one waits for this one's first attempt: out of order only when the policy says so.
                await delivery.first.wait()

    def plan(self, policy: StatusPolicy, fail_code: int | None) -> list[tuple[str, float]]:
        """Names and seconds, in the order in which they go out."""
        steps = [("sent", policy.sent_s), ("delivered", policy.delivered_s), ("read", policy.read_s)]
        if fail_code:
            steps = [("failed", policy.sent_s)]
        kept = [
            step
            for step in steps
            if step[0] not in policy.skip
            for _ in range(1 + (step[0] in policy.double))
        ]
        if policy.reverse:
            times = [at for _, at in kept]
            kept = [(name, at) for (name, _), at in zip(reversed(kept), times, strict=True)]
        return kept

    def send(self, message: Message, name: str, fail_code: int | None = None) -> Delivery | None:
        """One status, now."""
        number = self.config.number(message.phone_number_id)
        if number is None:
            return None
        customer = self.state.customers.get(message.customer) or {"phone": message.customer}
        fields: dict[str, Any] = {
            "id": message.wamid,
            "status": name,
            "timestamp": str(int(self.state.clock.now())),
            "biz_opaque_callback_data": message.biz,
        }
        if name != "failed":
            fields["pricing"] = self.billing.price(message, number)
        else:
            fields["errors"] = [status_error(fail_code or 131026)]
            message.error = f"{fields['errors'][0]['title']} ({fields['errors'][0]['code']})"
        self.state.advance(message, name)
        return self.deliverer.enqueue(
            envelope.encode(envelope.status(number, customer, fields)), [message.wamid]
        )

    def set_policy(self, policy: StatusPolicy) -> None:
        """A new policy; what was held goes out under it."""
        self.policy = policy
        if not policy.hold:
            held, self.held = self.held, []
            for message in held:
                self.follow(message)

    def clear(self) -> None:
        self.held.clear()
        for task in self.tasks:
            task.cancel()
