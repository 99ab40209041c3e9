"""Message templates of a bot's file are brought to Meta for review, once, and what Meta says is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy.test_bot_files import SMALL, Bots, bots, new_number
from tests.local.meta_support import TOKEN, Meta, Recorder, configuration

__all__ = ["bots"]
WABA = "102290129340398"
TEMPLATE: dict[str, Any] = {
    "name": "back_in_stock",
    "language": "es",
    "category": "UTILITY",
    "components": [
        {"type": "BODY", "text": "Hola {{1}}: ya está aquí. 📦", "example": {"body_text": [["Ana"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí"}]},
    ],
}
PICTURE = {
    **TEMPLATE,
    "name": "with_picture",
    "components": [{"type": "HEADER", "format": "IMAGE"}, *TEMPLATE["components"]],
}


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    webhook = Recorder()
    with Meta(tmp_path_factory.mktemp("meta"), configuration(webhook.url + "/webhook")) as running:
        yield running
    webhook.stop()


@pytest.fixture(autouse=True)
def at_meta(meta: Meta, bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    meta.control("reset")
    monkeypatch.setenv("WHATSAPP_TOKEN", TOKEN)
    monkeypatch.setenv("GRAPH_URL", f"{meta.url}/graph")


def created(meta: Meta, name: str) -> list[dict[str, Any]]:
    answer = meta.client.get(
        f"/graph/v26.0/{WABA}/message_templates",
        params={"name": name},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    return list(answer.json()["data"])


def test_a_template_is_brought_to_meta_once(bots: Bots, meta: Meta) -> None:
    number = bots.made({**SMALL, "message_templates": [TEMPLATE]}, "--waba-id", WABA)
    (found,) = created(meta, "back_in_stock")
    text = bots.text(number)
    (row,) = bots.command.rows(
        "select status, waba_id from templates where tenant_id = %s", bots.command.tenant(number)["id"]
    )
    assert row == {"status": found["status"], "waba_id": WABA}
    assert bots.bot(number)["message_templates"] == [
        {
            **TEMPLATE,
            "parameter_format": "POSITIONAL",
            "components": bots.bot(number)["message_templates"][0]["components"],
        }
    ]
    code, said, _ = bots.put(text, number)
    assert code == 0 and "nothing differs." in said
    other = new_number()
    assert bots.put(text, other, "--name", "Shop", "--waba-id", WABA)[0] == 0
    assert len(created(meta, "back_in_stock")) == 1 and bots.text(other) == text


def test_new_words_go_to_review_and_somebody_elses_stay(bots: Bots, meta: Meta) -> None:
    number = bots.made({**SMALL, "message_templates": [TEMPLATE]}, "--waba-id", WABA)
    bot = bots.bot(number)
    bot["message_templates"][0]["components"][0]["text"] = "Hola {{1}}: ha llegado. 📦"
    other = new_number()
    code, said, _ = bots.put(bot, other, "--name", "Shop", "--waba-id", WABA)
    assert code == 1 and "the message template back_in_stock (es):" in said, (
        "another business's words under this name"
    )
    meta.control("review", waba_id=WABA, name="back_in_stock", language="es", event="APPROVED")
    code, said, _ = bots.put(bot, number)
    assert code == 0 and "~ back_in_stock es" in said, said
    (found,) = created(meta, "back_in_stock")
    assert "ha llegado" in str(found["components"]) and "ha llegado" in bots.text(number)


def test_what_meta_does_not_take_is_said_and_the_rest_is_there(bots: Bots, meta: Meta) -> None:
    number = new_number()
    templates = [{**TEMPLATE, "category": "NONSENSE"}, PICTURE]
    code, said, _ = bots.put(
        {**SMALL, "message_templates": templates}, number, "--name", "Shop", "--waba-id", WABA
    )
    assert code == 1 and "the message template back_in_stock (es):" in said
    assert (
        "the message template with_picture (es): it begins with a file: make it in Meta's WhatsApp Manager"
        in said
    )
    assert bots.bot(number)["message_templates"] == [] and len(bots.bot(number)["qa_pairs"]) == 2
