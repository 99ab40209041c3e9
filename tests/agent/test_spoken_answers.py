"""When an answer is spoken: to a voice note, where the tenant wants it, in a live turn, where nothing has to be read. Else it is text."""

from __future__ import annotations

from typing import Any

import pytest

from f.agent.spoken_answer import LONGEST
from local.meta import voice
from local.shop_window import SETTINGS
from tests.agent.conftest import Bench, notes
from tests.agent.vendors import Raw, call

WAYS = [
    "so very",
    "really",
    "truly",
    "deeply",
    "warmly",
    "kindly",
    "gladly",
    "fondly",
    "dearly",
    "happily",
    "nicely",
    "quite",
    "purely",
]
LONG = " ".join(f"Thank you {way} much for writing to all of us at the shop here today." for way in WAYS)
assert len(LONG) > LONGEST
SOUND = Raw(body=voice.ogg("You're welcome!"))


@pytest.fixture
def speaking(bench: Bench) -> Bench:
    bench.set(voice_answers="to_voice")
    return bench


def files(bench: Bench, result: dict[str, Any]) -> list[dict[str, Any]]:
    return bench.rows("select * from staff_files where contact_id = %s", result["contact_id"])


def test_a_thank_you_is_spoken_and_counted(speaking: Bench) -> None:
    result = speaking.live("Thank you!", "You're *welcome*!", SOUND, by_voice=True, preface="Hello.")
    (file,) = files(speaking, result)
    assert result["voice"] == str(file["id"])
    assert (file["kind"], file["mime_type"], bytes(file["content"])) == ("audio", "audio/ogg", SOUND.body)
    asked = speaking.openai.asked[-1]
    assert asked["input"] == "Hello.\n\nYou're welcome!"
    assert (asked["model"], asked["voice"], asked["response_format"]) == ("gpt-4o-mini-tts", "alloy", "opus")
    spoken = result["usage"]["model_calls"][-1]
    assert (spoken["model"], spoken["error"]) == ("gpt-4o-mini-tts", None)
    assert spoken["cost_usd"] > 0


def test_what_was_written_is_answered_in_writing(speaking: Bench) -> None:
    result = speaking.live("Thank you!", "You're welcome!", SOUND)
    assert result["voice"] is None
    assert files(speaking, result) == []


def test_a_trial_speaks_nothing(speaking: Bench) -> None:
    assert speaking.ask("Thank you!", "You're welcome!", SOUND, by_voice=True)["voice"] is None
    assert all("input" not in asked for asked in speaking.openai.asked)


def test_never_where_the_tenant_has_not_said_so(bench: Bench) -> None:
    assert bench.live("Thank you!", "You're welcome!", SOUND, by_voice=True)["voice"] is None


@pytest.mark.parametrize(
    "script",
    [
        (call("offer_choices", {"choices": ["Yes", "No"]}), "Shall I?"),
        (call("ask_location", {}), "Where are you?"),
        ("You're welcome! Look at https://casa-lumen.example then.",),
        (LONG,),
    ],
    ids=["choices", "a button", "an address", "long"],
)
def test_what_has_to_be_read_stays_text(speaking: Bench, script: tuple[Any, ...]) -> None:
    speaking.set(**SETTINGS, system_prompt="Our page is https://casa-lumen.example.")
    result = speaking.live("Thank you!", *script, SOUND, by_voice=True)
    assert result["voice"] is None
    assert files(speaking, result) == []


@pytest.mark.parametrize(
    "answer", [Raw(status=500, body={}), Raw(body=b"ID3"), Raw(cut=True, body=SOUND.body)]
)
def test_what_can_not_be_spoken_goes_out_as_text_and_says_why(speaking: Bench, answer: Raw) -> None:
    result = speaking.live("Thank you!", "You're welcome!", answer, by_voice=True)
    assert (result["reply"], result["voice"], result["error"]) == ("You're welcome!", None, None)
    assert "it went out as text" in notes(result)
    assert files(speaking, result) == []
    assert result["usage"]["model_calls"][-1]["error"]


def test_an_attempt_that_was_overtaken_stores_nothing(speaking: Bench) -> None:
    contact = speaking.contact()
    turn, epoch = speaking.turn(contact)
    ids: Any = {"contact_id": contact, "turn_id": turn, "mode": "live", "epoch": epoch}

    def overtaken(body: dict[str, Any]) -> Raw:
        speaking.rows("update turns set epoch = epoch + 1 where id = %s returning id", turn)
        return SOUND

    with pytest.raises(Exception, match="no longer in attempt"):
        speaking.ask("Thank you!", "You're welcome!", overtaken, by_voice=True, **ids)
    assert speaking.rows("select id from staff_files where contact_id = %s", contact) == []
