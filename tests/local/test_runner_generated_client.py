"""The local runner's answers, read by the client that is generated from Windmill's own description of its API.

That client refuses what the description doesn't allow: a missing field, another type, another name.
"""

from __future__ import annotations

import importlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from windmill_api import AuthenticatedClient

from local.runner.api.app import api_routes
from tests.local.runner_support import TOKEN, Client, flow, running, script, step

ECHO = "f/t/echo"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Iterator[Client]:
    bundle = tmp_path_factory.mktemp("bundle")
    script(bundle, ECHO, "def main(**given):\n    return given\n")
    flow(bundle, "f/t/flow", step("a", ECHO, {"x": "=flow_input.x"}))
    schedule = {
        "schedule": "0 0 3 * * *",
        "timezone": "UTC",
        "enabled": False,
        "script_path": ECHO,
        "is_flow": False,
        "args": {},
    }
    (bundle / "f" / "t" / "echo.schedule.yaml").write_text(yaml.safe_dump(schedule))
    backend = bundle / "f" / "portal" / "docs__raw_app" / "backend"
    backend.mkdir(parents=True)
    (backend / "echo.yaml").write_text(yaml.safe_dump({"type": "script", "path": ECHO}))
    with running(bundle, new_database(), "--no-schedules") as client:
        yield client


NULLS = (
    "preprocessor_module",
    "args",
)  # Windmill sends them, like the runner, although its description doesn't allow it


class WithoutNulls(httpx.HTTPTransport):
    """Takes those nulls out of answers."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        content = response.read()
        if response.headers.get("content-type") == "application/json":
            content = json.dumps(json.loads(content, object_hook=without_nulls)).encode()
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx.Response(response.status_code, headers=headers, content=content)


def without_nulls(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None or name not in NULLS}


class Api:
    """Calls functions of the generated client by their names, and remembers which endpoints they asked."""

    def __init__(self, url: str) -> None:
        self.client = AuthenticatedClient(
            f"{url}/api", TOKEN, timeout=httpx.Timeout(60), httpx_args={"transport": WithoutNulls()}
        )
        self.asked: set[tuple[str, str]] = set()

    def __call__(self, name: str, /, **given: Any) -> Any:
        """The parsed answer, else its text; fails when it isn't a success."""
        module = importlib.import_module(f"windmill_api.api.{name}")
        body = given.pop("json", None)
        if body is not None:
            model = module.sync_detailed.__annotations__["json_body"]
            given["json_body"] = getattr(module, model, model) if isinstance(model, str) else model
            given["json_body"] = given["json_body"].from_dict(body)
        if "workspace" in module.sync_detailed.__annotations__:
            given["workspace"] = "demo"
        sent = module._get_kwargs(**given)
        self.asked.add((sent["method"].upper(), sent["url"]))
        answer = module.sync_detailed(client=self.client, **given)
        assert answer.status_code < 300, f"{name}: {answer.status_code} {answer.content!r}"
        return answer.parsed if answer.parsed is not None else answer.content.decode().strip().strip(chr(34))

    def missed(self) -> list[str]:
        """Endpoints of the runner that nobody has asked."""
        return [
            f"{method} {route.path}"
            for route in api_routes()
            for method in (route.methods or set()) - {"HEAD"}
            if not any(
                method == asked and re.fullmatch(pattern(route.path), f"/api{url}")
                for asked, url in self.asked
            )
        ]


def pattern(path: str) -> str:
    """A route's path as a regular expression."""
    parts = re.split(r"(\{[^}]*\})", path)
    return "".join(
        (".+" if ":path" in part else "[^/]+") if part[:1] == "{" else re.escape(part) for part in parts
    )


def finished(api: Api, job_id: str) -> Any:
    """The result's answer of a job, once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = api("job.get_completed_job_result_maybe", id=job_id)
        if answer.completed:
            return answer
    raise AssertionError(f"job {job_id} did not end")


def run_jobs(api: Api) -> None:
    assert api("job.run_wait_result_script_by_path", path=ECHO, json={"a": 1})
    of_script = api("job.run_script_by_path", path=ECHO, json={"a": 1})
    wished = str(uuid4())
    assert api("job.run_flow_by_path", path="f/t/flow", json={"x": 2}, job_id=wished) == wished
    for job_id in (of_script, wished):
        assert finished(api, job_id).success
        assert api("job.get_job", id=job_id).id == job_id
        api("job.get_completed_job_result", id=job_id)
    assert {wished, of_script} <= {job.id for job in api("job.list_jobs")}
    later = api("job.run_flow_by_path", path="f/t/flow", json={"x": 2}, scheduled_in_secs=600)
    assert api("job.get_job", id=later).id == later
    api("metrics.set_job_progress", id=later, json={"percent": 40, "flow_job_id": later})
    api("job.cancel_queued_job", id=later, json={"reason": "not needed"})
    assert api("job.delete_completed_job", id=wished).id == wished
    asked = {"component": "echo", "path": f"script/{ECHO}", "args": {"a": 1}}
    assert finished(api, api("app.execute_component", path="f/portal/docs", json=asked)).success


def keep_values(api: Api) -> None:
    new = {"path": "f/t/key", "value": "1", "is_secret": False, "description": "a key"}
    api("variable.create_variable", json=new)
    api("variable.update_variable", path="f/t/key", json={"value": "2"})
    assert api("variable.exists_variable", path="f/t/key") is True
    assert api("variable.get_variable_value", path="f/t/key") == "2"
    kind = {"name": "c_llm", "workspace_id": "demo", "schema": {"type": "object"}, "description": ""}
    api("resource.create_resource_type", json=kind)
    assert api("resource.exists_resource_type", path="c_llm") is True
    new = {"path": "f/t/llm", "value": {"key": "$var:f/t/key"}, "resource_type": "c_llm", "description": ""}
    api("resource.create_resource", json=new)
    api("resource.update_resource", path="f/t/llm", json={"value": {"key": "none"}})
    assert api("resource.exists_resource", path="f/t/llm") is True
    assert api("resource.get_resource_value", path="f/t/llm")


def look_around(api: Api) -> None:
    assert api("settings.backend_version").startswith("CE v1")
    wanted = {"label": "staff", "impersonate_email": "mia@shop.example"}
    assert api("user.create_token_impersonate", json=wanted)
    own = api("user.create_token", json={"label": "mine", "scopes": ["jobs:run:flows:f/t/flow"]})
    assert api("user.delete_token", token_prefix=own[:10])
    assert api("user.whoami").is_admin is True
    api("folder.create_folder", json={"name": "chatbot"})
    assert api("folder.exists_folder", name="chatbot") is True
    assert api("schedule.get_schedule", path=ECHO).script_path == ECHO
    assert api("worker.exists_workers_with_tags", tags="chat,gpu").to_dict() == {"chat": True, "gpu": False}
    assert {"chat", "portal"} <= {worker.worker_group for worker in api("worker.list_workers")}
    assert api("worker.get_counts_of_jobs_waiting_per_tag").to_dict() == {}


def read_definitions(api: Api) -> None:
    assert [found.path for found in api("script.list_scripts", path_start="f/t/")] == [ECHO]
    assert api("script.get_script_by_path", path=ECHO).schema.to_dict() == {
        "type": "object",
        "properties": {},
    }
    assert [found["path"] for found in api("flow.list_flows", path_start="f/t/")] == ["f/t/flow"]
    assert api("flow.get_flow_by_path", path="f/t/flow").summary == "f/t/flow"


def test_every_endpoint_answers_as_windmill_describes_it(runner: Client) -> None:
    api = Api(runner.url)
    run_jobs(api)
    keep_values(api)
    look_around(api)
    read_definitions(api)
    assert api.missed() == []
