# requirements: whatsapp
"""Every ten seconds: posts what happened to the addresses that businesses have given for their developers (docs/webhooks.md).

An event is posted again until its receiver has taken it, under the same id; those of one contact one after the other. PostgreSQL decides what is
due, to whom, and what becomes of a receiver that takes nothing (sql/functions/events.sql).
In: nothing. Out: how many events were taken and refused, and how many old ones were forgotten.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx2

from f.common.database import Database
from f.common.failures import contain_errors
from f.common.problems import Problem, english
from f.common.ssrf import guarded_client
from f.common.webhook_signature import signature_headers, webhook_secrets

postgresql = dict[str, Any]
c_settings = dict[str, Any]
SECONDS = 40  # of one run
RECEIVERS = 20  # that are told at once
BATCH = 200  # events of one receiver
BATCH_S = 3.0  # after which no further one of them is begun: others wait for the slowest receiver of a round
LEASE_S = 90  # longer than a batch with its last time-out
LANES = 8  # posts to one receiver at once, of as many contacts
TIMEOUT_S = 10.0
MOST_BYTES = 100_000  # of an answer
FAILURES = 5  # in a row from the beginning, after which the rest is left for later


@contain_errors
def main(db: postgresql, settings: c_settings, master_key: str) -> dict[str, int]:
    deadline, taken, refused = time.monotonic() + SECONDS, 0, 0
    allowed = settings.get("allowed_private_hosts") or []
    with Database.open(db) as database:
        deleted = database.value("select clean_events()")
        while time.monotonic() < deadline:
            lease = f"{LEASE_S} seconds"
            claimed = database.rows("select * from claim_endpoints(%s, %s::interval)", RECEIVERS, lease)
            if not claimed:
                break
            receivers = [
                Receiver(endpoint, due(database, endpoint), master_key, allowed) for endpoint in claimed
            ]
            asyncio.run(deliver_all(receivers))
            for receiver in receivers:
                receiver.record(database)
                taken, refused = taken + len(receiver.taken), refused + len(receiver.refused)
    return {"taken": taken, "refused": refused, "deleted": deleted}


def due(database: Database, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    return database.rows("select * from due_deliveries(%s, %s)", endpoint["id"], BATCH)


async def deliver_all(receivers: list[Receiver]) -> None:
    await asyncio.gather(*(receiver.deliver(time.monotonic() + BATCH_S) for receiver in receivers))


class Receiver:
    """One address, and what it is to get now. `taken` and `refused`: events by their place; `words`: what became of the last post."""

    def __init__(
        self,
        endpoint: dict[str, Any],
        events: list[dict[str, Any]],
        master_key: str,
        allowed: list[str],
    ) -> None:
        self._endpoint, self._allowed = endpoint, allowed
        self._secrets = webhook_secrets(master_key, endpoint["tenant_id"])
        self._lanes: dict[Any, list[dict[str, Any]]] = {}
        for event in events:
            self._lanes.setdefault(event["lane"], []).append(event)
        self.taken: list[int] = []
        self.refused: list[int] = []
        self.words = ""

    async def deliver(self, until: float) -> None:
        """Posts until all is taken, the time is over, or nothing is taken at all."""
        places = asyncio.Semaphore(LANES)
        headers = {"content-type": "application/json", "user-agent": "chatbot-events"}
        async with guarded_client(self._allowed, headers, TIMEOUT_S, MOST_BYTES) as client:

            async def in_order(events: list[dict[str, Any]]) -> None:
                async with places:
                    for event in events:
                        if time.monotonic() > until or (len(self.refused) >= FAILURES and not self.taken):
                            return
                        if not await self._post(client, event):
                            return

            await asyncio.gather(*(in_order(events) for events in self._lanes.values()))

    async def _post(self, client: httpx2.AsyncClient, event: dict[str, Any]) -> bool:
        raw = json.dumps(event["body"], separators=(",", ":"), ensure_ascii=False).encode()
        signed = signature_headers(self._secrets, raw, event["id"])
        try:
            async with asyncio.timeout(TIMEOUT_S):
                async with client.stream(
                    "POST", self._endpoint["url"], content=raw, headers=signed
                ) as answer:
                    async for _ in answer.aiter_raw():
                        pass  # read to its end, so that the connection can be used again
                    status = answer.status_code
            self.words = f"HTTP {status}" + (" (redirects are not followed)" if 300 <= status < 400 else "")
        except TimeoutError:
            status, self.words = 0, f"no answer within {TIMEOUT_S:g} seconds"
        except Exception as error:  # one receiver must not keep the others from their events
            problem = next(
                (e for e in (error, error.__cause__, error.__context__) if isinstance(e, Problem)), None
            )
            status, self.words = (
                0,
                english(problem.message) if problem else f"not delivered: {type(error).__name__}",
            )
        is_taken = 200 <= status < 300
        (self.taken if is_taken else self.refused).append(event["seq"])
        return is_taken

    def record(self, database: Database) -> None:
        print(
            f"receiver {self._endpoint['id']}: {len(self.taken)} taken, {len(self.refused)} refused; {self.words}"
        )
        database.value(
            "select record_deliveries(%s, %s, %s::bigint[], %s::bigint[], %s)",
            self._endpoint["id"],
            self._endpoint["lease_no"],
            self.taken,
            self.refused,
            self.words,
        )
