"""The page's API: conversations, live events, runs through Windmill, asking from a terminal."""

import base64
import json
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import httpx
import pytest

from tests.local.meta_support import NUMBER, Meta, Recorder, configuration, eventually

RUN, STEP = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(2))
WS = "/api/w/demo"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Meta, Recorder, Recorder]]:
    webhook, windmill = Recorder(), Recorder()
    portal = {
        "windmill_url": windmill.url,
        "workspace": "demo",
        "model": "offline-rule-based",
        "page_url": "http://portal.example/#knowledge",
    }
    config = configuration(webhook.url + "/webhook", portal=portal)
    with Meta(tmp_path_factory.mktemp("meta"), config) as running:
        yield running, webhook, windmill
    webhook.stop()
    windmill.stop()


@pytest.fixture
def windmill(process: tuple[Meta, Recorder, Recorder]) -> Recorder:
    found = process[2]
    found.requests.clear()
    found.status = 200
    found.answers = {
        f"{WS}/jobs_u/get/{RUN}": {
            "type": "CompletedJob",
            "success": True,
            "duration_ms": 1500,
            "result": {"outcome": "answered", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"},
            "flow_status": {"modules": [{"id": "agent_loop", "type": "Success", "job": STEP}]},
        },
        f"{WS}/jobs_u/get/{STEP}": {
            "success": True,
            "duration_ms": 900,
            "result": {
                "trace": [{"tool": "search_knowledge_base", "arguments": {}, "outcome": "ok", "ms": 12}],
                "citations": [{"document": "Warranty", "page": 3}],
                "usage": {"input_tokens": 5},
                "answered": True,
            },
        },
    }
    return found


@pytest.fixture
def meta(process: tuple[Meta, Recorder, Recorder]) -> Meta:
    process[0].control("reset")
    process[1].requests.clear()
    return process[0]


def test_the_page_comes_with_everything_it_needs(meta: Meta) -> None:
    page = meta.client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "https://" not in page.text
    for name in ("app.js", "bubble.js", "format.js", "style.css", "thread.css", "icon.svg"):
        assert meta.client.get(f"/static/{name}").status_code == 200
    overview = meta.client.get("/api/overview").json()
    assert [number["name"] for number in overview["numbers"]] == ["Lumen Bikes", "Praxis am Park"]
    assert (overview["model"], overview["portal"]) == (
        "offline-rule-based",
        "http://portal.example/#knowledge",
    )
    assert overview["numbers"][0]["examples"] == ["How long is the warranty?"]
    assert {"token-a", "runner"}.isdisjoint(json.dumps(overview).split('"'))


def test_another_site_can_not_write(meta: Meta) -> None:
    body = {"phone_number_id": NUMBER, "customer": "Ana Ruiz", "message": {"type": "text", "text": "x"}}
    answer = meta.client.post("/api/messages", json=body, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert meta.client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert meta.client.post("/api/messages", json=body, headers={"Origin": meta.url}).status_code == 201


def test_events_come_as_they_happen(meta: Meta) -> None:
    seen: list[dict[str, str]] = []
    since = meta.client.get("/api/overview").json()["event"]

    def listen() -> None:
        with httpx.stream("GET", f"{meta.url}/api/events?since={since}", timeout=10) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    seen.append({"kind": event["kind"], "state": event.get("message", {}).get("state", "")})
                if {"kind": "message", "state": "delivered"} in seen:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    meta.deliver()
    listener.join(10)
    assert seen[0] == {"kind": "message", "state": "sending"}
    polled = meta.client.get(f"/api/events?once=1&since={since}").json()["events"]
    assert [event["kind"] for event in polled][: len(seen)] == [event["kind"] for event in seen]


def test_a_button_on_the_page_becomes_a_reply_with_its_context(
    meta: Meta, process: tuple[Meta, Recorder, Recorder]
) -> None:
    meta.deliver()
    asked = meta.send("Which one?").json()["messages"][0]["id"]
    reply = {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}}
    message = {"type": "interactive", "interactive": reply, "context": asked}
    body = {"phone_number_id": NUMBER, "customer": "Sheena Nelson", "message": message}
    assert meta.client.post("/api/messages", json=body).status_code == 201
    got = eventually(lambda: [m for m in process[1].values("messages") if m["type"] == "interactive"])
    assert got[0]["interactive"] == reply
    assert got[0]["context"] == {"from": "15550783881", "id": asked}


def test_a_message_that_its_sender_deletes_has_no_words_on_the_phone(
    meta: Meta, process: tuple[Meta, Recorder, Recorder]
) -> None:
    mine, other = (meta.deliver()["wamid"] for _ in range(2))
    body = {"phone_number_id": NUMBER, "customer": "Sheena Nelson"}
    gone = {**body, "message": {"type": "revoke", "revoke": {"original_message_id": mine}}}
    assert meta.client.post("/api/messages", json=gone).status_code == 201
    customer = meta.client.get("/api/overview").json()["last"]
    (who,) = {last["customer"] for last in customer.values()}
    query = {"phone_number_id": NUMBER, "customer": who}
    shown = {m["wamid"]: m for m in meta.client.get("/api/conversation", params=query).json()["messages"]}
    assert (shown[mine]["type"], shown[mine]["content"]) == ("deleted", {})
    assert shown[other]["type"] == "text"
    assert eventually(lambda: [m for m in process[1].values("messages") if m["type"] == "revoke"])


def test_a_picture_from_the_page_becomes_media(meta: Meta, process: tuple[Meta, Recorder, Recorder]) -> None:
    form = {"phone_number_id": NUMBER, "customer": "Sheena Nelson", "caption": "Look"}
    files = {"file": ("a.png", b"\x89PNG", "image/png")}
    assert meta.client.post("/api/attachments", data=form, files=files).status_code == 201
    [message] = eventually(lambda: process[1].values("messages"))
    assert message["image"]["caption"] == "Look"
    assert meta.client.get(f"/api/media/{message['image']['id']}").content == b"\x89PNG"
    wrong = meta.client.post(
        "/api/attachments", data=form, files={"file": ("a.exe", b"MZ", "application/x-exe")}
    )
    assert wrong.status_code == 400


def test_a_new_person_can_be_added(meta: Meta) -> None:
    known = meta.client.post("/api/customers", json={"name": "Zoë", "phone": "+49 155 5000 1122"}).json()[
        "customer"
    ]
    assert known["phone"] == "4915550001122"
    hidden = meta.client.post("/api/customers", json={"name": "Kim"}).json()["customer"]
    assert hidden["phone"] is None and hidden["user_id"].startswith("US.")
    assert meta.client.post("/api/customers", json={"name": "Bo", "phone": "12"}).status_code == 400


def test_what_happened_is_read_from_the_run(meta: Meta, windmill: Recorder) -> None:
    found = meta.client.get(f"/api/runs/{RUN}").json()
    assert found["citations"] == [{"document": "Warranty", "page": 3}]
    assert found["tools"][0]["tool"] == "search_knowledge_base"
    assert found["steps"] == [{"id": "agent_loop", "state": "Success", "ms": 900}]
    assert (found["ms"], found["answered"], found["finished"]) == (1500, True, True)
    assert found["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert found["link"] == f"{windmill.url}/run/{RUN}?workspace=demo"
    assert {headers["authorization"] for _, headers, _ in windmill.requests} == {"Bearer runner"}
    assert meta.client.get("/api/runs/..%2Fsecrets").status_code in (404, 502)


def test_asking_waits_for_the_whole_reply(
    meta: Meta, windmill: Recorder, process: tuple[Meta, Recorder, Recorder]
) -> None:
    """The run tells when the reply is whole: not before its second part came."""
    running = windmill.answers[f"{WS}/jobs_u/get/{RUN}"]
    windmill.answers[f"{WS}/jobs_u/get/{RUN}"] = {"type": "QueuedJob"}
    biz = json.dumps({"send_id": "1", "run": RUN})

    def answer() -> None:
        eventually(lambda: process[1].values("messages"))
        body = {"messaging_product": "whatsapp", "to": "+16505551234", "biz_opaque_callback_data": biz}
        for text in ("one", "two"):
            headers = {"Authorization": "Bearer token-a"}
            url = f"{meta.url}/graph/v26.0/{NUMBER}/messages"
            httpx.post(url, json=body | {"text": {"body": text}}, headers=headers)
            eventually(lambda: any(RUN in path for path, _, _ in windmill.requests))
        windmill.answers[f"{WS}/jobs_u/get/{RUN}"] = running

    thread = threading.Thread(target=answer)
    thread.start()
    asked = {"phone_number_id": NUMBER, "customer": "16505551234", "text": "Warranty?", "timeout_s": 60}
    found = meta.control("ask", **asked)
    thread.join()
    assert found["reply"] == ["one", "two"]
    assert found["run"] == RUN
    assert found["timed_out"] is False
    assert 0 < found["seconds"] < 30


def test_asking_gives_up_in_time(meta: Meta) -> None:
    asked = {"phone_number_id": NUMBER, "customer": "Ana Ruiz", "text": "Hello?", "timeout_s": 0.3}
    found = meta.control("ask", **asked)
    assert (found["reply"], found["timed_out"], found["webhook_status"]) == ([], True, 200)


def with_a_human(windmill: Recorder) -> str:
    """Every message's run has ended: a person has the conversation. Returns the reason."""
    reason = "the contact is with a human"
    ended = {"type": "CompletedJob", "success": True, "result": {"status": "ended", "reason": reason}}
    windmill.answers[f"{WS}/jobs_u/get/{RUN}"] = ended
    windmill.answers[f"{WS}/jobs/list"] = [{"id": RUN}]
    return reason


def test_asking_where_a_human_answers_says_so_at_once(meta: Meta, windmill: Recorder) -> None:
    reason = with_a_human(windmill)
    found = meta.control("ask", phone_number_id=NUMBER, customer="Ana Ruiz", text="Hello?", timeout_s=30)
    assert (found["reply"], found["reason"], found["timed_out"]) == ([], reason, False)
    assert found["seconds"] < 30
    (query,) = {path.partition("?")[2] for path, _, _ in windmill.requests if "jobs/list" in path}
    wanted = json.loads(base64.b64decode(parse_qs(query)["args"][0]))
    assert wanted["entry"][0]["changes"][0]["value"]["messages"] == [{"id": found["wamid"]}]


def test_the_page_learns_why_nobody_answers(meta: Meta, windmill: Recorder) -> None:
    windmill.answers[f"{WS}/jobs/list"] = []
    assert meta.client.get("/api/silence/wamid.x").json() == {"reason": None}
    reason = with_a_human(windmill)
    assert meta.client.get("/api/silence/wamid.x").json() == {"reason": reason}
