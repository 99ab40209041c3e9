"""Large requests: one person, or one program, can't take the memory of the process that everybody signs in at."""

from __future__ import annotations

import asyncio
import json
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
from portal.bodies import LARGE, WAITING, Bodies, TooMuch
from tests.local.meta_support import eventually
from tests.portal_door.house import AGENT, OWNER, Browser, House

BIG = 2 * LARGE


def sent(
    *pieces: bytes, length: int | None = None, ends: bool = True, seen: asyncio.Event | None = None
) -> Request:
    """A request whose body comes in these pieces, or never to its end. `seen` is set once somebody reads it."""
    left = list(pieces)

    async def receive() -> Message:
        if seen:
            seen.set()
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


def test_the_next_of_one_sender_is_not_read_before_the_first_is_answered() -> None:
    async def run() -> None:
        all_of_them, read = Bodies(), asyncio.Event()
        second = sent(b"x" * BIG, seen=read)

        async def take() -> int:
            async with all_of_them.of(second, "ana") as body:
                return len(body)

        async with all_of_them.of(sent(b"x" * BIG), "ana"):
            waiting = asyncio.create_task(take())
            async with all_of_them.of(sent(b"x" * BIG), "ben") as body:  # another's does not wait
                assert len(body) == BIG
                for _ in range(10):  # whatever can go on does
                    await asyncio.sleep(0)
            assert not read.is_set() and not waiting.done()
        assert await waiting == BIG

    asyncio.run(run())


def test_one_that_waited_too_long_is_refused_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TURN_S", 0.05)

    async def run() -> None:
        all_of_them = Bodies()
        async with all_of_them.of(sent(b"x" * BIG), "ana"):
            for _ in range(2 * WAITING):
                with pytest.raises(TooMuch):
                    async with all_of_them.of(sent(b"x" * BIG), "ana"):
                        raise AssertionError("it is not its turn")
        async with all_of_them.of(sent(b"x" * BIG), "ana") as body:
            assert len(body) == BIG

    asyncio.run(run())


def test_of_one_browser_one_large_call_is_under_way_and_a_few_wait(
    house: House, browser: Callable[[], Browser], door: TestClient
) -> None:
    here, other = browser().sign_in(house, OWNER), browser().sign_in(house, AGENT)
    house.windmill.hold.clear()
    said: dict[str, int] = {}

    def call(name: str, who: Browser, size: int) -> None:
        call: Any = {"runnable": "me", "args": {"request": request("get", more="x" * size)}}
        cookie = {"cookie": f"portal={who.cookies['portal']}"}
        said[name] = door.post("/api/call", json=call, headers=cookie).status_code

    large = {f"large {n}": (here, BIG) for n in range(WAITING + 2)}
    calls = {
        **large,
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
    assert sorted(said.pop(name) for name in large) == [200] * (WAITING + 1) + [429]
    assert said == {"of another": 200, "small": 200}


def test_a_large_request_that_would_take_four_times_its_size_is_refused(
    house: House, browser: Callable[[], Browser], door: TestClient
) -> None:
    """One emoji, and each letter of a text takes four bytes. The pages escape what is no ASCII."""
    here = browser().sign_in(house, OWNER)
    cookie = {"cookie": f"portal={here.cookies['portal']}"}

    def call(name: str) -> int:
        asked = {"runnable": "me", "args": {"request": request("get", more="x" * BIG, name=name)}}
        return door.post("/api/call", json=asked, headers=cookie).status_code

    assert (call("menu.pdf"), call("🍋.pdf")) == (200, 200), "as the pages write it"
    raw = json.dumps({"runnable": "me", "args": {"request": f"🍋{'x' * BIG}"}}, ensure_ascii=False).encode()
    headers = cookie | {"content-type": "application/json"}
    assert door.post("/api/call", content=raw, headers=headers).status_code == 400
