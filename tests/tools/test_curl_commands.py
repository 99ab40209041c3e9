"""Curl commands as documentation, consoles and browsers give them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.tools.action_drafts import ImportProblem
from f.tools.action_fields import checked_action
from f.tools.curl_commands import read_curl

KEY = "sk-shop-0123456789"


def sources(action: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["source"] for each in action["parameters"]}


def test_a_command_of_a_shops_documentation() -> None:
    draft = read_curl(
        f"""curl -sSL -X GET 'https://api.shop.example/v1/orders/CL-1042?lang=es&limit=10' \\
             -H 'Authorization: Bearer {KEY}' -H "Accept: application/json" -H 'X-Shop: casa-lumen'"""
    )
    action = draft.action
    assert (action["name"], action["method"], action["read_only"]) == ("get_orders", "GET", True)
    assert action["url"] == "https://api.shop.example/v1/orders/{order_id}"
    assert action["headers"] == {"Authorization": "{Authorization}", "X-Shop": "casa-lumen"}
    assert action["query"] == {"lang": "{lang}", "limit": "{limit}"}
    assert sources(action) == {
        "order_id": "model",
        "lang": "contact",
        "limit": "fixed",
        "Authorization": "secret",
    }
    assert draft.secrets == {"Authorization": f"Bearer {KEY}"} and KEY not in str(action)
    assert draft.samples == {"order_id": "CL-1042", "lang": "es"}
    assert checked_action({**action, "description": "Looks an order up"})["url"] == action["url"]


@pytest.mark.parametrize("header", ["Idempotency-Key: 5c1f0a92", "idempotency-key: $(uuidgen)"])
def test_a_key_for_repeated_requests_says_that_the_server_knows_them(header: str) -> None:
    """The one of the sample would make every call the same one."""
    action = read_curl(f"curl https://shop.example/refunds -H '{header}' --json '{{\"amount\": 5}}'").action
    assert action["idempotent"] is True and action["headers"] == {} and list(sources(action)) == ["amount"]
    assert read_curl("curl https://shop.example/refunds -d a=1").action["idempotent"] is False


def test_a_body_becomes_places_and_says_who_asks() -> None:
    draft = read_curl(
        """curl https://shop.example/bookings -H 'Content-Type: application/json' -d '{"date": "2026-12-01", "people": 2, "vip": false,
        "customer": {"phone": "+34600111222", "full_name": "Ana", "email": "ana@example.com"}, "extras": ["window"]}'"""
    )
    action = draft.action
    assert (action["method"], action["body_kind"], action["name"], action["read_only"]) == (
        "POST",
        "json",
        "create_bookings",
        False,
    )
    assert action["body"]["customer"] == {"phone": "{phone}", "full_name": "{full_name}", "email": "{email}"}
    by_name = {each["name"]: each for each in action["parameters"]}
    assert [by_name[n]["value"] for n in ("phone", "full_name", "email")] == [
        "phone_e164",
        "name",
        "lead:email",
    ]
    assert by_name["people"]["schema"] == {"type": "integer"} and by_name["vip"]["source"] == "fixed"
    assert by_name["extras"]["schema"] == {"type": "array", "items": {"type": "string"}}
    checked_action({**action, "description": "Books"})


BROWSER = r"""curl 'https://a.example/x' -H 'sec-fetch-mode: cors' --data-raw $'{"a":"it\'s \u0021"}'"""
COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "form": ("curl https://a.example/x -d a=1 -d 'b=two words'", {"body": {"a": "{a}", "b": "{b}"}, "body_kind": "form"}),
    "urlencode": ("curl https://a.example/x --data-urlencode 'q=a b'", {"body": {"q": "{q}"}, "method": "POST"}),
    "get with data": ("curl -G https://a.example/x -d a=1", {"query": {"a": "{a}"}, "method": "GET", "body_kind": "none"}),
    "json": ("""curl --json '{"a": 1}' https://a.example/x""", {"body": {"a": "{a}"}, "method": "POST"}),
    "without a scheme": ("curl a.example/x", {"url": "https://a.example/x"}),
    "a port": ("curl http://a.example:8080/x", {"url": "http://a.example:8080/x"}),
    "combined switches": ("curl -sSfLX DELETE https://a.example/items/7", {"method": "DELETE", "url": "https://a.example/items/{item_id}"}),
    "url option": ("curl --url https://a.example/x --compressed --max-time 5 -o out.json", {"url": "https://a.example/x"}),
    "places": ("curl https://a.example/{shop}/orders/{{order_id}}/:line", {"url": "https://a.example/{shop}/orders/{order_id}/{line}"}),
    "a uuid": ("curl https://a.example/carts/3f2504e0-4f89-11d3-9a0c-0305e82c3301", {"url": "https://a.example/carts/{cart_id}"}),
    "windows": ('curl ^"https://a.example/x^" ^\r\n  -H ^"X-Shop: 1^"', {"headers": {"X-Shop": "1"}}),
    "bash from a browser": (BROWSER, {"body": {"a": "{a}"}, "headers": {}}),
    "into a program": ("curl -s https://a.example/x | jq '.a'", {"url": "https://a.example/x"}),
    "into a file": ("curl https://a.example/x >out.json 2>&1 && echo done", {"url": "https://a.example/x"}),
    "a quoted bar": ("curl https://a.example/x -d 'q=a|b'", {"body": {"q": "{q}"}}),
    "an operator as a value": ("curl https://a.example/x -A '|' -e \"&&\" -d q=1", {"body": {"q": "{q}"}, "method": "POST"}),
    "a prompt": ("$ curl https://a.example/x", {"url": "https://a.example/x"}),
}  # fmt: skip


@pytest.mark.parametrize(("command", "made"), COMMANDS.values(), ids=COMMANDS)
def test_the_many_ways_to_write_one(command: str, made: dict[str, Any]) -> None:
    action = read_curl(command).action
    assert {key: action[key] for key in made} == made
    checked_action({**action, "description": "x"})


def test_half_a_letter_is_none() -> None:
    action = read_curl("curl $'https://a.example/x?q=\\ud83d'").action
    json.dumps(checked_action({**action, "description": "x"}), ensure_ascii=False).encode()


SECRETS = {
    "user": (f"curl -u me:{KEY} https://a.example/x", "Authorization"),
    "in the address": (f"curl https://me:{KEY}@a.example/x", "Authorization"),
    "api key": (f"curl https://a.example/x -H 'X-API-Key: {KEY}'", "X_API_Key"),
    "query": (f"curl 'https://a.example/x?api_key={KEY}'", "api_key"),
    "cookie": (f"curl https://a.example/x -b 'session={KEY}'", "Cookie"),
    "body": (f"curl https://a.example/x -d password={KEY}", "password"),
    "path": (f"curl https://hooks.example/services/{KEY}abcdef", "services_key"),
    "bearer": (f"curl --oauth2-bearer {KEY} https://a.example/x", "Authorization"),
}


@pytest.mark.parametrize(("command", "name"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_taken_out_wherever_it_stands(command: str, name: str) -> None:
    draft = read_curl(command)
    assert list(draft.secrets) == [name] and KEY not in str((draft.action, draft.samples, repr(draft)))


REFUSED = {
    "wget": ("wget https://a.example", "curl_missing"),
    "nothing": ("", "curl_missing"),
    "an open quote": ("curl 'https://a.example", "curl_unreadable"),
    "no address": ("curl -X POST", "curl_one_address"),
    "two addresses": ("curl https://a.example https://b.example", "curl_one_address"),
    "a file": ("curl https://a.example -d @/etc/passwd", "curl_files"),
    "a form with a file": ("curl https://a.example -F file=@a.pdf", "curl_files"),
    "broken JSON": ("""curl https://a.example -d '{"a": }'""", "curl_json"),
    "a number beyond all bounds": ("""curl https://a.example -d '{"a": 1e999}'""", "curl_json"),
    "an object without end": (
        "curl https://a.example -d '" + '{"a":' * 800 + "1" + "}" * 800 + "'",
        "curl_json",
    ),
    "half an address": ("curl 'https://[::1/x'", "import_address"),
    "a port that is none": ("curl https://a.example:99999/x", "import_address"),
    "another scheme": ("curl file:///etc/passwd", "import_address"),
    "an unknown option": ("curl https://a.example --shiny", "curl_unreadable"),
    "another method": ("curl -X TRACE https://a.example", "action_method"),
    "too long": ("curl https://a.example/" + "x" * 60_000, "text_too_long"),
}


@pytest.mark.parametrize(("command", "code"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_taken_over_is_said(command: str, code: str) -> None:
    with pytest.raises(ImportProblem) as refused:
        read_curl(command)
    assert refused.value.code == code and str(refused.value) != code
