"""Scripts of Windmill as tests use them: a runner of its own with scripts that do what a test says, registered with the shop."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import yaml

from local.ports import free_port
from local.processes import Processes

if TYPE_CHECKING:
    import pytest

    from tests.agent.conftest import Bench

TOKEN = "runner-token-for-tests"
FOLDER = "f/tenant_tools"
# What odd_mcp_server does, as a script: `told` is the same description of a tool. It counts a job once, however often it is run.
SOURCE = """
import json, os, time
from pathlib import Path

told = json.loads({told!r})


def main({parameters}):
    given = {{k: v for k, v in locals().items() if v is not None}}
    if told.get("counts"):
        file, job = Path(told["counts"]), os.environ["WM_JOB_ID"]
        before = file.read_text() if file.exists() else ""
        if job not in before:
            file.write_text(f"{{before}}{{job}} {{json.dumps(given)}}\\n")
    time.sleep(told.get("sleeps", 0))
    if told.get("cuts"):
        import psycopg
        with psycopg.connect(told["cuts"], autocommit=True) as conn:
            conn.execute(told["cut"])
    if told.get("says_error"):
        raise ValueError(told["says_error"])
    if told.get("throws"):
        raise RuntimeError(told["throws"])
    if told.get("dies"):
        os.kill(os.getpid(), 9)
    if "result" in told:
        return told["result"]
    if told.get("echo"):
        return given
    return "x" * told["bytes"] if told.get("bytes") else told["answer"]
"""

# get_order of the demo's order system, as a script of the shop's.
GET_ORDER = """
import json, urllib.error, urllib.request
from f.common.failures import contain_errors


@contain_errors
def main(order_id: str, customer_phone: str, system: dict):
    headers = {"Authorization": f"Bearer {system['api_key']}", "X-Customer-Phone": customer_phone}
    request = urllib.request.Request(f"{system['url']}/orders/{order_id}", headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as refused:
        raise ValueError(json.load(refused)["error"]) from None
"""
SAYS_KEY = """
from f.common.failures import contain_errors


@contain_errors
def main(member: str, system: dict):
    print(system["api_key"])
    return f"You have 120 points at {system['api_key']}"
"""


class Windmill:
    """A local runner with a bundle that tests write."""

    def __init__(self, folder: Path, database: str) -> None:
        self.bundle, self._database = folder / "bundle", database
        self._processes = Processes(folder / "logs")
        self.port = free_port()
        (self.bundle / FOLDER).mkdir(parents=True)
        (self.bundle / "f/common").symlink_to(Path(__file__).parents[2] / "windmill/f/common")
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, workers: str = "tools:3 chat:1") -> None:
        secret = {"RUNNER_TOKEN": TOKEN, "RUNNER_DATABASE_URL": self._database}
        place = ("--bundle", str(self.bundle), "--port", str(self.port), "--workers", workers)
        self._processes.start("runner", "local.runner", *place, "--no-schedules", env=secret)
        self._processes.wait_until_answers("runner", f"{self.url}/api/version")

    def kill(self) -> None:
        self._processes.kill("runner")

    def call(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx2.request(method, f"{self.url}/api/w/demo/{path}", json=body, headers=headers, timeout=60)

    def jobs(self, query: str = "") -> list[dict[str, Any]]:
        """Whole, newest first."""
        listed = self.call("GET", f"jobs/list?per_page=1000{query}").json()
        return [self.call("GET", f"jobs_u/get/{job['id']}").json() for job in listed]

    def write(self, path: str, source: str, schema: dict[str, Any] | None = None, **more: Any) -> None:
        """Deploys a script, or a newer version of it."""
        file = self.bundle / f"{path}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        form = {"summary": "A script", "kind": "script", "schema": schema or {}, "tag": "tools", **more}
        file.with_suffix(".script.yaml").write_text(yaml.safe_dump(form))
        file.write_text(source)

    def lists(self, tool: dict[str, Any], folder: str = "shared") -> str:
        """Deploys a script that does what `tool` says; its path."""
        path = f"{FOLDER}/{folder}/{tool['name']}"
        parameters = ", ".join(f"{name}=None" for name in tool["parameters"].get("properties", {}))
        source = SOURCE.format(told=json.dumps(tool), parameters=parameters)
        self.write(path, source, tool["parameters"], summary=tool.get("description", "x"))
        return path

    def system_script(self, name: str, source: str, texts: list[str], system: dict[str, Any]) -> str:
        """Deploys a script with these parameters that are texts, and a `system` that is a resource; its path."""
        properties = {text: {"type": "string"} for text in texts} | {"system": system}
        schema = {"type": "object", "properties": properties, "required": list(properties)}
        self.write(f"{FOLDER}/shared/{name}", source, schema)
        return f"{FOLDER}/shared/{name}"

    def flow(self, name: str, step: str, parameters: dict[str, Any]) -> str:
        """Deploys a flow of one step, which has the flow's input; its path."""
        path = f"{FOLDER}/shared/{name}"
        file = self.bundle / f"{path}__flow" / "flow.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        inputs = {n: {"type": "javascript", "expr": f"flow_input.{n}"} for n in parameters["properties"]}
        module = {"id": "a", "value": {"type": "script", "path": step, "input_transforms": inputs}}
        file.write_text(
            yaml.safe_dump({"summary": "A flow", "value": {"modules": [module]}, "schema": parameters})
        )
        return path

    def resource(self, name: str, **value: str) -> dict[str, Any]:
        """Makes a resource whose `api_key` is a secret variable; a parameter's schema that has it by default."""
        path = f"{FOLDER}/{name}"
        if "api_key" in value:
            secret = {"path": f"{path}_key", "value": value["api_key"], "is_secret": True}
            self.call("POST", "variables/create", secret)
            value = {**value, "api_key": f"$var:{path}_key"}
        made = {"path": path, "value": value, "resource_type": "c_system"}
        if self.call("POST", "resources/create", made).status_code == 400:  # there from another test
            self.call("POST", f"resources/update/{path}", {"value": value})
        return {"type": "object", "format": "resource-c_system", "default": f"$res:{path}"}

    def delete(self, path: str) -> None:
        for file in self.bundle.glob(f"{path}.*"):
            file.unlink()

    def as_job(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """This process is from now on a step of a flow's run, whose id is returned."""
        run = str(uuid.uuid4())
        here = {"WM_TOKEN": TOKEN, "WM_WORKSPACE": "demo", "BASE_INTERNAL_URL": self.url}
        for name, value in {**here, "WM_JOB_ID": str(uuid.uuid4()), "WM_FLOW_JOB_ID": run}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("WM_ROOT_FLOW_JOB_ID", raising=False)
        return run


def register_script(bench: Bench, name: str, path: str, bot: str = "501", **more: Any) -> None:
    """Ticks a script for a tenant, as if Windmill had not been asked for it yet."""
    row = {"name": name, "path": path, "read_only": False, "timeout_s": 20, **more}
    for key in ("parameters", "approval"):
        if key in row:
            row[key] = json.dumps(row[key])
    names = ", ".join(row)
    bench.rows("delete from script_tools where name = %s and tenant_id = %s", name, bench.tenants[bot])
    bench.rows(
        f"insert into script_tools (tenant_id, {names}) values (%s, {', '.join(['%s'] * len(row))})",
        bench.tenants[bot],
        *row.values(),
    )
