"""make deploy against a server that is a dictionary: what it says, and what it asks of the ingress."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from deploy import __main__ as command
from deploy import access, bootstrap, check, compose, message, wmill
from deploy.bootstrap import Server
from deploy.tags import TAGS

SETTINGS = {
    "WINDMILL_URL": "http://127.0.0.1:9",
    "WINDMILL_TOKEN": "a-superadmins-token",
    "WINDMILL_WORKSPACE": "chatmill",
    "CHATBOT_APP_PASSWORD": "password-of-app",
    "MASTER_KEY": "key-of-all-keys",
    "JOB_ID_KEY": "key-of-job-ids-1",
    "LLM_API_KEY": "key-at-the-vendor",
    "EMBEDDINGS_API_KEY": "key-for-vectors",
    "CHATBOT_DB_HOST": "postgres",
    "LLM_MODEL": "a-model",
    "META_APP_SECRET": "metas-secret",
    "INGRESS_URL": "http://127.0.0.1:9",
}
OPTIONAL = {name: "" for name in ("CI", "JOB_RETENTION_DAYS", "INGRESS_WINDMILL_TOKEN", "WINDMILL_BASE_URL")}


class Stored:
    """Variables and resources by path, as Windmill's API gives and takes them."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Any]] = {"variables": {}, "resources": {}}
        self.tags: list[str] | None = None
        self.workers = set(TAGS)  # the tags that somebody takes
        self.group: dict[str, Any] = {}  # the group `default`, once it is changed
        self.locks: dict[str, str] = {}  # of scripts that the server has locked otherwise than the bundle

    def call(
        self, server: Server, method: str, path: str, body: Any = None, ok: Any = None
    ) -> httpx2.Response:
        if path.startswith(("/settings", "/workers", "/configs")):
            return httpx2.Response(200, content=json.dumps(self.server_wide(method, path, body)))
        kind, _, rest = path.partition("/")
        if kind == "scripts":
            script = rest.removeprefix("get/p/")
            lock = (check.WINDMILL / f"{script}.script.lock").read_text()
            return httpx2.Response(200, json={"lock": self.locks.get(script, lock)})
        if kind not in self.values or rest.startswith("type/"):
            return httpx2.Response(200, json=True)  # folders and types are there
        action, _, of = rest.partition("/")
        held = self.values[kind]
        if action == "create":
            held[body["path"]] = body["value"]
        elif action == "update":
            held[of] = body["value"]
        return httpx2.Response(200, json=of in held if action == "exists" else held.get(of))

    def server_wide(self, method: str, path: str, body: Any) -> Any:
        """Settings of the whole server, and its workers."""
        if path.startswith("/workers/exists_workers_with_tags?tags="):
            return {tag: tag in self.workers for tag in path.partition("=")[2].split(",")}
        if path.startswith("/workers/list"):
            return [{"worker_group": "default", "custom_tags": sorted(self.workers)}]
        if path == "/configs/get/worker__default":
            return {"worker_tags": None, "init_bash": "true"}
        if path == "/configs/update/worker__default":
            self.group, self.workers = body, set(body["worker_tags"])
        if path == "/settings/global/custom_tags" and method == "POST":
            self.tags = body["value"]
        return self.tags if "custom_tags" in path else True


class Deployment:
    """`make deploy`, its server, and the test messages that it sent."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
    ) -> None:
        self.stored, self.sent, self.tokens = Stored(), 0, {"let-in"}
        self._monkeypatch, self._capsys, self.env_file = monkeypatch, capsys, folder / ".env"
        monkeypatch.setattr(
            Server, "call", lambda server, *given, **more: self.stored.call(server, *given, **more)
        )
        monkeypatch.setattr(access, "ensure_workspace", lambda server: [])
        monkeypatch.setattr(access, "ensure_ingress", lambda server: [])
        monkeypatch.setattr(access, "token_works", lambda server, token: token in self.tokens)
        monkeypatch.setattr(access, "new_token", lambda server: "let-in")
        self.running, self.renewed = set[str](), list[str]()  # compose's services on this machine
        monkeypatch.setattr(compose, "renew", self._renew)
        monkeypatch.setattr(wmill, "push", lambda server, say: 0)
        monkeypatch.setattr(message, "send", self._send)

    def _renew(self, env_file: Path, services: list[str]) -> list[str]:
        assert self.made_token() == os.environ[command.TOKEN] == "let-in", "compose believes either"
        self.renewed = [name for name in services if name in self.running]
        return self.renewed

    def _send(self, server: Server, settings: Any) -> str:
        self.sent += 1
        return "test message: it went through"

    def run(self, *options: str, **settings: str) -> tuple[int, str]:
        """Exit code and all that was said. What it puts into the environment goes with the run."""
        with self._monkeypatch.context() as environment:
            for variable in bootstrap._read("variables.json"):
                environment.setenv(variable["env"], "")
            for resource in bootstrap._read("resources.json"):
                for value in resource["value"].values():
                    if isinstance(value, dict):
                        environment.setenv(value["env"], "")
            for name, value in {**OPTIONAL, **SETTINGS, **settings}.items():
                environment.setenv(name, value)
            environment.setattr(sys, "argv", ["deploy", "--env-file", str(self.env_file), *options])
            code = command.main()
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def made_token(self) -> str:
        """What the file of secrets holds."""
        (line,) = [x for x in self.env_file.read_text().splitlines() if x.startswith(command.TOKEN)]
        return line.partition("=")[2]


@pytest.fixture
def deployment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Deployment:
    return Deployment(monkeypatch, capsys, tmp_path)


def test_the_first_deployment_sends_no_message_through_an_ingress_without_its_token(
    deployment: Deployment,
) -> None:
    code, said = deployment.run()
    assert (code, deployment.sent) == (0, 0), said
    assert "start anew with the new tokens: ingress" in said
    assert "no test message yet: start the ingress anew, then make deploy again" in said
    code, said = deployment.run(INGRESS_WINDMILL_TOKEN=deployment.made_token())
    assert (code, deployment.sent) == (0, 1), said
    assert "the server was as it should be: nothing was changed" in said and "it went through" in said


def test_where_compose_runs_the_ingress_the_first_deployment_is_the_whole_one(deployment: Deployment) -> None:
    deployment.running = {"ingress", "portal"}
    code, said = deployment.run()
    assert (code, deployment.sent, deployment.renewed) == (0, 1, ["ingress"]), said
    assert "started anew with the new tokens: ingress" in said and "it went through" in said
    deployment.renewed = []
    deployment.run(INGRESS_WINDMILL_TOKEN=deployment.made_token())
    assert (deployment.sent, deployment.renewed) == (2, []), "what has its token goes on undisturbed"


def test_without_the_address_of_the_ingress_that_is_what_is_said(deployment: Deployment) -> None:
    code, said = deployment.run(INGRESS_URL="")
    assert (code, deployment.sent) == (0, 0)
    assert "INGRESS_URL is not set: no test message was sent" in said and "then make deploy again" not in said


def test_no_secret_is_said(deployment: Deployment) -> None:
    said = deployment.run()[1]
    for name in ("WINDMILL_TOKEN", "CHATBOT_APP_PASSWORD", "MASTER_KEY", "JOB_ID_KEY", "LLM_API_KEY"):
        assert SETTINGS[name] not in said


def test_a_setting_that_was_changed_is_named_and_brought_when_asked_for(deployment: Deployment) -> None:
    token = {"INGRESS_WINDMILL_TOKEN": "let-in"}
    assert deployment.run(**token)[0] == 0
    changed = {**token, "LLM_MODEL": "another-model", "LLM_API_KEY": "another-key"}
    code, said = deployment.run(**changed)
    left = "differs from the environment, left alone: f/chatbot/llm_api_key, f/chatbot/llm (ARGS=--update brings it)"
    assert (code, left in said) == (0, True), said
    assert "nothing was changed" not in said and "another-" not in said
    assert deployment.stored.values["resources"]["f/chatbot/llm"]["model"] == "a-model"
    code, said = deployment.run("--update", **changed)
    assert (code, "f/chatbot/llm updated" in said, "differs" in said) == (0, True, False)
    assert deployment.stored.values["resources"]["f/chatbot/llm"]["model"] == "another-model"
    assert deployment.stored.values["variables"]["f/chatbot/llm_api_key"] == "another-key"
    assert "nothing was changed" in deployment.run(**changed)[1]


def test_what_an_operator_added_to_a_resource_is_no_difference_and_stays(deployment: Deployment) -> None:
    token = {"INGRESS_WINDMILL_TOKEN": "let-in"}
    deployment.run(**token)
    settings = deployment.stored.values["resources"]["f/chatbot/settings"]
    settings["crawl_pause_s"] = 5
    assert "nothing was changed" in deployment.run(**token)[1]
    alerts = {**token, "ALERT_WEBHOOK_URL": "https://alerts.example"}
    assert "left alone: f/chatbot/settings (" in deployment.run(**alerts)[1]
    assert deployment.run("--update", **alerts)[0] == 0
    stored = deployment.stored.values["resources"]["f/chatbot/settings"]
    assert (stored["crawl_pause_s"], stored["alert_webhook_url"]) == (5, "https://alerts.example")


def test_a_lock_that_the_workers_image_does_not_have_is_a_warning_with_its_name(
    deployment: Deployment,
) -> None:
    token = {"INGRESS_WINDMILL_TOKEN": "let-in"}
    assert "WARNING" not in deployment.run(**token)[1]
    deployment.stored.locks = {"f/chatbot/persist": "# py: 3.12\npsycopg==3.1.0\nnobody-has-it==1.0"}
    code, said = deployment.run(**token)
    assert code == 0
    (warning,) = [line for line in said.splitlines() if line.startswith("WARNING")]
    assert "psycopg 3.1.0 (the worker has 3." in warning and "in f/chatbot/persist" in warning
    assert "nobody-has-it 1.0 (the worker has none)" in warning


def test_tags_are_added_to_those_that_the_server_has_and_then_left_alone(deployment: Deployment) -> None:
    deployment.stored.tags = ["gpu", "chat"]
    said = deployment.run()[1]
    assert "tags of the workers added: portal, background, recovery, tools" in said
    assert deployment.stored.tags == ["gpu", "chat", "portal", "background", "recovery", "tools"]
    assert "tags of the workers" not in deployment.run()[1]


def test_work_that_no_worker_takes_is_named(deployment: Deployment) -> None:
    """Windmill queues it without a word."""
    assert "no worker takes" not in deployment.run()[1]
    deployment.stored.workers.remove("portal")
    code, said = deployment.run()
    assert code == 0 and "WARNING: no worker takes jobs with the tag `portal`" in said
    assert "docker compose up --detach windmill-worker-portal" in said and "`chat`" not in said


def test_a_server_without_workers_for_tools_goes_on_as_before(deployment: Deployment) -> None:
    """As one is that was set up before there was such a tag."""
    deployment.stored.workers.remove("tools")
    code, said = deployment.run()
    warnings = [line for line in said.splitlines() if line.startswith("WARNING")]
    assert code == 0 and len(warnings) == 1 and "the tag `tools`" in warnings[0]
    assert deployment.stored.group == {}, "nobody's workers are changed"


def test_a_server_whose_workers_know_none_of_our_tags_gets_them(deployment: Deployment) -> None:
    deployment.stored.workers = {"python3", "flow"}
    said = deployment.run()[1]
    assert "the workers of the group `default` take chat, portal, background, recovery, tools, too" in said
    assert deployment.stored.group["init_bash"] == "true", "what else is set for the group stays"
    assert deployment.stored.workers == {"python3", "flow", *TAGS}
    assert "WARNING: no worker" not in said and "of the group" not in deployment.run()[1]


def test_a_group_of_workers_that_is_down_changes_no_other_group(deployment: Deployment) -> None:
    deployment.stored.workers = {"python3", "chat"}
    said = deployment.run()[1]
    assert "WARNING: no worker takes jobs with the tag `portal`" in said
    assert deployment.stored.group == {}
