"""The stand-in's templates: listed in pages to the account's own token, and checked when one is sent as the Graph API checks them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.meta_support import OTHER_TOKEN, TOKEN, Meta, Recorder, eventually
from tests.local.test_meta_graph import code

BEARER = {"Authorization": f"Bearer {TOKEN}"}
ACCOUNT = "102290129340398"
PARTS: list[dict[str, Any]] = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "Hello {{1}}, {{2}}. {{1}}!"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "See", "url": "https://a.example/{{1}}"}]},
]


def put(meta: Meta, name: str, **more: Any) -> None:
    template = {"waba_id": ACCOUNT, "name": name, "language": "en", "components": PARTS, **more}
    meta.control("templates", templates=[template])


def listed(meta: Meta, **query: Any) -> dict[str, Any]:
    path = f"/graph/v26.0/{ACCOUNT}/message_templates"
    answer = meta.client.get(path, params=query, headers=BEARER)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def component(kind: str, *texts: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "parameters": [{"type": "text", "text": text} for text in texts], **more}


FULL = [
    component("header", "CL-7"),
    component("body", "Ana", "it is here"),
    component("button", "cl-7", sub_type="url", index="0"),
]


def send(meta: Meta, name: str, components: Any = None, language: str = "en") -> Any:
    template: dict[str, Any] = {"name": name, "language": {"code": language}}
    return meta.send(
        type="template", text=None, template=template | ({"components": components} if components else {})
    )


def test_they_are_listed_page_by_page(meta: Meta) -> None:
    for n in range(5):
        put(meta, f"order_{n}", status="PENDING" if n else "APPROVED")
    names, after = [], ""
    while True:
        page = listed(meta, limit=3, **({"after": after} if after else {}))
        names += [template["name"] for template in page["data"]]
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
    assert names == ["hello", "back", *[f"order_{n}" for n in range(5)]]
    (approved,) = [t for t in listed(meta, status="APPROVED")["data"] if t["name"] == "order_0"]
    assert approved["components"] == PARTS and approved["id"].isdigit() and "waba_id" not in approved
    other = meta.client.get(
        f"/graph/v26.0/{ACCOUNT}/message_templates", headers={"Authorization": f"Bearer {OTHER_TOKEN}"}
    )
    assert code(other) == (400, 100)
    wrong = meta.client.get(
        f"/graph/v26.0/{ACCOUNT}/message_templates", params={"after": "?"}, headers=BEARER
    )
    assert code(wrong) == (400, 100)


@pytest.mark.parametrize(
    ("name", "components", "language", "expected"),
    [
        ("order", FULL, "en", None),
        ("unknown", None, "en", (404, 132001)),
        ("order", FULL, "es", (404, 132001)),
        ("pending", FULL, "en", (404, 132001)),
        ("paused", FULL, "en", (400, 132015)),
        ("disabled", FULL, "en", (400, 132016)),
        ("order", None, "en", (400, 132000)),
        ("order", FULL[1:], "en", (400, 132000)),
        ("order", [FULL[0], component("body", "Ana"), FULL[2]], "en", (400, 132000)),
        ("order", [*FULL, component("button", "x", sub_type="url", index="1")], "en", (400, 132000)),
        ("hello", [component("body", "x")], "en", (400, 132000)),
        ("order", [FULL[0], component("body", "Ana", "two\nlines"), FULL[2]], "en", (400, 132018)),
        ("order", [FULL[0], component("body", "Ana", ""), FULL[2]], "en", (400, 100)),
        ("named", [component("body", "Ana")], "en", (400, 132012)),
    ],
)
def test_a_send_is_checked(
    meta: Meta, name: str, components: Any, language: str, expected: tuple[int, int] | None
) -> None:
    for state in ("approved", "pending", "paused", "disabled"):
        put(meta, "order" if state == "approved" else state, status=state.upper())
    put(meta, "named", parameter_format="NAMED", components=[{"type": "BODY", "text": "Hello {{who}}"}])
    answer = send(meta, name, components, language)
    assert answer.status_code == 200 if expected is None else code(answer) == expected


def test_a_review_changes_a_template_and_tells_the_webhook(meta: Meta, webhook: Recorder) -> None:
    meta.control("review", waba_id=ACCOUNT, name="hello", language="en", event="PAUSED", reason="LOW_QUALITY")
    assert code(send(meta, "hello")) == (400, 132015)

    def events() -> list[dict[str, Any]]:
        changes = [c for body in webhook.bodies() for entry in body["entry"] for c in entry["changes"]]
        return [c["value"] for c in changes if c["field"] == "message_template_status_update"]

    eventually(lambda: len(events()) == 1)
    (event,) = events()
    assert (event["event"], event["message_template_name"], event["reason"]) == (
        "PAUSED",
        "hello",
        "LOW_QUALITY",
    )
    meta.control("review", waba_id=ACCOUNT, name="hello", language="en", event="APPROVED")
    assert send(meta, "hello").status_code == 200


DRAFT: dict[str, Any] = {
    "name": "back_in_stock",
    "language": "es",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["CL-7"]}},
        {"type": "BODY", "text": "Hola {{1}}, ya está.", "example": {"body_text": [["Ana"]]}},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Gracias"}]},
    ],
}


def create(meta: Meta, **more: Any) -> Any:
    return meta.client.post(
        f"/graph/v26.0/{ACCOUNT}/message_templates", json={**DRAFT, **more}, headers=BEARER
    )


def test_a_new_one_waits_for_its_review_and_is_there_once(meta: Meta, webhook: Recorder) -> None:
    made = create(meta)
    assert (made.status_code, made.json()["status"], made.json()["category"]) == (200, "PENDING", "UTILITY")
    again = create(meta)
    assert (code(again), again.json()["error"]["error_subcode"]) == ((400, 100), 2388024)
    assert "already content" in again.json()["error"]["error_user_msg"]
    assert create(meta, language="en").status_code == 200
    (listed_,) = [t for t in listed(meta, name="back_in_stock")["data"] if t["language"] == "es"]
    assert (listed_["id"], listed_["components"]) == (made.json()["id"], DRAFT["components"])
    other = meta.client.post(
        f"/graph/v26.0/{ACCOUNT}/message_templates",
        json=DRAFT,
        headers={"Authorization": f"Bearer {OTHER_TOKEN}"},
    )
    assert code(other) == (400, 100)


@pytest.mark.parametrize(
    ("part", "subcode"),
    [
        ({"type": "BODY", "text": "{{1}} is here", "example": {"body_text": [["Ana"]]}}, 2388299),
        ({"type": "BODY", "text": "Hello {{1}}!"}, 2388043),
        ({"type": "BODY", "text": "Hello {{2}}!", "example": {"body_text": [["Ana"]]}}, 2388273),
        ({"type": "BODY", "text": "x" * 1025}, None),
        ({"type": "BODY", "text": ""}, None),
    ],
)
def test_a_new_one_is_refused_as_the_graph_api_does(
    meta: Meta, part: dict[str, Any], subcode: int | None
) -> None:
    answer = create(meta, components=[part])
    assert code(answer) == (400, 100)
    assert answer.json()["error"].get("error_subcode") == subcode
    assert create(meta, name="No Spaces").status_code == 400
    header = {"type": "HEADER", "format": "TEXT", "text": "*New*"}
    assert create(meta, components=[header, DRAFT["components"][1]]).status_code == 400


def test_the_review_comes_by_itself_where_it_is_set_to(meta: Meta, webhook: Recorder) -> None:
    meta.control("limits", review_s=0.05)
    create(meta)
    offer = {"type": "BODY", "text": "A sale of lamps."}
    create(meta, name="offers", components=[offer])

    def verdicts() -> set[tuple[str, str]]:
        changes = [c for body in webhook.bodies() for entry in body["entry"] for c in entry["changes"]]
        values = [c["value"] for c in changes if c["field"] == "message_template_status_update"]
        return {(v["message_template_name"], v["event"]) for v in values}

    eventually(lambda: len(verdicts()) == 2)
    assert verdicts() == {("back_in_stock", "APPROVED"), ("offers", "REJECTED")}
    reasons = {t["name"]: t["rejected_reason"] for t in listed(meta)["data"]}
    assert (reasons["offers"], reasons["back_in_stock"]) == ("INCORRECT_CATEGORY", "NONE")
