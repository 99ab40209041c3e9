"""Large bodies at the door: as many at once as its memory takes, the others wait, and are told to come again where that takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from portal import room
from portal.room import LARGE, NoRoom, Room
from tests.portal_door.house import OWNER, Browser, House

MOST = 3 * LARGE


def test_what_fits_goes_on_at_once_and_the_rest_waits_for_room() -> None:
    order: list[str] = []

    async def send(room: Room, name: str, size: int, end: asyncio.Event) -> None:
        async with room.hold(size):
            order.append(name)
            await end.wait()

    async def run() -> None:
        room = Room(MOST)
        ends = {name: asyncio.Event() for name in ("one", "two", "three", "small")}
        sizes = {"one": 2 * LARGE, "two": 2 * LARGE, "three": 9 * LARGE, "small": LARGE}
        tasks = []
        for name, size in sizes.items():
            tasks.append(asyncio.create_task(send(room, name, size, ends[name])))
            await asyncio.sleep(0)
        assert order == ["one", "small"], "a small one needs no room"
        for name in ("one", "two", "three", "small"):
            ends[name].set()
        await asyncio.gather(*tasks)
        assert sorted(order[2:]) == ["three", "two"], "also what is larger than the whole room, alone"
        async with room.hold(MOST):
            pass

    asyncio.run(run())


def test_who_waits_too_long_or_fails_leaves_no_room_behind() -> None:
    async def run() -> None:
        room = Room(MOST, patience_s=0.01)
        async with room.hold(MOST):
            with pytest.raises(NoRoom):
                async with room.hold(2 * LARGE):
                    raise AssertionError("there is no room")
        with pytest.raises(ValueError, match="broken"):
            async with room.hold(MOST):
                raise ValueError("broken")
        async with room.hold(MOST):
            pass

    asyncio.run(run())


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every body is large, and nobody gets room in time."""

    async def wait_for(self: asyncio.Condition, fits: Callable[[], bool]) -> None:
        raise TimeoutError

    monkeypatch.setattr(room, "LARGE", 1)
    monkeypatch.setattr(asyncio.Condition, "wait_for", wait_for)


def test_the_page_is_told_to_come_again(
    house: House, browser: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = browser().sign_in(house, OWNER)
    assert owner.call("me", "get").status_code == 200
    fill(monkeypatch)
    refused = owner.call("me", "get")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
