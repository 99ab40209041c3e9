"""A tenant's address can't reach into the operator's network, and can't flood a worker."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import httpx2
import pytest

from f.common import ssrf
from f.common.ssrf import ForbiddenHost, TooLarge, guarded_client, is_public, post_json
from tests.agent.vendors import Raw, Vendor

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1%eth0", "fd00::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::", "fd00:ec2::254", "not an address"),
    *("168.63.129.16", "192.0.0.192", "192.0.0.8", "192.88.99.1", "100.100.100.200", "::ffff:168.63.129.16", "64:ff9b::a83f:8110"),
    *("fec0::1", "::5.5.5.5", "3fff::1", "2001:db8::1", "64:ff9b:1::808:808", "2002:808:808::1", "5f00::1", "100::1"),
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public(address: str) -> None:
    assert is_public(address)


def get(url: str, allowed: list[str], **options: Any) -> httpx2.Response:
    async def run() -> httpx2.Response:
        async with guarded_client(allowed, {"authorization": "Bearer secret"}, 5, **options) as client:
            return await client.post(url, json={})

    return asyncio.run(run())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"]
)
def test_loopback_in_every_spelling(vendors: tuple[Vendor, Vendor], host: str) -> None:
    port = vendors[0].url.rsplit(":", 1)[1]
    vendors[0].says("never asked")
    with pytest.raises(ForbiddenHost, match="allowed_private_hosts"):
        get(f"http://{host}:{port}/", [])
    assert not vendors[0].asked


def test_an_allowed_host_and_no_other_port_of_it(vendors: tuple[Vendor, Vendor]) -> None:
    vendors[0].says("hello")
    host = vendors[0].url.removeprefix("http://")
    assert get(f"http://{host}/", [host]).status_code == 200
    with pytest.raises(ForbiddenHost):
        get(vendors[1].url, [host])


def test_redirects_are_not_followed(vendors: tuple[Vendor, Vendor]) -> None:
    host = vendors[0].url.removeprefix("http://")
    vendors[0].says(Raw(307, {}, {"location": f"{vendors[1].url}/latest/meta-data"}))
    vendors[1].says("never asked")
    assert get(f"http://{host}/", [host]).status_code == 307
    assert not vendors[1].asked


@pytest.fixture
def went(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which a connection was wanted: there is no network in tests."""
    found: list[str] = []

    async def connect(self: Any, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        found.append(host)
        raise OSError("no network in tests")

    monkeypatch.setattr(ssrf.httpcore2.AnyIOBackend, "connect_tcp", connect)
    return found


def test_a_name_that_changes_its_address_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, went: list[str]
) -> None:
    """The first answer is public, every later one private: the connection goes to the address that was checked."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])

    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(OSError):
        get("http://rebind.example/", [])
    assert went == ["93.184.215.14"]
    with pytest.raises(ForbiddenHost):
        get("http://rebind.example/", [])


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(ForbiddenHost):
        get("http://both.example/", [])


def test_a_name_server_that_never_answers_keeps_no_other_name_waiting(
    monkeypatch: pytest.MonkeyPatch, went: list[str]
) -> None:
    """A business has ten receivers of events, and all businesses' receivers are told in one run. At its end the run does not wait either."""
    answers = threading.Event()

    def resolve(host: str, port: int, **kind: Any) -> list[Any]:
        if host.startswith("slow"):
            answers.wait(60)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    async def ask(host: str) -> None:
        async with guarded_client([], {}, 30) as client:
            await client.get(f"http://{host}.example/")

    async def run() -> None:
        slow = [asyncio.create_task(ask(f"slow{n}")) for n in range(40)]
        await asyncio.sleep(0)
        with pytest.raises(OSError, match="no network"):
            await asyncio.wait_for(ask("quick"), 20)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    late = threading.Timer(40, answers.set)
    late.start()
    try:
        asyncio.run(run())
        assert went == ["93.184.215.14"] and not answers.is_set()
    finally:
        late.cancel()
        answers.set()


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", "a..example"])
def test_a_name_that_is_none_is_not_reached(host: str) -> None:
    with pytest.raises((httpx2.ConnectError, httpx2.InvalidURL)):
        get(f"http://{host}/", [])


def test_a_large_answer_is_cut_off(vendors: tuple[Vendor, Vendor]) -> None:
    host = vendors[0].url.removeprefix("http://")
    vendors[0].says(Raw(200, b"x" * 3_000_000))
    with pytest.raises(TooLarge):
        get(f"http://{host}/", [host])
    vendors[0].says(Raw(200, b"x", {"content-encoding": "gzip"}))
    with pytest.raises(TooLarge, match="compressed"):
        get(f"http://{host}/", [host])


def test_webhooks_are_guarded_too(vendors: tuple[Vendor, Vendor]) -> None:
    vendors[0].says("never asked")
    with pytest.raises(ForbiddenHost):
        post_json(vendors[0].url, {}, [], secrets=[b"s"])
