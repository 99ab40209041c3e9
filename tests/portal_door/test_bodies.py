"""Large requests: one person, or one program, can't take the memory of the process that everybody signs in at."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from local.portal.wire import request
from portal import bodies
from portal.bodies import LARGE, Bodies, TooMuch
from tests.local.meta_support import eventually
from tests.portal_door.house import AGENT, OWNER, Browser, House

BIG = 2 * LARGE


def sent(*pieces: bytes, length: int | None = None, ends: bool = True) -> Request:
    """A request whose body comes in these pieces, or never to its end."""
    left = list(pieces)

    async def receive() -> Message:
        if not left and not ends:
            await asyncio.Event().wait()
        body = left.pop(0) if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left) or not ends}

    size = str(sum(map(len, pieces)) if length is None else length).encode()
    return Request({"type": "http", "headers": [(b"content-length", size)]}, receive)


def test_all_large_bodies_share_one_bound_until_they_are_answered() -> None:
    async def run() -> None:
        all_of_them = Bodies(held=5 * LARGE)
        async with AsyncExitStack() as under_way:
            for sender in ("ana", "ben"):
                body = await under_way.enter_async_context(
                    all_of_them.of(sent(b"x" * LARGE, b"y" * LARGE), sender)
                )
                assert len(body) == BIG
                body.clear()  # what was made of it is there still
            with pytest.raises(TooMuch):
                await under_way.enter_async_context(all_of_them.of(sent(b"x" * BIG), "eva"))
            small = await under_way.enter_async_context(all_of_them.of(sent(b"x" * LARGE), "eva"))
            assert len(small) == LARGE
        async with all_of_them.of(sent(b"x" * 5 * LARGE), "eva") as body:
            assert len(body) == 5 * LARGE

    asyncio.run(run())


def test_one_that_never_ends_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "READ_S", 0.05)

    async def run() -> None:
        all_of_them = Bodies(held=3 * LARGE)
        for _ in range(3):
            with pytest.raises(TooMuch):
                async with all_of_them.of(sent(b"x" * LARGE, length=BIG, ends=False), "ana"):
                    raise AssertionError("it has not come")
        async with all_of_them.of(sent(b"x" * BIG), "ana") as body:
            assert len(body) == BIG

    asyncio.run(run())


def test_of_one_browser_one_large_call_is_under_way(
    house: House, browser: Callable[[], Browser], door: TestClient
) -> None:
    here, other = browser().sign_in(house, OWNER), browser().sign_in(house, AGENT)
    house.windmill.hold.clear()
    said: dict[str, int] = {}

    def call(name: str, who: Browser, size: int) -> None:
        call: Any = {"runnable": "me", "args": {"request": request("get", more="x" * size)}}
        cookie = {"cookie": f"portal={who.cookies['portal']}"}
        said[name] = door.post("/api/call", json=call, headers=cookie).status_code

    calls = {
        "first": (here, BIG),
        "second": (here, BIG),
        "of another": (other, BIG),
        "small": (here, 10),
    }
    threads = [threading.Thread(target=call, args=(name, *about)) for name, about in calls.items()]
    for thread in threads:
        thread.start()
    eventually(lambda: 429 in said.values())
    house.windmill.hold.set()
    for thread in threads:
        thread.join()
    assert sorted((said.pop("first"), said.pop("second"))) == [200, 429]
    assert said == {"of another": 200, "small": 200}
