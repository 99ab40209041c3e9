"""Which jobs may run at once: groups of workers, each with the tags that it takes, as WORKER_GROUP and WORKER_TAGS say on a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from local.runner.errors import StartError

FLOW_TAG, SCRIPT_TAG = "flow", "python3"  # of a flow and of a script that name none
# As docker-compose.yml has them: what customers and staff wait for never waits for the rest.
CHAT_WORKERS = 64  # a place costs nothing until a turn is in it


def groups(chat: int = CHAT_WORKERS) -> str:
    """What --workers takes."""
    return f"chat:{chat} portal:2 tools:2 background,flow,python3,dependency:3 recovery:1"


GROUPS = groups()


@dataclass(frozen=True)
class Group:
    """Workers of one kind. No tags: they take every job."""

    tags: tuple[str, ...]
    workers: int

    @property
    def name(self) -> str:
        return self.tags[0] if self.tags else "default"

    @property
    def environment(self) -> dict[str, str]:
        """Work that nobody waits for gives the processor to the rest, as compose's cpu_shares do."""
        return {"RUNNER_NICE": "10"} if self.name == "background" else {}

    def takes(self, tag: str) -> bool:
        return not self.tags or tag in self.tags


def read_groups(text: str) -> tuple[Group, ...]:
    """Groups as `TAG[,TAG…]:NUMBER`, blanks between; a number alone is one group that takes every job. Raises StartError."""
    groups = []
    for word in text.split():
        tags, _, number = word.rpartition(":")
        if not number.isdecimal() or int(number) < 1:
            raise StartError("--workers takes a number, or groups such as chat:4 portal:2, of at least 1.", 2)
        groups.append(Group(tuple(filter(None, tags.split(","))), int(number)))
    if not groups:
        raise StartError("--workers names no workers.", 2)
    return tuple(groups)


class Slots:
    """Places for processes. A job whose tag no group takes gets none, as on a server."""

    def __init__(self, groups: tuple[Group, ...]) -> None:
        self.groups = groups
        self._free = {group: asyncio.Semaphore(group.workers) for group in groups}

    def exists(self, tag: str) -> bool:
        return any(group.takes(tag) for group in self.groups)

    async def acquire(self, tag: str) -> Group:
        """Waits for a place, for ever where nobody takes the tag; returns whose it is, for release()."""
        group = next((group for group in self.groups if group.takes(tag)), None)
        if group is None:
            await asyncio.get_running_loop().create_future()
            raise AssertionError("nobody completes that future")
        await self._free[group].acquire()
        return group

    def release(self, group: Group) -> None:
        self._free[group].release()
