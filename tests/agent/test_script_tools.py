"""Scripts and flows of Windmill as tools, on a real runner: who fills what, a job of its own, and what goes wrong."""

from __future__ import annotations

import contextlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from f.common.erasure import blank
from f.tools.checked_arguments import checked
from f.tools.live_tools import ToolError
from f.tools.script_jobs import Definition, Job, call_id, run_job
from f.tools.script_tools import ScriptProblem, script_tool
from tests.agent.conftest import CLINIC, JOB_ID_KEY, SHOP, Bench, notes, tools_called
from tests.agent.scripts import Windmill, register_script
from tests.agent.test_http_actions import fed, offered, person
from tests.agent.vendors import UNKNOWN, call

QUESTION, DONE = "Where is my parcel?", "It is on its way."
LUCIA, JONAS = "34600111222", "4915112345678"


def texts(*names: str, **more: Any) -> dict[str, Any]:
    """A schema as Windmill's forms have it."""
    properties: dict[str, Any] = {
        name: {"type": "string", "description": "", "default": None, "originalType": "string"}
        for name in names
    }
    return {"type": "object", "order": [*names], "properties": properties | more, "required": [*names]}


def put(bench: Bench, windmill: Windmill, signature: dict[str, Any], **more: Any) -> str:
    """The script `find_parcel`, ticked for the shop; its path. `more`: what it does, and columns of the row."""
    columns = {"parameters", "approval", "read_only", "timeout_s"} & more.keys()
    row = {"read_only": True} | {name: more.pop(name) for name in columns}
    path = windmill.lists({"name": "find_parcel", "parameters": signature, "echo": True, **more})
    register_script(bench, "find_parcel", path, **row)
    return path


def ask(bench: Bench, given: dict[str, Any], *then: Any, **more: Any) -> dict[str, Any]:
    return bench.live(QUESTION, call("find_parcel", given), *(then or (UNKNOWN,)), **more)


def heard(bench: Bench) -> dict[str, Any]:
    """What a script that echoes was called with."""
    found: dict[str, Any] = json.loads(fed(bench).removeprefix("<data>\n").removesuffix("\n</data>"))
    return found


# Who fills what.


def test_the_signature_is_what_the_model_sees(bench: Bench, windmill: Windmill) -> None:
    count = {"type": "integer", "default": 3, "description": "How many"}
    put(bench, windmill, texts("parcel", count=count), description="Finds a parcel")
    ask(bench, {"parcel": "P-1", "count": "2"})
    assert offered(bench)["find_parcel"] == {
        "type": "object",
        "properties": {"parcel": {"type": "string"}, "count": {"type": "integer", "description": "How many"}},
        "required": ["parcel"],
    }
    (shown,) = [
        t["function"] for t in bench.openai.asked[0]["tools"] if t["function"]["name"] == "find_parcel"
    ]
    assert shown["description"] == "Finds a parcel"
    assert heard(bench) == {"parcel": "P-1", "count": 2}, "text for a number is a number"


def test_who_the_customer_is_never_comes_from_the_model(bench: Bench, windmill: Windmill) -> None:
    parameters = texts("parcel", "contact_id", "tenant_id", "customer_phone", "who")
    marks = [{"name": "who", "source": "contact", "value": "phone_e164", "required": True}]
    put(bench, windmill, parameters, parameters=marks)
    contact = person(bench, LUCIA)
    forged = {"contact_id": "x", "tenant_id": bench.tenants[CLINIC], "customer_phone": JONAS, "who": JONAS}
    ask(bench, {"parcel": "P-1", **forged}, contact=contact)
    assert list(offered(bench)["find_parcel"]["properties"]) == ["parcel"]
    assert heard(bench) == {
        "parcel": "P-1",
        "contact_id": contact,
        "tenant_id": bench.tenants[SHOP],
        "customer_phone": LUCIA,
        "who": f"+{LUCIA}",
    }


def test_what_is_not_known_of_the_customer_is_asked_for(bench: Bench, windmill: Windmill) -> None:
    marks = [{"name": "email", "source": "contact", "value": "lead:email", "required": True}]
    put(bench, windmill, texts("parcel", "email"), parameters=marks)
    ask(bench, {"parcel": "P-1"}, contact=person(bench, LUCIA))
    assert "the customer's email, which is not known yet: ask for it" in fed(bench)


@pytest.mark.parametrize("text", ["$var:f/tenant_tools/vault_key", "$res:f/tenant_tools/vault", " $var:x"])
def test_no_text_becomes_a_reference(bench: Bench, windmill: Windmill, text: str) -> None:
    """Not the model's, and not what the tenant fixes."""
    vault = windmill.resource("vault", api_key="a-secret-of-the-operator")
    marks = [{"name": "fixed", "source": "fixed", "value": text}]
    put(bench, windmill, texts("parcel", "fixed", vault=vault), parameters=marks)
    result = ask(bench, {"parcel": text, "vault": text})
    assert heard(bench)["parcel"].endswith(text) and heard(bench)["fixed"].endswith(text)
    assert heard(bench)["vault"]["api_key"] == "a-secret-of-the-operator", "what the script itself declares"
    job = windmill.call("GET", f"jobs_u/get/{result['trace'][0]['job']}").json()
    assert job["args"]["vault"] == "$res:f/tenant_tools/vault"


def test_a_resource_that_no_default_names_is_nobodys(bench: Bench, windmill: Windmill) -> None:
    put(
        bench,
        windmill,
        texts("parcel", vault={"type": "object", "format": "resource-c_system", "default": None}),
    )
    result = bench.live(QUESTION, UNKNOWN)
    assert "find_parcel is not offered: its parameter vault is a resource" in notes(result)
    assert "find_parcel" not in offered(bench)


# A job of its own.


def test_a_call_is_a_job_of_its_own_beside_the_turn(
    bench: Bench, windmill: Windmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = windmill.as_job(monkeypatch)
    path = put(bench, windmill, texts("parcel"), read_only=False)
    result = ask(bench, {"parcel": "P-1"}, DONE)
    (made,) = windmill.jobs(f"&parent_job={run}")
    assert (made["script_path"], made["tag"], made["args"]) == (path, "tools", {"parcel": "P-1"})
    assert result["trace"][0]["job"] == made["id"], "the trace leads to it"
    (row,) = bench.rows("select digest from tool_calls where turn_id = %s", result["turn_id"])
    assert made["id"] == call_id(JOB_ID_KEY, row["digest"]) != call_id("another key", row["digest"])


def test_a_job_that_is_there_is_read_and_not_run_again(
    bench: Bench, windmill: Windmill, tmp_path: Path
) -> None:
    """Also of two copies of a step that call at the same moment."""
    file = tmp_path / "calls"
    path = windmill.lists({"name": "count", "parameters": {}, "counts": str(file), "answer": "counted"})
    job = Job(call_id(JOB_ID_KEY, os.urandom(32)), "count", path, False)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: run_job(job, {}, 20), range(4)))
    assert said == ["counted"] * 4 and len(file.read_text().splitlines()) == 1


def test_a_flow(bench: Bench, windmill: Windmill) -> None:
    step = windmill.lists({"name": "find_parcel", "parameters": texts("parcel"), "answer": "It is in Lyon."})
    path = windmill.flow("find_parcel", step, texts("parcel"))
    register_script(bench, "find_parcel", path, is_flow=True, read_only=True)
    result = ask(bench, {"parcel": "P-1"}, "It is in Lyon.")
    assert result["reply"] == "It is in Lyon." and "It is in Lyon." in fed(bench)
    job = windmill.call("GET", f"jobs_u/get/{result['trace'][0]['job']}").json()
    assert job["job_kind"] == "flow" and job["tag"] == "tools"
    steps = windmill.jobs(f"&parent_job={job['id']}")
    assert [step["tag"] for step in steps] == ["tools"], "a flow's tag is its steps', too"


def test_what_a_flow_was_called_with_goes_with_the_run(
    bench: Bench, windmill: Windmill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windmill blanks one job at a call, and a flow's steps are jobs of their own."""
    step = windmill.lists({"name": "find_parcel", "parameters": texts("parcel"), "echo": True})
    path = windmill.flow("find_parcel", step, texts("parcel"))
    register_script(bench, "find_parcel", path, is_flow=True, read_only=True)
    windmill.call("POST", f"jobs/run_wait_result/p/{step}", {"parcel": "none"})
    run = str(windmill.jobs()[0]["id"])
    monkeypatch.setenv("WM_FLOW_JOB_ID", run)
    ask(bench, {"parcel": "a-word-of-the-customer"})
    assert "a-word-of-the-customer" in json.dumps(windmill.jobs())
    assert blank(run) == 3, "the run, the flow, and its step"
    assert "a-word-of-the-customer" not in json.dumps(windmill.jobs())


# Whose scripts.


def test_a_script_of_another_folder_is_not_offered(bench: Bench, windmill: Windmill) -> None:
    path = windmill.lists({"name": "find_parcel", "parameters": texts("parcel"), "answer": "x"}, "clinic")
    register_script(bench, "find_parcel", path)
    result = bench.live(QUESTION, call("find_parcel", {"parcel": "P-1"}), UNKNOWN)
    assert "is not in a folder of this tenant's tools" in notes(result)
    assert result["trace"][0]["error"] and "there is no tool 'find_parcel'" in result["trace"][0]["outcome"]
    bench.rows("update tenants set tool_folder = 'clinic' where id = %s", bench.tenants[SHOP])
    try:
        assert "find_parcel" in tools_called(ask(bench, {"parcel": "P-1"}, UNKNOWN)) and "<data>\nx" in fed(
            bench
        )
    finally:
        bench.rows("update tenants set tool_folder = null where id = %s", bench.tenants[SHOP])


@pytest.mark.parametrize("path", ["f/chatbot/erase_contact", "f/tenant_tools/shared/../../chatbot/persist"])
def test_a_script_outside_of_the_folder_can_not_even_be_a_row(bench: Bench, path: str) -> None:
    with pytest.raises(Exception, match="script_tools_path_check"):
        register_script(bench, "find_parcel", path)


# What goes wrong.


def test_a_script_that_throws(bench: Bench, windmill: Windmill) -> None:
    put(bench, windmill, texts("parcel"), says_error="There is no parcel P-1.")
    ask(bench, {"parcel": "P-1"})
    assert "error: There is no parcel P-1." in fed(bench)
    put(bench, windmill, texts("parcel"), throws="the depot is closed")
    ask(bench, {"parcel": "P-1"})
    assert "error: RuntimeError: the depot is closed" in fed(bench) and "Traceback" not in fed(bench)


@pytest.mark.parametrize("read_only", [True, False])
def test_a_script_that_hangs_is_stopped(bench: Bench, windmill: Windmill, read_only: bool) -> None:
    put(bench, windmill, texts("parcel"), sleeps=60, timeout_s=2, read_only=read_only)
    started = time.monotonic()
    result = ask(bench, {"parcel": "P-1"})
    assert time.monotonic() - started < 15
    assert "find_parcel did not end in time and was stopped" in fed(bench)
    assert ("It is not known whether it was done" in fed(bench)) is not read_only
    job = windmill.call("GET", f"jobs_u/get/{result['trace'][0]['job']}").json()
    assert job["type"] == "CompletedJob" and not job["success"]


RESULTS: dict[str, tuple[Any, str]] = {
    "a file": ({"file": {"content": "aGFsbG8=", "filename": "label.pdf"}}, "(not shown: file label.pdf)"),
    "a stored file": ({"s3": "labels/1.pdf"}, "(not shown: file s3)"),
    "nothing": (None, "<data>\n\n</data>"),
    "a list": ([{"parcel": "P-1"}], '[{"parcel": "P-1"}]'),
    "a key": ("sk-0123456789abcdefghij", "[key]"),
}


@pytest.mark.parametrize(("result", "seen"), RESULTS.values(), ids=RESULTS)
def test_what_the_model_sees_of_a_result(bench: Bench, windmill: Windmill, result: Any, seen: str) -> None:
    put(bench, windmill, texts("parcel"), result=result)
    ask(bench, {"parcel": "P-1"})
    assert seen in fed(bench)


def test_a_huge_result(bench: Bench, windmill: Windmill) -> None:
    put(bench, windmill, texts("parcel"), echo=False, bytes=1_000_000)
    ask(bench, {"parcel": "P-1"})
    assert len(fed(bench)) < 21_000 and fed(bench).endswith("… (cut)\n</data>")
    put(bench, windmill, texts("parcel"), echo=False, bytes=3_000_000, read_only=False)
    ask(bench, {"parcel": "P-1"})
    assert "did not come to its end in Windmill" in fed(bench) and "too large" in fed(bench)
    assert "It is not known whether it was done" in fed(bench)


def test_a_script_that_was_deleted_since_it_was_offered(bench: Bench, windmill: Windmill) -> None:
    path = put(bench, windmill, texts("parcel"), read_only=False)
    bench.live(QUESTION, UNKNOWN)
    windmill.delete(path)
    result = ask(bench, {"parcel": "P-1"})
    assert f"find_parcel was not run: {path} does not exist in Windmill any more" in fed(bench)
    assert bench.rows("select * from tool_calls where turn_id = %s", result["turn_id"]) == [], "not made"
    bench.rows("update script_tools set discovered_at = now() - interval '1 hour'")
    assert f"{path} does not exist in Windmill" in notes(bench.live(QUESTION, UNKNOWN))
    assert bench.rows("select warnings from script_tools")[0]["warnings"][0]["code"] == "script_gone"


def test_parameters_that_changed_since_they_were_offered(bench: Bench, windmill: Windmill) -> None:
    put(bench, windmill, texts("parcel"), read_only=False)
    bench.live(QUESTION, UNKNOWN)
    windmill.lists({"name": "find_parcel", "parameters": texts("number"), "echo": True})
    ask(bench, {"parcel": "P-1"}, call("find_parcel", {"number": "P-1"}), UNKNOWN)
    told, done = [m["content"] for m in bench.openai.asked[-1]["messages"] if m["role"] == "tool"]
    assert "was not run: it has changed" in told and '"number"' in told
    assert '{"number": "P-1"}' in done, "and with these it is run"


def test_a_change_that_the_arguments_fit_is_none(bench: Bench, windmill: Windmill) -> None:
    put(bench, windmill, texts("parcel"))
    bench.live(QUESTION, UNKNOWN)
    windmill.lists(
        {"name": "find_parcel", "parameters": texts("parcel", more={"type": "string"}), "echo": True}
    )
    ask(bench, {"parcel": "P-1"})
    assert heard(bench) == {"parcel": "P-1"}


def test_a_tag_that_no_worker_takes_is_said_in_time(bench: Bench, windmill: Windmill) -> None:
    put(bench, windmill, texts("parcel"), read_only=False)
    windmill.kill()
    windmill.start("chat:1")
    started = time.monotonic()
    try:
        result = ask(bench, {"parcel": "P-1"})
        assert "no worker takes jobs with the tag `tools`: the operator must start one" in fed(bench)
        assert time.monotonic() - started < 10
        assert bench.rows("select * from tool_calls where turn_id = %s", result["turn_id"]) == [], "not made"
        assert "no worker takes jobs" in result["error"]
        job = windmill.call("GET", f"jobs_u/get/{result['trace'][0]['job']}").json()
        assert job["canceled"], "it does not run later, when nobody waits for it"
    finally:
        windmill.kill()
        windmill.start()


@pytest.mark.parametrize("given", [{}, {"parcel": {"a": 1}}])
def test_arguments_that_do_not_fit_start_nothing(bench: Bench, windmill: Windmill, given: Any) -> None:
    put(bench, windmill, texts("parcel"))
    newest = "jobs/list?per_page=1"
    before = windmill.call("GET", newest).json()
    ask(bench, given)
    assert "parcel" in fed(bench) and windmill.call("GET", newest).json() == before


# Without a server.


ROW: dict[str, Any] = {
    **{"name": "t", "path": "f/tenant_tools/shared/t", "is_flow": False, "parameters": []},
    **{"read_only": True, "timeout_s": 5, "approval": None},
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": None, "required": None},
        {"properties": {"a": None, "b": "x"}},
        {"properties": {"a": {"type": "", "enum": None, "pattern": "(a+)+$", "format": ""}}},
        {"properties": {"a": {"type": "dynselect"}}},
        {"properties": {"a": {"type": 1}}, "required": [[], None, "a"]},
        {"properties": {"a": {"type": "object", "properties": []}}},
        {"properties": {"a": {"type": "array", "items": {"type": "x"}}}},
    ],
)
def test_odd_schemas(schema: dict[str, Any]) -> None:
    """Nobody's form is JSON Schema to the last word: the model sees what it can fill, and a call with it can be checked."""
    tool = script_tool(ROW, Definition("Finds", "", schema), {"tenant_id": "1"}, "key")
    shown = tool.schema("t")["parameters"]
    assert shown["type"] == "object" and set(shown["properties"]) <= {"a"}
    assert "pattern" not in json.dumps(shown) and "enum" not in json.dumps(shown)
    Draft202012Validator.check_schema(shown)
    for given in ("x", ["x"], {"x": 1}, 1):
        with contextlib.suppress(ToolError):
            checked("t", {"a": given}, tool.parameters)


def test_a_trial_of_nobody_says_so() -> None:
    tool = script_tool(ROW, Definition("Finds", "", texts("contact_id")), {"tenant_id": "1"}, "key")
    with pytest.raises(ToolError, match="needs a customer, and this trial is of nobody"):
        tool.for_contact({})


def test_a_variable_by_default_is_no_value_of_the_models() -> None:
    schema = texts("parcel", token={"type": "string", "default": "$var:f/tenant_tools/token"})
    tool = script_tool(ROW, Definition("Finds", "", schema), {}, "key")
    assert list(tool.parameters["properties"]) == ["parcel"]
    assert tool.references == {"token": "$var:f/tenant_tools/token"}
    with pytest.raises(ScriptProblem, match="vault is a resource"):
        script_tool(ROW, Definition("", "", texts(vault={"format": "resource-x"})), {}, "key")
