"""The demo's order system, called by the real MCP client over a real process."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

KEY = "orders-key"
LUCIA, JONAS = "+34 600 111 222", "4915112345678"


@contextmanager
def running(*flags: str, **environment: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "local.orders", "--port", "0", *flags],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ORDERS_API_KEY": KEY, **environment},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listening on http://127.0.0.1:" in line
        yield line.split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as address:
        yield address


def call(url: str, name: str, arguments: dict[str, Any], phone: str | None = LUCIA) -> Any:
    async def work() -> Any:
        headers = {"Authorization": f"Bearer {KEY}"} | ({"X-Customer-Phone": phone} if phone else {})
        async with (
            httpx2.AsyncClient(headers=headers, timeout=10) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await client.call_tool(name, arguments)

    return asyncio.run(work())


def test_tools_are_described(url: str) -> None:
    async def work() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in asyncio.run(work())}
    assert tools.keys() == {"get_order", "list_orders"}
    assert tools["get_order"].input_schema["required"] == ["order_id"]
    assert tools["get_order"].description and tools["list_orders"].description


@pytest.mark.parametrize("order_id", ["CL-1042", "#1042", "cl1042", "1042"])
def test_an_order_with_dates_around_today(url: str, order_id: str) -> None:
    result = call(url, "get_order", {"order_id": order_id})
    order = json.loads(result.content[0].text)
    assert not result.is_error and result.structured_content == order
    assert (order["order_id"], order["status"], order["carrier"]) == ("CL-1042", "in transit", "SEUR")
    assert (
        date.fromisoformat(order["ordered_date"]) < date.today() < date.fromisoformat(order["expected_date"])
    )
    assert "phone" not in order


@pytest.mark.parametrize("order_id", ["CL-1038", "CL-9999", "nonsense"])
def test_somebody_elses_and_unknown_orders_look_the_same(url: str, order_id: str) -> None:
    result = call(url, "get_order", {"order_id": order_id})
    assert result.is_error
    assert f"Order {order_id} was not found for this customer." in result.content[0].text


def test_without_a_customer_any_order_is_found_but_none_are_listed(url: str) -> None:
    assert not call(url, "get_order", {"order_id": "CL-1038"}, phone=None).is_error
    assert call(url, "list_orders", {}, phone=None).is_error


def test_each_customer_lists_their_own_orders(url: str) -> None:
    mine = json.loads(call(url, "list_orders", {}).content[0].text)["orders"]
    assert [order["order_id"] for order in mine] == ["CL-1043", "CL-1042", "CL-1017"]
    theirs = json.loads(call(url, "list_orders", {}, phone=JONAS).content[0].text)["orders"]
    assert {order["customer"] for order in theirs} == {"Jonas Weber"}
    assert json.loads(call(url, "list_orders", {}, phone="1").content[0].text) == {"orders": []}


def test_bad_arguments_are_an_error_result(url: str) -> None:
    assert call(url, "get_order", {}).is_error
    assert call(url, "get_order", {"order_id": "x" * 500}).is_error


@pytest.mark.parametrize("key", [None, "Bearer wrong", KEY])
def test_callers_without_the_key_are_refused(url: str, key: str | None) -> None:
    headers = {"Authorization": key} if key else {}
    answer = httpx2.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"


def test_another_host_name_is_refused(url: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Host": "evil.example"}
    answer = httpx2.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
    assert answer.status_code == 421


def test_help_missing_key_and_busy_port() -> None:
    command = [sys.executable, "-m", "local.orders"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}
    shown = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True, env=bare)
    assert "X-Customer-Phone" in shown.stdout
    keyless = subprocess.run(command, capture_output=True, text=True, env=bare)
    assert keyless.returncode == 1 and "ORDERS_API_KEY is not set" in keyless.stderr
    with_key = {**bare, "ORDERS_API_KEY": KEY}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = subprocess.run([*command, "--port", port], capture_output=True, text=True, env=with_key)
    assert busy.returncode == 1 and busy.stderr.count("\n") == 1
