"""The local runner's API: jobs, who may see them, and what a deployment stores."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
import yaml

from tests.local.runner_support import Client, flow, running, script, step, wait_until


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Client]:
    bundle = tmp_path_factory.mktemp("bundle")
    script(bundle, "f/t/echo", "def main(**given):\n    return given\n")
    script(bundle, "f/t/boom", "def main():\n    raise ValueError('boom')\n")
    script(
        bundle,
        "f/t/who",
        "import os\ndef main(name: str = ''):\n    return [os.environ['WM_END_USER_EMAIL'], name]\n",
    )
    flow(bundle, "f/t/flow", step("a", "f/t/echo", {"x": "=flow_input.x"}))
    app = bundle / "f" / "portal" / "docs__raw_app" / "backend"
    app.mkdir(parents=True)
    (app / "who.yaml").write_text(yaml.safe_dump({"type": "script", "path": "f/t/who"}))
    (bundle / "f" / "portal" / "folder.meta.yaml").write_text(
        yaml.safe_dump({"extra_perms": {"g/all": False}})
    )
    with running(bundle, new_database(), "--no-schedules") as client:
        yield client


def test_variables_and_resources_are_made_once_and_updated(runner: Client) -> None:
    http = runner.http
    new = {"path": "f/t/once", "value": "1", "is_secret": False, "description": ""}
    assert [http.post("variables/create", json=new).status_code for _ in range(2)] == [201, 400]
    assert http.get("variables/exists/f/t/once").json() is True
    assert http.get("variables/exists/f/t/never").json() is False
    assert http.post("variables/update/f/t/once", json={"value": "2"}).status_code == 200
    assert http.get("variables/get_value/f/t/once").json() == "2"
    assert http.get("variables/get_value/f/t/never").status_code == 404
    assert http.post("variables/update/f/t/never", json={"value": "2"}).status_code == 404
    new = {"path": "f/t/db", "value": {"password": "$var:f/t/once"}, "resource_type": "postgresql"}
    assert [http.post("resources/create", json=new).status_code for _ in range(2)] == [201, 400]
    assert http.post("resources/update/f/t/db", json={"value": {"again": "$var:f/t/once"}}).status_code == 200
    assert http.get("resources/get_value/f/t/db").json() == {"again": "$var:f/t/once"}
    kind = {"name": "c_llm", "schema": {"type": "object"}, "description": ""}
    assert [http.post("resources/type/create", json=kind).status_code for _ in range(2)] == [201, 400]
    assert http.get("resources/type/exists/c_llm").json() is True
    assert [http.post("folders/create", json={"name": "chatbot"}).status_code for _ in range(2)] == [200, 400]
    assert http.get("folders/exists/chatbot").json() is True
    assert httpx.get(f"{runner.url}/api/version", headers=http.headers).status_code == 200


def test_progress_is_shown_in_the_job(runner: Client) -> None:
    job_id = runner.start("f", "f/t/flow", scheduled_in_secs=60)
    runner.http.post(f"job_metrics/set_progress/{job_id}", json={"percent": 250, "flow_job_id": job_id})
    assert runner.job(job_id)["flow_status"]["modules"][0]["progress"] == 99
    assert runner.http.post(f"jobs_u/queue/cancel/{job_id}", json={}).text == job_id


def test_an_id_is_taken_once(runner: Client) -> None:
    job_id = str(uuid4())
    assert runner.start("f", "f/t/flow", {"x": 1}, job_id=job_id) == job_id
    again = runner.http.post("jobs/run/f/f/t/flow", json={}, params={"job_id": job_id})
    assert (again.status_code, again.text) == (400, f"Bad request: Job with id {job_id} already exists")
    runner.done(job_id)
    assert runner.http.post(f"jobs/completed/delete/{job_id}").status_code == 200
    assert runner.http.post("jobs/run/f/f/t/flow", json={}, params={"job_id": job_id}).status_code == 400


def test_of_twenty_at_the_same_moment_one_starts_a_job(runner: Client) -> None:
    job_id = str(uuid4())

    def post(_: int) -> int:
        return runner.http.post("jobs/run/f/f/t/flow", json={"x": 9}, params={"job_id": job_id}).status_code

    with ThreadPoolExecutor(20) as pool:
        codes = sorted(pool.map(post, range(20)))
    assert codes == [201] + [400] * 19
    assert runner.done(job_id)["result"] == {"x": 9}
    assert len(runner.steps(job_id)) == 1


@pytest.mark.parametrize(
    ("path", "query", "body", "status"),
    [
        ("jobs/run/f/f/t/nothing", {}, b"{}", 404),
        ("jobs/run/p/f/t/nothing", {}, b"{}", 404),
        ("jobs/run/p/f/../../etc/passwd", {}, b"{}", 404),
        ("jobs/run/f/f/t/flow", {}, b"{not json", 400),
        ("jobs/run/f/f/t/flow", {}, b'{"a": "\\u0000"}', 400),
        ("jobs/run/f/f/t/flow", {"job_id": "7"}, b"{}", 400),
        ("jobs/run/f/f/t/flow", {"scheduled_in_secs": "1.5"}, b"{}", 400),
        ("jobs/run/f/f/t/flow", {"scheduled_for": "soon"}, b"{}", 400),
        ("jobs_u/queue/cancel/00000000-0000-0000-0000-000000000000", {}, b"{}", 404),
        ("nothing/of/this/kind", {}, b"{}", 404),
    ],
)
def test_bad_requests(runner: Client, path: str, query: dict[str, str], body: bytes, status: int) -> None:
    answer = runner.http.post(path, params=query, content=body)
    assert (answer.status_code, answer.text.count("Traceback")) == (status, 0)


def test_bodies_that_are_not_objects(runner: Client) -> None:
    answer = runner.http.post("jobs/run_wait_result/p/f/t/echo", json=[1, 2])
    assert answer.json() == {"body": [1, 2]}
    failed = runner.http.post("jobs/run_wait_result/p/f/t/boom", json={})
    assert failed.status_code == 422 and failed.json()["error"]["message"] == "boom"


def test_lists_filter(runner: Client) -> None:
    job_id = runner.run("p", "f/t/echo", {"mark": "unique"})["id"]
    runner.run("p", "f/t/boom")

    def listed(**query: str) -> list[str]:
        return [job["id"] for job in runner.http.get("jobs/list", params=query).json()]

    assert listed(script_path_exact="f/t/echo")[0] == job_id
    assert job_id not in listed(success="false") and job_id in listed(success="true", per_page="1000")
    assert listed(running="true") == []
    assert listed(args=base64.b64encode(json.dumps({"mark": "unique"}).encode()).decode()) == [job_id]
    first = runner.http.get("jobs/list").json()[0]
    assert "result" not in first and "logs" not in first and first["args"] is None


def test_deleting_blanks_that_job_only(runner: Client) -> None:
    job = runner.run("f", "f/t/flow", {"x": 5})
    blank = runner.http.post(f"jobs/completed/delete/{job['id']}").json()
    assert (blank["args"], blank["result"], blank["logs"], blank["deleted"]) == (None, None, "", True)
    assert runner.steps(job["id"])[0]["result"] == {"x": 5}


def person(runner: Client, email: str, *scopes: str) -> httpx.Client:
    """The API as a member of the workspace, by a token that may do everything or what its scopes name."""
    made = httpx.post(
        f"{runner.url}/api/users/tokens/impersonate",
        json={"impersonate_email": email, "label": "test", "scopes": scopes},
        headers=runner.http.headers,
    )
    assert made.status_code == 201
    opens_all = runner.as_token(made.text)
    if not scopes:
        return opens_all
    assert opens_all.get("users/whoami").json()["email"] == email, "no scope counts here"
    own = opens_all.post(f"{runner.url}/api/users/tokens/create", json={"scopes": scopes})
    gone = opens_all.delete(f"{runner.url}/api/users/tokens/delete/{made.text[:10]}")
    assert (own.status_code, gone.status_code) == (201, 200)
    assert opens_all.get("users/whoami").status_code == 401
    return runner.as_token(own.text)


def test_who_may_what(runner: Client) -> None:
    assert httpx.get(f"{runner.url}/api/w/demo/jobs/list").status_code == 401
    assert runner.as_token("wrong").get("jobs/list").status_code == 401
    assert runner.http.get(f"{runner.url}/api/w/other/jobs/list").status_code == 404
    mia = person(runner, "mia@shop.example")
    runner.http.post("variables/create", json={"path": "f/t/key", "value": "secret", "is_secret": True})
    assert mia.get("variables/get_value/f/t/key").status_code == 401
    assert mia.post("jobs/run/p/f/t/who", json={}).status_code == 401
    wanted = {"impersonate_email": "boss@shop.example"}
    assert mia.post(f"{runner.url}/api/users/tokens/impersonate", json=wanted).status_code == 403


def test_a_token_with_scopes_starts_what_they_name_and_reads_jobs(runner: Client) -> None:
    (runner.bundle / "f" / "t" / "folder.meta.yaml").write_text("extra_perms: {g/door: false}")
    runner.http.post("variables/create", json={"path": "f/t/seen", "value": "1", "is_secret": False})
    scoped = person(runner, "door@chatmill.invalid", "jobs:run:scripts:f/t/*", "jobs:run:flows:f/t/flow")
    try:
        assert scoped.post("jobs/run_wait_result/p/f/t/echo", json={"x": 1}).json() == {"x": 1}
        job = scoped.post("jobs/run/f/f/t/flow", json={"x": 2}).text
        assert scoped.get(f"jobs_u/get/{job}").status_code == 200
        runner.done(job)
        everything = person(runner, "door@chatmill.invalid")
        assert everything.get("variables/get_value/f/t/seen").status_code == 200
        assert scoped.get("variables/get_value/f/t/seen").status_code == 403
        assert scoped.get("users/whoami").status_code == 403
        assert scoped.post(f"jobs_u/queue/cancel/{job}", json={}).status_code == 403
        assert scoped.post("jobs/run/p/f/tt/echo", json={}).status_code == 403
        other = person(runner, "door@chatmill.invalid", "jobs:run:scripts:f/t/boom")
        assert other.post("jobs/run/f/f/t/flow", json={}).status_code == 403
        assert other.post("jobs/run/p/f/t/echo", json={}).status_code == 403
    finally:
        (runner.bundle / "f" / "t" / "folder.meta.yaml").unlink()


def test_a_list_shows_a_member_only_own_and_permitted_jobs(runner: Client) -> None:
    """As Windmill's: lists are filtered; whoever knows the id of a job may read it; only an admin blanks one."""
    script(runner.bundle, "f/portal/open", "def main():\n    return 1\n")
    hidden, open_to_all = runner.run("f", "f/t/flow", {"x": 7})["id"], runner.run("p", "f/portal/open")["id"]
    mia, noa = person(runner, "mia@shop.example"), person(runner, "noa@elsewhere.example")
    own = mia.post("jobs/run/p/f/portal/open", json={}).text
    runner.done(own)

    def listed(who: httpx.Client, **query: str) -> list[str]:
        return [job["id"] for job in who.get("jobs/list", params={"per_page": "1000", **query}).json()]

    assert {hidden, open_to_all, own} <= set(listed(runner.http))
    assert listed(mia) == listed(noa) == [own, open_to_all]
    assert listed(mia, parent_job=hidden) == []
    (runner.bundle / "f" / "portal" / "folder.meta.yaml").write_text("extra_perms: {u/noa: false}")
    try:
        assert listed(mia) == [own]
        assert listed(noa) == [own, open_to_all]
    finally:
        (runner.bundle / "f" / "portal" / "folder.meta.yaml").write_text("extra_perms: {g/all: false}")
    assert mia.get(f"jobs_u/get/{hidden}").json()["args"] == {"x": 7}
    assert mia.post(f"jobs/completed/delete/{hidden}").status_code == 403


def test_apps_tell_scripts_who_is_logged_in(runner: Client) -> None:
    mia = person(runner, "mia@shop.example")
    run = "apps_u/execute_component/f/portal/docs"

    def call(args: dict[str, str], path: str = "script/f/t/who") -> httpx.Response:
        return mia.post(run, json={"component": "who", "path": path, "args": args})

    started = call({"name": "$var:f/t/key", "WM_END_USER_EMAIL": "boss@shop.example"})
    assert started.status_code == 200
    email, name = runner.done(started.text)["result"]
    assert email == "mia@shop.example"
    assert name.startswith("The following variable has been omitted for security reasons")
    assert runner.run("p", "f/t/who")["result"] == ["", ""]
    assert call({}, path="script/f/t/echo").status_code == 400


def test_a_job_for_later_starts_when_it_is_due(runner: Client) -> None:
    job_id = runner.start("p", "f/t/echo", {"a": 1}, scheduled_in_secs=1)
    assert runner.job(job_id)["type"] == "QueuedJob"
    job = runner.done(job_id)
    assert job["started_at"] >= job["scheduled_for"]
    wait_until(lambda: runner.http.get(f"jobs_u/completed/get_result_maybe/{job_id}").json()["completed"])
