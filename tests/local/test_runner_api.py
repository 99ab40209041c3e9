"""The local runner's API, with Windmill's own Python client and by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
import wmill
import yaml

from tests.local.runner_support import TOKEN, Client, flow, running, script, step, wait_until

EVERYONE = {"email": "mia@shop.example"}


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


@pytest.fixture(scope="module")
def client(runner: Client) -> wmill.Windmill:
    return wmill.Windmill(base_url=runner.url, token=TOKEN, workspace="demo")


def test_the_client_runs_flows_and_scripts(client: wmill.Windmill) -> None:
    assert client.run_script_by_path("f/t/echo", {"a": 1}) == {"a": 1}
    job_id = client.run_flow_async("f/t/flow", {"x": 3})
    assert client.wait_job(job_id) == {"x": 3}
    assert client.get_result(job_id) == {"x": 3}
    assert client.get_job_status(job_id) == "COMPLETED"
    with pytest.raises(Exception, match="boom"):
        client.run_script_by_path("f/t/boom")
    later = client.run_flow_async("f/t/flow", {"x": 3}, scheduled_in_secs=60)
    assert client.get_job_status(later) == "WAITING"
    assert client.cancel_job(later) == later


def test_the_client_reads_and_writes_variables_and_resources(client: wmill.Windmill) -> None:
    client.set_variable("f/t/key", "first", is_secret=True)
    client.set_variable("f/t/key", "value")
    assert client.get_variable("f/t/key") == "value"
    client.set_resource(
        {"password": "$var:f/t/key", "inner": {"again": "$var:f/t/key"}}, "f/t/db", "postgresql"
    )
    assert client.get_resource("f/t/db") == {"password": "value", "inner": {"again": "value"}}
    assert client.get_resource("f/t/db", interpolated=False)["password"] == "$var:f/t/key"
    assert client.get_resource("f/t/none", none_if_undefined=True) is None
    client.set_resource({"nested": "$res:f/t/db"}, "f/t/outer", "any")
    assert client.get_resource("f/t/outer")["nested"]["password"] == "value"
    assert [r["path"] for r in client.list_resources("postgresql")] == ["f/t/db"]
    assert client.whoami()["email"] == "admin@windmill.dev" and "CE v1" in client.version
    listed = client.get("/w/demo/variables/list")
    assert listed.json()[0]["is_secret"] and "value" not in listed.text.replace('"value":null', "")


def test_variables_types_and_folders_exist_once(runner: Client) -> None:
    http = runner.http
    new = {"path": "f/t/once", "value": "1", "is_secret": False, "description": ""}
    assert [http.post("variables/create", json=new).status_code for _ in range(2)] == [201, 400]
    assert http.get("variables/exists/f/t/once").json() is True
    assert http.delete("variables/delete/f/t/once").status_code == 200
    assert http.get("variables/exists/f/t/once").json() is False
    assert http.get("variables/get_value/f/t/once").status_code == 404
    kind = {"name": "c_llm", "schema": {"type": "object"}, "description": ""}
    assert [http.post("resources/type/create", json=kind).status_code for _ in range(2)] == [201, 400]
    assert http.get("resources/type/exists/c_llm").json() is True
    assert [t["name"] for t in http.get("resources/type/list").json()] == ["c_llm"]
    assert [http.post("folders/create", json={"name": "chatbot"}).status_code for _ in range(2)] == [200, 400]
    assert http.get("folders/get/chatbot").json()["name"] == "chatbot"
    assert httpx.get(f"{runner.url}/api/version", headers=http.headers).status_code == 200


def test_progress_is_shown_in_the_job(client: wmill.Windmill, runner: Client) -> None:
    job_id = runner.start("f", "f/t/flow", scheduled_in_secs=60)
    runner.http.post(f"job_metrics/set_progress/{job_id}", json={"percent": 250, "flow_job_id": job_id})
    assert runner.http.get(f"job_metrics/get_progress/{job_id}").json() == 99
    assert runner.job(job_id)["flow_status"]["modules"][0]["progress"] == 99


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
    assert runner.http.post("jobs/run_wait_result/f/f/t/flow").json() == {"x": None}
    failed = runner.http.post("jobs/run_wait_result/p/f/t/boom", json={})
    assert failed.status_code == 500 and failed.json()["error"]["message"] == "boom"


def test_lists_filter(runner: Client) -> None:
    job_id = runner.run("p", "f/t/echo", {"mark": "unique"})["id"]
    runner.run("p", "f/t/boom")

    def listed(**query: str) -> list[str]:
        return [job["id"] for job in runner.http.get("jobs/list", params=query).json()]

    assert listed(script_path_exact="f/t/echo")[0] == job_id
    assert job_id not in listed(success="false") and job_id in listed(success="true", per_page="1000")
    assert listed(running="true") == []
    assert listed(args=base64.b64encode(json.dumps({"mark": "unique"}).encode()).decode()) == [job_id]
    assert listed(result='{"mark": "unique"}') == [job_id]
    first = runner.http.get("jobs/list").json()[0]
    assert "result" not in first and "logs" not in first and first["args"] is None


def test_deleting_blanks_that_job_only(runner: Client) -> None:
    job = runner.run("f", "f/t/flow", {"x": 5})
    blank = runner.http.post(f"jobs/completed/delete/{job['id']}").json()
    assert (blank["args"], blank["result"], blank["logs"], blank["deleted"]) == (None, None, "", True)
    assert runner.steps(job["id"])[0]["result"] == {"x": 5}
    rerun = {"job_ids": [job["id"]], "script_options_by_path": {}, "flow_options_by_path": {}}
    assert runner.http.post("jobs/run/batch_rerun_jobs", json=rerun).text.startswith("Error: ")


def test_runs_are_repeated_on_new_ids_with_changed_inputs(runner: Client) -> None:
    ids = [runner.run("f", "f/t/flow", {"x": n})["id"] for n in (1, 2)]
    change = {
        "x": {"type": "javascript", "expr": "job.input.x * 10"},
        "other": {"type": "static", "value": 1},
    }
    body = {
        "job_ids": ids,
        "script_options_by_path": {},
        "flow_options_by_path": {"f/t/flow": {"input_transforms": change}},
    }
    answer = runner.http.post("jobs/run/batch_rerun_jobs", json=body)
    assert answer.status_code == 201
    fresh = answer.text.split()
    assert len(fresh) == 2 and not set(fresh) & set(ids)
    assert [runner.done(job_id)["args"] for job_id in fresh] == [{"x": 10}, {"x": 20}]


def test_who_may_what(runner: Client) -> None:
    assert httpx.get(f"{runner.url}/api/w/demo/jobs/list").status_code == 401
    assert runner.as_token("wrong").get("jobs/list").status_code == 401
    assert runner.http.get(f"{runner.url}/api/w/other/jobs/list").status_code == 404
    new = {"label": "ingress", "scopes": ["jobs:run:flows:f/t/*"]}
    answer = httpx.post(f"{runner.url}/api/users/tokens/create", json=new, headers=runner.http.headers)
    assert answer.status_code == 201
    scoped = runner.as_token(answer.text)
    assert scoped.post("jobs/run/f/f/t/flow", json={}).status_code == 201
    assert scoped.post("jobs/run/p/f/t/echo", json={}).status_code == 403
    assert scoped.get("variables/get_value/f/t/key").status_code == 403
    wider = scoped.post(f"{runner.url}/api/users/tokens/create", json={"scopes": ["variables:read"]})
    assert wider.status_code == 403


def test_apps_tell_scripts_who_is_logged_in(runner: Client) -> None:
    answer = httpx.post(
        f"{runner.url}/api/users/tokens/impersonate",
        json={"impersonate_email": "mia@shop.example", "label": "mia"},
        headers=runner.http.headers,
    )
    mia = runner.as_token(answer.text)
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
    assert mia.post("jobs/run/p/f/t/who", json={}).status_code == 401
    assert mia.get("variables/get_value/f/t/key").status_code == 401
    assert mia.get("users/whoami").json()["is_admin"] is False


def test_schedules_are_listed_and_switched(runner: Client) -> None:
    file = runner.bundle / "f" / "t" / "tick.schedule.yaml"
    data = {
        "schedule": "0 0 3 * * *",
        "enabled": True,
        "script_path": "f/t/echo",
        "is_flow": False,
        "args": {},
    }
    file.write_text(yaml.safe_dump(data))
    listed = runner.http.get("schedules/list").json()
    assert [(s["path"], s["enabled"]) for s in listed] == [("f/t/tick", True)]
    assert runner.http.post("schedules/setenabled/f/t/tick", json={"enabled": False}).status_code == 200
    assert runner.http.get("schedules/get/f/t/tick").json()["enabled"] is False
    assert runner.http.post("schedules/setenabled/f/t/none", json={"enabled": False}).status_code == 404


def test_a_job_for_later_starts_when_it_is_due(runner: Client) -> None:
    job_id = runner.start("p", "f/t/echo", {"a": 1}, scheduled_in_secs=1)
    assert runner.job(job_id)["type"] == "QueuedJob"
    job = runner.done(job_id)
    assert job["started_at"] >= job["scheduled_for"]
    wait_until(lambda: runner.http.get(f"jobs_u/completed/get_result_maybe/{job_id}").json()["completed"])
