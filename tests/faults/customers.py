"""What customers write, as Meta delivers it: texts, pictures, voice notes, messages from yesterday, edits and deletions."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any

from local import seed
from local.meta import voice
from local.meta.envelope import new_wamid
from tests.faults.plan import Write
from tests.faults.storm import Storm, wait

# One pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NEW = "New words."  # of an edit
# The clinic's model says what follows: a reply of two parts.
LONG = "SAY " + "Thank you very much for your message. " * 120


@dataclass(frozen=True)
class Letter:
    """One message that Meta took from a customer. `events`: its edits and its deletion."""

    id: str
    word: str
    form: str
    events: tuple[str, ...] = ()


def write(storm: Storm, planned: Write) -> list[Letter]:
    """Delivers what the plan says."""
    is_long = planned.form == "text" and planned.talk.phone_number_id == seed.CLINIC.phone_number_id
    messages = [message(planned.form, word, LONG if is_long else "") for word in planned.words]
    if "edit" in planned.form or "delet" in planned.form:
        letters = [write_changed(storm, planned, messages[0])]
    else:
        ids = storm.deliver(planned.talk.phone_number_id, planned.talk.phone, messages, planned.copies)
        letters = [Letter(id_, word, planned.form) for id_, word in zip(ids, planned.words, strict=True)]
    wait(planned.rest_s, lambda: False)
    return letters


def write_changed(storm: Storm, planned: Write, original: dict[str, Any]) -> Letter:
    """A message that its customer edits or deletes; Meta delivers them in any order."""
    id_ = new_wamid(planned.talk.phone)
    (word,) = planned.words
    original = original | {"id": id_}
    order: list[dict[str, Any]] = {
        "edited": [original, edit(id_, f"{word} {NEW}", 1)],
        "edited twice": [original, edit(id_, f"{word} Not so.", 1), edit(id_, f"{word} {NEW}", 2)],
        "edited, then deleted": [original, edit(id_, f"{word} {NEW}", 1), deletion(id_)],
        "deleted": [original, deletion(id_)],
        "edit first": [edit(id_, f"{word} {NEW}", 1), original],
        "deletion first": [deletion(id_), original],
    }[planned.form]
    first, *rest = order
    ids = storm.deliver(planned.talk.phone_number_id, planned.talk.phone, [first], planned.copies)
    wait(planned.after_s, lambda: False)
    for following in rest:
        ids += storm.deliver(planned.talk.phone_number_id, planned.talk.phone, [following], planned.copies)
    return Letter(id_, word, planned.form, tuple(each for each in ids if each != id_))


def message(form: str, word: str, more: str) -> dict[str, Any]:
    match form:
        case "photo":
            return {"type": "image", "image": {"mime_type": "image/png", "data": PNG, "caption": word}}
        case "voice note":
            data = base64.b64encode(voice.ogg(word)).decode()
            return {
                "type": "audio",
                "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True, "data": data},
            }
        case "late":  # the 24 hours of free-form replies are over: the answer is a template
            return text(f"{word} {more}") | {"timestamp": str(int(time.time()) - 25 * 3600)}
    return text(f"{word} {more}")


def edit(original: str, words: str, number: int) -> dict[str, Any]:
    """By Meta's clock, which has whole seconds, each edit comes after the one before."""
    changed = {"original_message_id": original, "message": text(words)}
    return {"type": "edit", "edit": changed, "timestamp": str(int(time.time()) - 10 + number)}


def deletion(original: str) -> dict[str, Any]:
    return {"type": "revoke", "revoke": {"original_message_id": original}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": words}}
