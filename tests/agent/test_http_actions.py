"""HTTP actions against real servers: what is sent, who fills it, what the model sees of the answer, and what never happens."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from deploy import tenants

from f.tools.action_fields import ActionError, checked_action
from tests.agent.conftest import MASTER_KEY, ORDERS_KEY, SHOP, Bench, notes
from tests.agent.scripts import GET_ORDER, Windmill, register_script
from tests.agent.vendors import UNKNOWN, call

LUCIA, JONAS, NEW = "34600111222", "4915112345678", "34600111223"
QUESTION = "Where is my order CL-1042?"
ASK = call("get_order", {"order_id": "CL-1042"})
TRANSIT = "Your order CL-1042 is in transit."
KEY = "shop-key-0123456789"


class Shop:
    """A tenant's system over HTTP, which answers by a script and keeps what it was asked. `body`: bytes, or pieces that it sends one by one."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status, self.body, self.headers = 200, b'{"ok": true}', {"content-type": "application/json"}
        self.sent = 0
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: Any) -> None: ...

            def answer(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                shop.asked.append(
                    {
                        "method": self.command,
                        "path": urlsplit(self.path).path,
                        "query": parse_qsl(urlsplit(self.path).query),
                        "headers": {key.lower(): value for key, value in self.headers.items()},
                        "body": self.rfile.read(size).decode(),
                    }
                )
                self.send_response(shop.status)
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                pieces = [shop.body] if isinstance(shop.body, bytes) else shop.body
                for piece in pieces:
                    try:
                        self.wfile.write(piece)
                    except OSError:
                        return  # nobody reads any more
                    shop.sent += len(piece)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        self.body, self.status = body if not isinstance(body, str) else body.encode(), status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    made = Shop()
    bench.settings["allowed_private_hosts"].append(made.host)
    bench.rows("update tenant_tools set enabled = false")
    yield made
    bench.rows("update tenant_tools set enabled = true")
    made.close()


def model(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "source": "model", **more}


def put(bench: Bench, secrets: dict[str, str] | None = None, **action: Any) -> None:
    """Registers an action of the shop, by default one that looks an order up."""
    fields = {"name": "get_order", "description": "Looks an order up", "read_only": True, **action}
    with bench.admin() as conn:
        tenants.put_action(conn, MASTER_KEY, bench.tenants[SHOP], fields, secrets or {})


def put_lookup(bench: Bench, shop: Shop, **more: Any) -> None:
    put(
        bench, **{"url": f"http://{shop.host}/orders/{{order_id}}", "parameters": [model("order_id")], **more}
    )


def fed(bench: Bench) -> str:
    """What the model heard of its last call."""
    content: str = [m["content"] for m in bench.openai.asked[-1]["messages"] if m["role"] == "tool"][-1]
    return content


def offered(bench: Bench) -> dict[str, Any]:
    functions = [tool["function"] for tool in bench.openai.asked[0]["tools"]]
    return {function["name"]: function["parameters"] for function in functions}


def person(bench: Bench, phone: str, **columns: Any) -> str:
    """Somebody whom the order system knows. Their turns of other tests are over."""
    contact = bench.contact(phone=phone, **columns)
    bench.rows("update turns set state = 'done' where contact_id = %s and state = 'active'", contact)
    return contact


# The same order system over MCP and over HTTP.


@pytest.fixture(params=["mcp", "http", "script"])
def orders(bench: Bench, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """With `get_order` of the demo's order system, of one kind."""
    if request.param != "mcp":
        bench.rows("update tenant_tools set enabled = false")
    if request.param == "script":
        windmill: Windmill = request.getfixturevalue("windmill")
        url = bench.orders_url.removesuffix("/mcp")
        system = windmill.resource("orders", url=url, api_key=ORDERS_KEY)
        path = windmill.system_script("get_order", GET_ORDER, ["order_id", "customer_phone"], system)
        register_script(bench, "get_order", path, read_only=True)
    if request.param == "http":
        put(
            bench,
            {"key": f"Bearer {ORDERS_KEY}"},
            url=bench.orders_url.replace("/mcp", "/orders/{order_id}"),
            headers={"Authorization": "{key}", "X-Customer-Phone": "{customer_phone}"},
            parameters=[
                model("order_id"),
                {"name": "customer_phone", "source": "contact", "value": "phone"},
                {"name": "key", "source": "secret"},
            ],
        )
    yield bench
    bench.rows("update tenant_tools set enabled = true")


def test_an_order_is_found(orders: Bench) -> None:
    result = orders.live(QUESTION, ASK, TRANSIT, contact=person(orders, LUCIA))
    assert (result["reply"], result["answered"]) == (TRANSIT, True) and "in transit" in fed(orders)
    assert list(offered(orders)["get_order"]["properties"]) == ["order_id"], "nothing that says who asks"


@pytest.mark.parametrize(
    "more", [{}, {"customer_phone": LUCIA}, {"phone": LUCIA}, {"X-Customer-Phone": LUCIA}]
)
def test_somebody_elses_order_is_not_found_whatever_the_model_says(
    orders: Bench, more: dict[str, Any]
) -> None:
    asked = call("get_order", {"order_id": "CL-1042", **more})
    result = orders.live(QUESTION, asked, TRANSIT, contact=person(orders, JONAS))
    assert "was not found for this customer" in fed(orders) and "in transit" not in json.dumps(
        result["trace"]
    )


def test_who_shows_no_phone_gets_no_order(orders: Bench) -> None:
    contact = orders.rows(
        "insert into contacts (tenant_id, user_id) values (%s, 'ES.abc' || gen_random_uuid()) returning id::text",
        orders.tenants[SHOP],
    )[0]["id"]
    result = orders.live(QUESTION, ASK, TRANSIT, contact=contact)
    assert "in transit" not in json.dumps(result["trace"]) and result["trace"][0]["error"]


def test_its_key_is_seen_nowhere(orders: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    result = orders.live(QUESTION, ASK, TRANSIT, contact=person(orders, LUCIA))
    printed = capfd.readouterr()
    seen = f"{json.dumps(result)} {orders.openai.asked} {printed.out} {printed.err} {orders.rows('select * from http_actions')}"
    assert ORDERS_KEY not in seen


def test_it_is_called_in_a_trial_because_it_only_reads(orders: Bench) -> None:
    result = orders.ask(QUESTION, ASK, TRANSIT, contact_id=person(orders, LUCIA))
    assert result["reply"] == TRANSIT


# What is sent.


def test_each_place_is_filled_by_whom_the_tenant_says(bench: Bench, shop: Shop) -> None:
    put(
        bench,
        {"key": KEY, "pin": "pin-0123456789"},
        method="POST",
        url=f"http://{shop.host}/shops/{{shop}}/orders/{{order_id}}",
        query={"lang": "{language}", "tag": "{tags}", "page": "1", "absent": "{maybe}", "key": "{pin}"},
        headers={"X-API-Key": "{key}", "X-Note": "for {customer}", "X-Maybe": "{maybe}"},
        body_kind="json",
        body={"who": {"phone": "{phone}", "email": "{email}"}, "lines": [{"sku": "{sku}", "n": "{n}"}], "note": "{maybe}", "fixed": True},
        parameters=[
            model("order_id"), model("sku"), model("n", schema={"type": "integer", "minimum": 1}),
            model("tags", schema={"type": "array", "items": {"type": "string"}}), model("maybe", required=False),
            {"name": "shop", "source": "fixed", "value": "casa lumen"},
            {"name": "language", "source": "contact", "value": "language", "required": False},
            {"name": "customer", "source": "contact", "value": "name"},
            {"name": "phone", "source": "contact", "value": "phone_e164"},
            {"name": "email", "source": "contact", "value": "lead:email"},
            {"name": "key", "source": "secret"}, {"name": "pin", "source": "secret"},
        ],
    )  # fmt: skip
    contact = person(bench, NEW, name="Lucia Ferrer", lead=json.dumps({"email": "lucia@example.com"}))
    given = {
        "order_id": "a/../b?c",
        "sku": "L-1",
        "n": "2",
        "tags": ["x", "y&z"],
        "shop": "elsewhere",
        "key": "mine",
    }
    bench.live("Order it", call("get_order", given), "Done.", contact=contact)
    (asked,) = shop.asked
    assert (asked["method"], asked["path"]) == ("POST", "/shops/casa%20lumen/orders/a%2F..%2Fb%3Fc")
    assert sorted(asked["query"]) == sorted(
        [("tag", "x"), ("tag", "y&z"), ("page", "1"), ("key", "pin-0123456789")]
    )
    headers = asked["headers"]
    assert (headers["x-api-key"], headers["x-note"]) == (KEY, "for Lucia Ferrer") and "x-maybe" not in headers
    assert headers["content-type"] == "application/json" and json.loads(asked["body"]) == {
        "who": {"phone": f"+{NEW}", "email": "lucia@example.com"},
        "lines": [{"sku": "L-1", "n": 2}],
        "fixed": True,
    }
    assert set(offered(bench)["get_order"]["properties"]) == {"order_id", "sku", "n", "tags", "maybe"}


def test_a_form(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop, method="PUT", body_kind="form", body={"id": "{order_id}", "state": "on hold"})
    bench.live(QUESTION, ASK, UNKNOWN)
    (asked,) = shop.asked
    assert asked["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(asked["body"]) == [("id", "CL-1042"), ("state", "on hold")]


NESTED = {"type": "object", "properties": {"phone": {"type": "string"}, "state": {"type": "string"}}}


def test_a_phone_deep_in_what_the_model_fills_is_the_customers_own(bench: Bench, shop: Shop) -> None:
    put(
        bench,
        url=f"http://{shop.host}/orders",
        query={"mobile": "{mobile}"},
        method="POST",
        body_kind="json",
        body={"filter": "{filter}"},
        parameters=[model("filter", schema=NESTED), model("mobile", schema={"type": "integer"})],
    )
    given = {"filter": {"phone": JONAS, "state": "open"}, "mobile": JONAS}
    bench.live(QUESTION, call("get_order", given), UNKNOWN, contact=person(bench, LUCIA))
    assert json.loads(shop.asked[0]["body"]) == {"filter": {"phone": LUCIA, "state": "open"}}
    assert shop.asked[0]["query"] == [("mobile", LUCIA)]
    assert offered(bench)["get_order"]["properties"]["filter"]["properties"] == {"state": {"type": "string"}}


def test_what_is_not_known_of_the_customer_is_asked_for(bench: Bench, shop: Shop) -> None:
    put_lookup(
        bench, shop, query={"email": "{email}"},
        parameters=[model("order_id"), {"name": "email", "source": "contact", "value": "lead:email"}],
    )  # fmt: skip
    bench.live(QUESTION, ASK, "What is your e-mail address?", contact=person(bench, LUCIA))
    assert "the customer's email, which is not known yet: ask for it" in fed(bench) and not shop.asked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "order_id"),
        ({"order_id": ""}, "order_id is missing"),
        ({"order_id": ".."}, "order_id is missing"),
        ({"order_id": {"a": 1}}, "is not of type"),
    ],
)
def test_arguments_that_do_not_fit_are_told_to_the_model_and_nothing_is_sent(
    bench: Bench, shop: Shop, given: Any, says: str
) -> None:
    put_lookup(bench, shop)
    bench.live(QUESTION, call("get_order", given), UNKNOWN)
    assert says in fed(bench) and not shop.asked


def test_a_header_takes_no_second_line(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop, url=f"http://{shop.host}/orders", headers={"X-Order": "{order_id}"})
    bench.live(QUESTION, call("get_order", {"order_id": "1\r\nX-Customer-Phone: 34"}), UNKNOWN)
    assert "X-Order can't be sent with this value" in fed(bench) and not shop.asked


# What the model sees of the answer.

PAGE = (
    "<html><title>Order</title><style>p {}</style><body><p>It is <b>sent</b>.</p><script>x()</script></body>"
)
SENT = '{"order": {"id": 7, "state": "sent"}}'
ORDERS = '{"orders": [{"id": 7, "lines": [{"name": "rug"}, {"name": "lamp"}]}, {"id": 8, "lines": []}, {"total": null}]}'
ANSWERS: dict[str, Any] = {
    "all of it": ({}, ('{"order": {"state": "sent"}}', "application/json"), '{"order": {"state": "sent"}}'),
    "one value": ({"answer_path": "$.order.state"}, ('{"order": {"state": "sent"}}', "application/json"), "sent"),
    "several": ({"answer_path": "$..n"}, ('[{"n": 1}, {"n": 2}]', "application/problem+json"), "[1, 2]"),
    "no such part": ({"answer_path": "$.none"}, ('{"a": 1}', "application/json"), ""),
    "in words": ({"answer_template": "Order {{ $.order.id }} is {{order.state}}."}, (SENT, "application/json"), "Order 7 is sent."),
    "a line for each": (
        {"answer_path": "$.orders", "answer_template": "{{id}}: {{lines[*].name}}"},
        (ORDERS, "application/json"),
        "<data>\n7: rug, lamp\n8: \n</data>",
    ),
    "each that a path finds": (
        {"answer_path": "$.orders[?@.id > 7]", "answer_template": "{{id}}!"}, (ORDERS, "application/json"), "<data>\n8!\n</data>"
    ),
    "words about nothing": ({"answer_template": "Order {{id}} is there."}, ('{"a": 1}', "application/json"), ""),
    "braces of the answer": ({"answer_template": "It says {{said}}"}, ('{"said": "{{a}} {a}", "a": 1}', "application/json"), "It says {{a}} {a}"),
    "words for no JSON": ({"answer_template": "{{a}}"}, ("<html>", "text/html"), "the answer is not JSON"),
    "no JSON": ({"answer_path": "$.a"}, ("<html>", "text/html"), "the answer is not JSON"),
    "a page": ({}, (PAGE, "text/html"), "Order\nIt is\nsent\n."),
    "latin letters": ({}, ("Está enviado".encode("latin-1"), "text/plain; charset=iso-8859-1"), "Está enviado"),
    "an unknown charset": ({}, ("sent", "text/plain; charset=klingon"), "sent"),
    "a charset of no text": ({}, ("sent", "text/plain; charset=idna"), "sent"),
    "a picture": ({}, (b"\x89PNG\x00\xff", "image/png"), "(not shown: file image/png 6 bytes)"),
    "no type": ({}, ("sent", ""), "sent"),
    "no type and no text": ({}, (b"\xff\xfe\x00", ""), "(not shown: file 3 bytes)"),
    "zeros": ({}, ("se\x00nt", "text/plain"), "sent"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "answer", "seen"), ANSWERS.values(), ids=ANSWERS)
def test_what_the_model_sees(bench: Bench, shop: Shop, fields: Any, answer: Any, seen: str) -> None:
    put_lookup(bench, shop, **fields)
    shop.says(answer[0], content_type=answer[1])
    bench.live(QUESTION, ASK, UNKNOWN)
    assert seen in fed(bench) and (seen or fed(bench) == "<data>\n\n</data>") and "x()" not in fed(bench)


@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/pdf"])
@pytest.mark.parametrize("declared", [True, False])
def test_an_answer_of_50_mb_is_cut_while_it_comes(
    bench: Bench, shop: Shop, kind: str, declared: bool
) -> None:
    put_lookup(bench, shop, read_only=False)
    shop.says((b"x" * 100_000 for _ in range(500)), content_type=kind)
    if declared:
        shop.headers["content-length"] = "50000000"
    result = bench.live("Order it", ASK, "Done.")
    assert result["error"] is None and len(fed(bench)) < 25_000 and shop.sent < 20_000_000
    assert "not known" not in fed(bench), "a write that was taken is done, however long its answer"


def test_a_part_of_an_answer_that_is_too_large_is_said(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop, answer_path="$.a")
    shop.says(b'{"a": "' + b"x" * 3_000_000, content_type="application/json")
    bench.live(QUESTION, ASK, UNKNOWN)
    assert "the answer is larger than 2 MB" in fed(bench)


def test_words_do_not_grow_without_end(bench: Bench, shop: Shop) -> None:
    """A small answer, each of whose values stands in the words again and again."""
    put_lookup(bench, shop, answer_template="{{$..*}}" * 50)
    shop.says(json.dumps([["x" * 100] * 1000] * 15).encode(), content_type="application/json")
    before = time.process_time()
    bench.live(QUESTION, ASK, UNKNOWN)
    assert len(fed(bench)) < 25_000 and time.process_time() - before < 5


def test_a_compressed_answer_is_not_unpacked_and_a_write_is_done_all_the_same(
    bench: Bench, shop: Shop
) -> None:
    put_lookup(bench, shop, read_only=False)
    shop.says(b"x" * 50, content_encoding="gzip")
    result = bench.live("Order it", ASK, "Done.")
    assert "not shown" in fed(bench) and "compressed" in fed(bench) and result["error"] is None
    assert bench.rows("select failed from tool_calls where turn_id = %s", result["turn_id"]) == [
        {"failed": False}
    ]


def test_204_is_done(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop, read_only=False, method="DELETE", name="cancel_order")
    shop.says(b"", 204)
    result = bench.live(
        "Please cancel it", call("cancel_order", {"order_id": "1"}), "Your order is cancelled."
    )
    assert "It was done" in fed(bench) and result["reply"] == "Your order is cancelled."


# What goes wrong.


@pytest.mark.parametrize("status", [400, 404, 409, 422, 429])
def test_a_refusal_is_told_in_its_words(bench: Bench, shop: Shop, status: int) -> None:
    put_lookup(bench, shop, read_only=False)
    shop.says('{"message": "No lamps left."}', status, content_type="application/json")
    result = bench.live("Order it", ASK, "No lamps left.")
    assert (
        f"HTTP {status}" in fed(bench)
        and "No lamps left." in fed(bench)
        and result["reply"] == "No lamps left."
    )
    assert bench.rows("select failed from tool_calls where turn_id = %s", result["turn_id"]) == [
        {"failed": True}
    ]


def test_a_refusal_as_a_page_is_told_as_text(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop)
    shop.says("<html><body><h1>Gone</h1></body></html>", 410, content_type="text/html")
    bench.live(QUESTION, ASK, UNKNOWN)
    assert "HTTP 410: Gone" in fed(bench)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_the_operators_affair(bench: Bench, shop: Shop, status: int) -> None:
    put_lookup(bench, shop, read_only=False)
    shop.says("", status)
    result = bench.live("Order it", ASK, UNKNOWN)
    assert "its key may be wrong" in result["error"]
    assert bench.rows("select from tool_calls where turn_id = %s", result["turn_id"]) == [], (
        "nothing was done"
    )


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("reads", [True, False])
def test_a_server_that_fails(bench: Bench, shop: Shop, status: int, reads: bool) -> None:
    """After a write nobody knows what it has done: it is not called again."""
    put_lookup(bench, shop, read_only=reads)
    shop.says("down", status, content_type="text/plain")
    result = bench.live("Order it", ASK, call("get_order", {"order_id": "other words"}), UNKNOWN)
    assert len(shop.asked) == (2 if reads else 1) and ("not known whether it was done" in fed(bench)) != reads
    assert f"HTTP {status}: down" in result["error"]


@pytest.fixture
def elsewhere() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_is_refused(
    bench: Bench, shop: Shop, elsewhere: Shop, status: int
) -> None:
    """No key goes there. What was not taken is not done; after "see other" nobody knows."""
    bench.settings["allowed_private_hosts"].append(elsewhere.host)
    put_lookup(bench, shop, read_only=False, headers={"X-Key": "{key}"}, secrets={"key": KEY}, method="POST",
               parameters=[model("order_id"), {"name": "key", "source": "secret"}])  # fmt: skip
    shop.says(b"", status, location=f"http://{elsewhere.host}/orders?key={KEY}")
    result = bench.live("Order it", ASK, UNKNOWN)
    assert not elsewhere.asked and "redirect" in fed(bench) and KEY not in json.dumps(result)
    assert ("not known whether it was done" in fed(bench)) == (status == 303)


def test_a_redirect_within_its_origin_is_followed(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop)
    shop.says(b"", 308, location="/v2/orders")
    bench.live(QUESTION, ASK, UNKNOWN)
    assert [asked["path"] for asked in shop.asked] == ["/orders/CL-1042", *["/v2/orders"] * 3]
    assert "redirect" in fed(bench)


def test_a_private_address_is_refused_unless_the_operator_allows_it(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop, read_only=False)
    bench.settings["allowed_private_hosts"].remove(shop.host)
    result = bench.live("Order it", ASK, UNKNOWN)
    assert not shop.asked and "127.0.0.1" in result["error"] and "not known whether" not in fed(bench)
    bench.settings["allowed_private_hosts"].append(shop.host)
    bench.live("Order it", ASK, UNKNOWN)
    assert len(shop.asked) == 1


def test_a_server_that_takes_too_long(bench: Bench, shop: Shop) -> None:
    def slow() -> Iterator[bytes]:
        over.wait(20)
        yield b"late"

    over = threading.Event()
    put_lookup(bench, shop, read_only=False, timeout_s=1)
    shop.says(slow())
    result = bench.live("Order it", ASK, ASK, "I don't know whether it was done.")
    over.set()
    assert len(shop.asked) == 1 and "not known whether it was done" in fed(bench)
    assert "did not answer within 1 s" in json.dumps(result["trace"])


def test_a_secret_that_does_not_open_takes_only_its_action_away(bench: Bench, shop: Shop) -> None:
    put_lookup(bench, shop)
    put(
        bench,
        {"key": KEY},
        name="other",
        url=f"http://{shop.host}/",
        query={"k": "{key}"},
        parameters=[{"name": "key", "source": "secret"}],
    )
    bench.rows("update http_actions set sealed_values = %s where name = 'other'", b"0" * 40)
    result = bench.live("Hello", "Hello! How can I help?")
    assert (
        "get_order" in offered(bench)
        and "other" not in offered(bench)
        and "other is not offered" in notes(result)
    )


def test_an_action_and_a_tool_of_the_same_name_are_both_offered(bench: Bench, shop: Shop) -> None:
    bench.rows("update tenant_tools set enabled = true")
    put_lookup(bench, shop)
    bench.live(QUESTION, call("HTTP__get_order", {"order_id": "CL-1"}), UNKNOWN)
    assert {"get_order", "HTTP__get_order"} <= set(offered(bench)) and shop.asked[0]["path"] == "/orders/CL-1"


# What can't be entered.

LOOKUP = {
    "name": "get_order",
    "description": "x",
    "url": "https://shop.example/orders/{id}",
    "parameters": [model("id")],
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "its name": ({"name": "Get Order"}, "action_name"),
    "no description": ({"description": " "}, "action_description"),
    "a place in its host": ({"url": "https://{id}.example/"}, "action_url"),
    "a place in its port": ({"url": "https://shop.example:{id}/"}, "action_url"),
    "a person in its address": ({"url": "https://me:pw@shop.example/{id}"}, "action_url"),
    "a port that is none": ({"url": "https://shop.example:99999/{id}"}, "action_url"),
    "another scheme": ({"url": "file:///etc/{id}"}, "action_url"),
    "a place without a parameter": ({"query": {"a": "{b}"}}, "action_place"),
    "a parameter without a place": ({"parameters": [model("id"), model("b")]}, "action_parameter_unused"),
    "a parameter twice": ({"parameters": [model("id"), model("id")]}, "action_parameter_unused"),
    "nobody fills it": ({"parameters": [{"name": "id", "source": "anybody"}]}, "action_parameter"),
    "no field of a contact": ({"parameters": [{"name": "id", "source": "contact", "value": "password"}]}, "action_parameter"),
    "no schema": ({"parameters": [model("id", schema={"type": "strong"})]}, "action_parameter"),
    "no path": ({"answer_path": "$.["}, "action_path"),
    "no path in words": ({"answer_template": "It is {{ $.[ }}"}, "action_path"),
    "an open place": ({"answer_template": "It is {{ state"}, "action_template"),
    "too many places": ({"answer_template": "{{a}}" * 51}, "action_template"),
    "too many words": ({"answer_template": "x" * 2001}, "text_too_long"),
    "its method": ({"method": "TRACE"}, "action_method"),
    "a header of two lines": ({"headers": {"X": "a\nb"}}, "header_invalid"),
    "the host": ({"headers": {"Host": "a"}}, "header_invalid"),
    "its timeout": ({"timeout_s": 600}, "number_out_of_range"),
    "its size": ({"description": "x" * 200_000}, "action_too_large"),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "code"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_an_action_is_said(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(ActionError) as refused:
        checked_action({**LOOKUP, **wrong})
    assert refused.value.code == code and str(refused.value) != code


def test_a_schema_leads_nowhere_and_takes_no_time(bench: Bench, shop: Shop) -> None:
    """References and patterns are left out: one could be fetched, the other never end."""
    schema = {"type": "string", "pattern": "^(a+)+$", "$ref": "http://127.0.0.1:9/schema"}
    (made,) = checked_action({**LOOKUP, "parameters": [model("id", schema=schema)]})["parameters"]
    assert made["schema"] == {"type": "string"}
