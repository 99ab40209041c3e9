"""OpenAPI documents: real shapes, and those that were made to hurt."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from f.tools.action_drafts import ImportProblem
from f.tools.action_fields import checked_action
from f.tools.openapi import Document

# What is of another kind than the format has at its place.
ODD: tuple[Any, ...] = (None, "x", [None], [[]], {"x": None}, {"$ref": "https://a.example/x"})
SHOP = """
openapi: 3.0.3
info: {title: Shop, version: 2026-01-01}
servers:
  - url: https://{region}.shop.example/v1/
    variables: {region: {default: eu}}
security: [{key: []}]
paths:
  /orders/{order_id}:
    parameters:
      - {$ref: '#/components/parameters/OrderId'}
    get:
      operationId: getOrder
      summary: Looks an order up.
      description: By its number
      parameters:
        - {name: expand, in: query, schema: {type: array, items: {type: string, enum: [lines, parcels]}}}
        - {name: Accept, in: header, schema: {type: string}}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
  /bookings:
    post:
      summary: Books a table
      security: [{bearer: []}]
      parameters: [{name: Idempotency-Key, in: header, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - $ref: '#/components/schemas/Visit'
                - type: object
                  required: [customer_phone]
                  properties:
                    customer_phone: {type: string}
                    id: {type: string, readOnly: true}
  /upload:
    post: {requestBody: {content: {multipart/form-data: {schema: {type: object}}}}}
  /tree:
    post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}}
  /elsewhere:
    post: {requestBody: {content: {application/json: {schema: {$ref: 'https://evil.example/schema.json'}}}}}
components:
  parameters:
    OrderId: {name: order_id, in: path, required: true, description: Such as CL-1042, schema: {type: string}}
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    bearer: {type: http, scheme: bearer}
  schemas:
    Visit:
      type: object
      required: [day, people]
      properties:
        day: {type: string, format: date, description: The day}
        people: {type: integer, minimum: 0, exclusiveMinimum: true}
        title: {type: string, example: Dr}
        when: {type: string, default: 2026-12-01}
    Node:
      type: object
      properties:
        name: {type: string}
        children: {type: array, items: {$ref: '#/components/schemas/Node'}}
"""


def by_name(action: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in action["parameters"]}


def test_operations_are_listed() -> None:
    listed = Document(SHOP).operations()
    assert listed[0] == {"method": "GET", "path": "/orders/{order_id}", "summary": "Looks an order up."}
    assert len(listed) == 5


def test_an_operation_that_reads() -> None:
    action = Document(SHOP).draft("GET", "/orders/{order_id}").action
    assert (action["name"], action["url"]) == ("get_order", "https://eu.shop.example/v1/orders/{order_id}")
    assert action["description"] == "Looks an order up. By its number" and action["read_only"] is True
    assert action["query"] == {"expand": "{expand}", "api_key": "{api_key}"} and action["headers"] == {
        "X-Trace": "{X_Trace}"
    }
    made = by_name(action)
    assert made["order_id"]["description"] == "Such as CL-1042" and made["order_id"]["required"] is True
    assert (
        made["expand"]["schema"]["items"]["enum"] == ["lines", "parcels"]
        and made["expand"]["required"] is False
    )
    assert made["api_key"] == {"name": "api_key", "source": "secret"}
    checked_action(action)


def test_an_operation_that_writes() -> None:
    action = Document(SHOP).draft("POST", "/bookings").action
    assert action["idempotent"] is True, "the platform sends that key itself"
    assert action["body"] == {
        "day": "{day}",
        "people": "{people}",
        "title": "{title}",
        "when": "{when}",
        "customer_phone": "{customer_phone}",
    }
    made = by_name(action)
    assert (made["customer_phone"]["source"], made["customer_phone"]["value"]) == ("contact", "phone")
    assert (
        made["people"]["schema"] == {"type": "integer", "minimum": 0} and made["people"]["required"] is True
    )
    assert made["title"]["schema"] == {"type": "string"} and made["title"]["required"] is False
    assert action["headers"] == {"Authorization": "Bearer {token}"} and action["name"] == "post_bookings"
    checked_action(action)


def test_a_circle_is_cut() -> None:
    action = checked_action({**Document(SHOP).draft("POST", "/tree").action, "description": "x"})
    assert "$ref" not in json.dumps(action) and len(json.dumps(action)) < 5000


@pytest.mark.parametrize(
    ("path", "code"),
    [("/elsewhere", "openapi_reference"), ("/upload", "openapi_body"), ("/none", "not_found")],
)
def test_what_can_not_be_taken_over_is_said(path: str, code: str) -> None:
    with pytest.raises(ImportProblem) as refused:
        Document(SHOP).draft("POST", path)
    assert refused.value.code == code


def test_a_reference_to_another_host_hides_no_other_operation() -> None:
    assert Document(SHOP).draft("GET", "/orders/{order_id}").action["name"] == "get_order"


def test_a_server_that_is_not_named_is_asked_for() -> None:
    document = Document(SHOP.replace("https://{region}.shop.example/v1/", "/v1"))
    with pytest.raises(ImportProblem) as refused:
        document.draft("POST", "/bookings")
    assert refused.value.code == "openapi_server"
    assert (
        document.draft("POST", "/bookings", "https://a.example/v1").action["url"]
        == "https://a.example/v1/bookings"
    )


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        yield from places(value, (*path, key))


def with_part(part: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """A copy in which something else stands at a place."""
    if not path:
        return odd
    made = part.copy()
    made[path[0]] = with_part(part[path[0]], path[1:], odd)
    return made


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_part_of_another_kind_counts_as_not_there(odd: Any) -> None:
    """Wherever it stands: the rest is offered, or it is said in words what is wrong."""
    whole = Document(SHOP).root
    for path in places(whole):
        try:
            document = Document(json.dumps(with_part(whole, path, odd)))
            offered = document.operations()
        except ImportProblem:
            continue
        assert len(offered) >= 4 or path[:1] == ("paths",), path
        for operation in offered:
            try:
                draft = document.draft(operation["method"], operation["path"])
            except ImportProblem:
                continue
            checked_action({**draft.action, "description": "x"})


def test_what_a_path_names_is_asked_for_and_nothing_else() -> None:
    """People leave its parameters out, or declare what the path does not name."""
    declared = [{"name": "old", "in": "path", "required": True}]
    paths = {"/shops/{shop-id}/orders/{id}": {"get": {"parameters": declared}}}
    whole = {"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": paths}
    action = Document(json.dumps(whole)).draft("GET", "/shops/{shop-id}/orders/{id}").action
    assert action["url"] == "https://a.example/shops/{shop_id}/orders/{id}"
    assert set(by_name(action)) == {"shop_id", "id"}
    checked_action({**action, "description": "x"})


def test_of_very_many_parameters_those_that_must_be_there_are_taken() -> None:
    properties = {f"field_{n}": {"type": "string"} for n in range(200)}
    schema = {"type": "object", "properties": properties, "required": ["field_150", "field_199"]}
    post = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    whole = {"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": {"/x": {"post": post}}}
    action = checked_action({**Document(json.dumps(whole)).draft("POST", "/x").action, "description": "x"})
    assert {"field_0", "field_150", "field_199"} <= set(action["body"]) and len(action["parameters"]) < 60


def test_a_path_that_stands_elsewhere_in_the_document() -> None:
    items = {"Orders": {"get": {"summary": "Lists orders"}}}
    paths: dict[str, Any] = {
        "/orders": {"$ref": "#/components/pathItems/Orders"},
        "/round": {"$ref": "#/paths/~1round"},
    }
    whole = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://a.example"}],
        "paths": paths,
        "components": {"pathItems": items},
    }
    document = Document(json.dumps(whole))
    assert document.operations() == [{"method": "GET", "path": "/orders", "summary": "Lists orders"}]
    assert document.draft("GET", "/orders").action["url"] == "https://a.example/orders"
    with pytest.raises(ImportProblem) as refused:
        Document(json.dumps({**whole, "paths": {"/orders": {"$ref": "./paths/orders.yaml"}}})).operations()
    assert refused.value.code == "openapi_reference", (
        "a bundle of files says so, and not that there is nothing"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("swagger: '2.0'\npaths: {}", "openapi_version"),
        ("{", "openapi_unreadable"),
        ("a: [", "openapi_unreadable"),
        ("just words", "openapi_unreadable"),
        ("[" * 100_000, "openapi_unreadable"),
        ('{"a":' * 100_000, "openapi_unreadable"),
        ("openapi: 3.1.0", "openapi_version"),
        ("x" * 6_000_001, "openapi_too_large"),
        ("!!python/object/apply:os.system ['true']", "openapi_unreadable"),
    ],
)
def test_no_document(text: str, code: str) -> None:
    with pytest.raises(ImportProblem) as refused:
        Document(text)
    assert refused.value.code == code


def large(paths: int) -> dict[str, Any]:
    words = "Looks something up in the catalogue. " * 40
    operation = {
        "summary": "Looks up",
        "description": words,
        "parameters": [
            {"name": f"p{n}", "in": "query", "schema": {"$ref": "#/components/schemas/A"}} for n in range(20)
        ],
    }
    return {
        "openapi": "3.1.0", "servers": [{"url": "https://a.example"}], "paths": {f"/items/{n}": {"get": operation} for n in range(paths)},
        "components": {"schemas": {"A": {"type": "object", "properties": {f"a{n}": {"$ref": "#/components/schemas/A"} for n in range(50)}}}},
    }  # fmt: skip


def test_five_mb_that_refer_to_themselves() -> None:
    """Written out they would have no end. Each operation is cut; the list is whole."""
    text = json.dumps(large(1500))
    assert 4_000_000 < len(text) < 6_000_000
    before = time.process_time()
    document = Document(text)
    assert len(document.operations()) == 1500
    assert len(json.dumps(document.draft("GET", "/items/7").action)) < 500_000
    assert time.process_time() - before < 10


def test_aliases_that_grow() -> None:
    lines = ["a0: &a0 {type: string}"] + [
        f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}, r: *a{n - 1}}}" for n in range(1, 40)
    ]
    text = "openapi: 3.0.0\nservers: [{url: 'https://a.example'}]\nx-all:\n  " + "\n  ".join(lines)
    text += "\npaths: {/a: {post: {requestBody: {content: {application/json: {schema: {type: object, properties: {deep: *a39}}}}}}}}"
    before = time.process_time()
    action = Document(text).draft("POST", "/a").action
    assert len(json.dumps(action)) < 500_000 and time.process_time() - before < 5


@pytest.mark.parametrize("place", ["summary", "operationId", "description"])
def test_aliases_that_grow_where_a_text_belongs(place: str) -> None:
    """Four hundred bytes that would be 30 GB as text."""
    lines = ["a0: &a0 lol"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 11)]
    text = "openapi: 3.0.0\nservers: [{url: 'https://a.example'}]\nx-all:\n  " + "\n  ".join(lines)
    before = time.process_time()
    document = Document(f"{text}\npaths: {{/a: {{get: {{{place}: *a10}}}}}}")
    assert document.operations() == [{"method": "GET", "path": "/a", "summary": ""}]
    assert document.draft("GET", "/a").action["name"] == "get_a"
    with pytest.raises(ImportProblem):
        Document(f"openapi: &v [{', '.join(['3'] * 9)}]\npaths: {{}}")
    assert time.process_time() - before < 5


def test_a_long_text_that_very_much_refers_to() -> None:
    long = {"type": "string", "enum": ["x" * 1_000_000]}
    operation = {
        "parameters": [{"name": "p", "in": "query", "schema": {"anyOf": [{"$ref": "#/x-long"}] * 2000}}]
    }
    document = {"openapi": "3.1.0", "servers": [{"url": "https://a.example"}], "x-long": long}
    draft = Document(json.dumps(document | {"paths": {"/a": {"get": operation}}})).draft("GET", "/a")
    assert len(json.dumps(draft.action)) < 8_000_000
