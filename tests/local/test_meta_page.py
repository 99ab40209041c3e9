"""The page's API: conversations, live events, uploads and runs through Windmill, asking from a terminal."""

import json
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.local.meta_support import NUMBER, OTHER_NUMBER, Meta, Recorder, configuration, eventually

RUN, STEP, UPLOAD = (f"{n}0000000-0000-4000-8000-000000000000" for n in range(3))
WS = "/api/w/demo"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Meta, Recorder, Recorder]]:
    webhook, windmill = Recorder(), Recorder()
    portal = {"windmill_url": windmill.url, "workspace": "demo"}
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
    assert [number["uploads"] for number in overview["numbers"]] == [True, False]
    assert overview["numbers"][0]["examples"] == ["How long is the warranty?"]
    assert {"token-a", "staff", "runner"}.isdisjoint(json.dumps(overview).split('"'))


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
    assert found["link"] == f"{windmill.url}/run/{RUN}?workspace=demo"
    assert {headers["authorization"] for _, headers, _ in windmill.requests} == {"Bearer runner"}
    assert meta.client.get("/api/runs/..%2Fsecrets").status_code in (404, 502)


def test_a_document_goes_to_windmill_as_the_tenants_staff(meta: Meta, windmill: Recorder) -> None:
    windmill.answers[f"{WS}/apps_u/execute_component/f/portal/documents"] = UPLOAD
    result = {"completed": True, "success": True, "result": {"document_id": 7}}
    windmill.answers[f"{WS}/jobs_u/completed/get_result_maybe/{UPLOAD}"] = result
    form, files = {"phone_number_id": NUMBER, "title": "T"}, {"file": ("Ä.pdf", b"%PDF", "application/pdf")}
    answer = meta.client.post("/api/documents", data=form, files=files)
    assert (answer.status_code, answer.json()) == (201, {"result": {"document_id": 7}})
    path, headers, body = windmill.requests[0]
    assert path == f"{WS}/apps_u/execute_component/f/portal/documents"
    assert headers["authorization"] == "Bearer staff"
    sent = json.loads(body)
    assert sent["component"] == "upload"
    asked = json.loads(sent["args"]["request"])
    assert asked["chatmill"] == 1
    assert (asked["action"], asked["file"], asked["filename"], asked["title"]) == (
        "upload",
        "JVBERg==",
        "Ä.pdf",
        "T",
    )


def test_a_refused_document_says_why(meta: Meta, windmill: Recorder) -> None:
    windmill.answers[f"{WS}/apps_u/execute_component/f/portal/documents"] = UPLOAD
    error = {"error": {"name": "ValueError", "message": "This is not a PDF."}}
    windmill.answers[f"{WS}/jobs_u/completed/get_result_maybe/{UPLOAD}"] = {
        "completed": True,
        "success": False,
        "result": error,
    }
    files = {"file": ("a.pdf", b"no", "application/pdf")}
    answer = meta.client.post("/api/documents", data={"phone_number_id": NUMBER}, files=files)
    assert (answer.status_code, answer.json()) == (502, {"error": "This is not a PDF."})
    answer = meta.client.post("/api/documents", data={"phone_number_id": OTHER_NUMBER}, files=files)
    assert "no staff login" in answer.json()["error"]


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
    asked = {"phone_number_id": NUMBER, "customer": "16505551234", "text": "Warranty?", "timeout_s": 8}
    found = meta.control("ask", **asked)
    thread.join()
    assert found["reply"] == ["one", "two"]
    assert found["run"] == RUN
    assert found["timed_out"] is False
    assert 0 < found["seconds"] < 8


def test_asking_gives_up_in_time(meta: Meta) -> None:
    asked = {"phone_number_id": NUMBER, "customer": "Ana Ruiz", "text": "Hello?", "timeout_s": 0.3}
    found = meta.control("ask", **asked)
    assert (found["reply"], found["timed_out"], found["webhook_status"]) == ([], True, 200)
