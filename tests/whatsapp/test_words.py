"""What a message says, for every type of the contract and whatever else comes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.payloads import CASES, WHO, envelope, of


@pytest.mark.field_failure(8)
@pytest.mark.parametrize(("message", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_type_becomes_plain_words(bot: Bot, message: dict[str, Any], words: str) -> None:
    assert bot.words(message) == words
    assert bot.words(message, contacts=None) == words


def test_what_a_message_answers_is_named(bot: Bot) -> None:
    turn = bot.answered(of("text", {"body": "Do you ship to Spain?"}, id="wamid.first", timestamp="0"))
    assert turn["status"] == "opened"
    quoting = of("text", {"body": "And to Italy?"}, context={"id": "wamid.first", "from": "15550783881"})
    assert bot.words(quoting) == '[answers "Do you ship to Spain?"] And to Italy?'


def test_a_transcript_is_part_of_the_words(bot: Bot) -> None:
    bot.do(
        "insert into media (phone_number_id, message_id, tenant_id, kind, words) values (%s, 'wamid.v', %s, 'audio', 'Where is it?')",
        *(NUMBER, bot.tenant),
    )
    assert bot.words(of("audio", {"id": "1", "voice": True}, id="wamid.v")) == "[voice note] Where is it?"


@pytest.mark.parametrize("payload", ["", "null", "[]", "{", '{"entry": 5}', '{"entry":[{"changes":{}}]}'])
def test_what_is_no_payload_is_words_too(bot: Bot, payload: str) -> None:
    assert bot.one("select message_words(%s)", payload) in ("[unknown]", "")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\u0000x")
STRANGE = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=3)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        found += paths(item, (*here, key))
    return found


def mutate(payload: Any, path: tuple[Any, ...], how: str, strange: Any) -> None:
    for key in path[:-1]:
        payload = payload[key]
    if how == "drop":
        del payload[path[-1]]
    elif how == "extra" and isinstance(payload, dict):
        payload["never heard of"] = strange
    else:
        payload[path[-1]] = None if how == "null" else strange


@pytest.mark.field_failure(19)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_payload_is_too_strange(bot: Bot, data: st.DataObject) -> None:
    """Whatever is dropped, nulled, of a wrong type or new: there are words, and noting it raises nothing."""
    message = {**data.draw(st.sampled_from(CASES))[1]}
    payload = copy.deepcopy(envelope(message))
    for _ in range(data.draw(st.integers(1, 3))):
        places = paths(payload["entry"][0]["changes"][0]["value"])
        if not places:
            break
        place = data.draw(st.sampled_from(places))
        how = data.draw(st.sampled_from(["drop", "null", "wrong type", "extra"]))
        mutate(payload["entry"][0]["changes"][0]["value"], place, how, data.draw(STRANGE))
    text = json.dumps(payload)
    assert isinstance(bot.one("select message_words(%s)", text), str)
    assert isinstance(bot.one("select receive_message(%s, %s)", NUMBER, text), dict)


@pytest.mark.field_reply("whatsapp-1")
def test_the_words_have_a_bound(bot: Bot) -> None:
    assert len(bot.words(of("text", {"body": "x" * 100_000}))) < 50_100, "with a note of what was not read"
    cards = [{"name": {"formatted_name": "n" * 5000}}] * 500
    assert len(bot.words(of("contacts", cards))) < 250_000
    assert bot.words({**WHO, "type": "t" * 500}) == f"[{'t' * 40}]"
