"""Whose data a tool is asked for: the contact's, whatever the model says, wherever in the arguments."""

from __future__ import annotations

import json
from typing import Any

import pytest

from f.tools.checked_arguments import checked
from f.tools.identity import asks_who, says_who, with_phone, without_who
from f.tools.live_tools import ToolError
from f.tools.mcp_servers import McpServer, McpTool

OWN = "+34600111222"


WHO = (
    "phone Phone phone_number phoneNumber customerPhone customer_phone_number telephone tel telefono celular mobile mobile_number mobile_phone"
    " cell_phone cellphone contact_number phone_no wa_id waId wa_number whatsapp WhatsAppNumber msisdn MSISDN caller_id"
    " customer_mobile_number user-phone número_teléfono phoneE164"
)
OTHERS = (
    "order_id user_id email phone_model phones_sold store_phone cell number id contact name customer telegram wallet mobile_app"
    " number_of_items recipient_phone"
)


@pytest.mark.parametrize("name", WHO.split())
def test_names_that_say_who_asks(name: str) -> None:
    assert says_who(name)


@pytest.mark.parametrize("name", OTHERS.split())
def test_names_that_say_something_else(name: str) -> None:
    assert not says_who(name)


def tool(
    properties: dict[str, Any], phone: str | None = OWN, defs: dict[str, Any] | None = None, **more: Any
) -> McpTool:
    server = McpServer("shop", "http://127.0.0.1:9", 5, [], {}, phone)
    schema = {"type": "object", "properties": properties, "required": list(properties), **more}
    schema |= {"$defs": defs} if defs else {}
    return McpTool(server, "find", "Finds orders.", schema)


NESTED = {
    "filter": {"type": "object", "properties": {"phone": {"type": "string"}, "state": {"type": "string"}}},
    "people": {"type": "array", "items": {"$ref": "#/$defs/Person"}},
}
PERSON = {"Person": {"type": "object", "properties": {"mobile_number": {}, "name": {}}, "required": ["mobile_number", "name"]}}  # fmt: skip


def test_the_model_sees_none_of_them_at_any_depth() -> None:
    shown = tool(NESTED, defs=PERSON).schema("find")["parameters"]
    assert shown["properties"]["filter"]["properties"] == {"state": {"type": "string"}}
    assert shown["$defs"]["Person"]["properties"] == {"name": {}}
    assert shown["$defs"]["Person"]["required"] == ["name"]


def test_the_contact_s_own_stands_wherever_one_is_asked_for() -> None:
    said = {
        "filter": {"phone": "+34999", "state": "sent"},
        "people": [{"name": "Ana", "mobile_number": "+34999"}],
        "telephone": "+34999",
    }
    assert tool(NESTED, defs=PERSON).for_contact(said) == {
        "filter": {"phone": OWN, "state": "sent"},
        "people": [{"name": "Ana", "mobile_number": OWN}],
    }


@pytest.mark.parametrize(
    "schema",
    [
        NESTED["filter"],
        {"anyOf": [NESTED["filter"], {"type": "null"}]},
        {"anyOf": [{"type": "string"}, NESTED["filter"]]},
        {"type": "array", "items": NESTED["filter"]},
        {},
    ],
)
def test_a_phone_in_a_text_of_json_is_no_word_of_the_model_s(schema: dict[str, Any]) -> None:
    """An object that is written as text, which checked_arguments and many servers read as the object that it stands for."""
    said = [{"phone": "+34999", "state": "sent"}]
    asked = tool({"filter": schema, "phone": {}})
    for written in (json.dumps(said[0]), f"\n {json.dumps(said)}"):
        given = asked.for_contact({"filter": written})
        assert "+34999" not in json.dumps(checked("find", given, asked.parameters | {"properties": {}}))
        assert asked.for_contact(given) == given  # what a person has agreed to is called as it is
    assert tool({"note": {"type": "string"}}).for_contact({"note": "[3]"}) == {"note": "[3]"}


def test_what_the_model_left_out_is_filled_in() -> None:
    assert tool(NESTED, defs=PERSON).for_contact({"people": []}) == {
        "people": [],
        "filter": {"phone": OWN},
    }


def test_without_a_phone_the_tool_is_not_called() -> None:
    with pytest.raises(ToolError, match="needs the customer's phone number"):
        tool(NESTED, phone=None).for_contact({})
    assert tool({"order_id": {"type": "string"}}, phone=None).for_contact({"order_id": "1"}) == {
        "order_id": "1"
    }


def test_hostile_schemas_and_arguments_come_to_an_end() -> None:
    endless = {"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"a": {"$ref": "#/$defs/A"}}}
    assert not asks_who(endless)
    assert with_phone({"a": {"b": 1}}, endless, OWN) == {"a": {"b": 1}}
    deep: Any = {"phone": "+34999"}
    for _ in range(500):
        deep = {"a": deep}
    with pytest.raises(ValueError, match="too deeply"):
        with_phone(deep, {}, OWN)
    assert "phone" not in str(without_who(deep))


def test_a_choice_with_nothing_is_looked_into() -> None:
    """How Python's servers write what may be left out."""
    optional = {"filter": {"anyOf": [{"$ref": "#/$defs/Person"}, {"type": "null"}]}}
    said = {"filter": {"name": "Ana", "mobile_number": "+34999"}}
    assert tool(optional, defs=PERSON).for_contact(said) == {"filter": {"name": "Ana", "mobile_number": OWN}}


def test_a_schema_that_names_itself_is_filled_in_once_and_in_good_time() -> None:
    person = {
        "type": "object",
        "properties": {"phone": {}, **{f"p{n}": {"$ref": "#/$defs/A"} for n in range(100)}},
    }
    schema = {"$defs": {"A": person}, "properties": {"who": {"$ref": "#/$defs/A"}}}
    assert with_phone({}, schema, OWN) == {"who": {"phone": OWN}}
    del person["properties"]["phone"]  # type: ignore[attr-defined]
    assert not asks_who(schema)
    assert with_phone({"who": {"p1": {"p2": {}}}}, schema, OWN) == {"who": {"p1": {"p2": {}}}}
