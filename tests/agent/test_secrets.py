"""A vendor, Meta or an MCP server may quote the key that it was asked with. It travels from there into no result, log, row or notification."""

from __future__ import annotations

import json
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from f.common.redaction import redact
from f.common.secrets import SecretError, seal, unseal
from f.models.embeddings import EmbeddingError, embed
from tests.agent.conftest import MASTER_KEY, PLATFORM_KEY, Bench, notes
from tests.agent.odd import POINTS, Odd, register, register_action
from tests.agent.scripts import SAYS_KEY, Windmill, register_script
from tests.agent.vendors import UNKNOWN, Raw, Vendor, call, gemini_error, openai_error, openai_shape

QUESTION = "How many points do I have?"
ASK = call("get_points", {"member": "M-1"})
CAUGHT = "odd-key-0123456789"
Output = pytest.CaptureFixture[str]


def everything(bench: Bench, result: dict[str, Any], output: Output) -> str:
    """Whatever of a turn anybody may read: its result, its log, its handoff, what was posted to the tenant."""
    rows = bench.rows("select * from handoffs where turn_id = %s", result["turn_id"])
    tools = bench.rows("select discovered from tenant_tools")
    printed = output.readouterr()
    return f"{json.dumps(result)} {rows} {tools} {printed.out} {printed.err} {bench.gemini.asked}"


@pytest.fixture
def told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A failure is a human's turn, and the tenant's webhook is told of it."""
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    bench.settings["allowed_private_hosts"].append(bench.gemini.url.removeprefix("http://"))
    bench.set(handoff_on_failure=True, notify_webhook_url=f"{bench.gemini.url}/hook")
    bench.gemini.says(Raw(body={}))
    return bench


WORDS = f"Received '{PLATFORM_KEY}' {'x' * 200}. Received API Key = {PLATFORM_KEY}, which is not allowed to"
VENDORS: list[Any] = [
    openai_error(403, WORDS),
    openai_error(400, f"'{PLATFORM_KEY}' may not use function calls: its schema is too large"),
    openai_error(400, f"a zero \0 and {PLATFORM_KEY}"),
    Raw(body={"error": {"message": WORDS}}),
]


@pytest.mark.parametrize("answer", VENDORS, ids=["status", "schemas", "zero", "no-choices"])
def test_a_models_vendor(told: Bench, answer: Any, capsys: Output) -> None:
    told.set(fallbacks=[{"model": "gpt-4o"}])
    result = told.live("Hello", answer)
    seen = everything(told, result, capsys)
    assert result["handed_off"] == "failure" and told.gemini.asked[-1]["event"] == "handoff"
    assert PLATFORM_KEY not in seen and PLATFORM_KEY[:-4] not in seen and "[key]" in result["error"]


def test_gemini(bench: Bench, capsys: Output) -> None:
    key = bench.llm["gemini_api_key"]
    bench.set(provider="gemini", model="gemini-2.5-flash", handoff_on_failure=True)
    bench.gemini.says(gemini_error(400, "INVALID_ARGUMENT", f"The key {key} has no quota"))
    result = bench.live("Hello")
    bench.gemini.asked = []
    assert key not in everything(bench, result, capsys) and "[key]" in result["error"]


@pytest.fixture
def quoting() -> Iterator[Callable[[Callable[[str, Any], Raw]], Vendor]]:
    """Makes a server whose answer is made of the authorization that it was sent, and of what it was asked."""
    made: list[Vendor] = []

    def make(answer: Callable[[str, Any], Raw]) -> Vendor:
        vendor = Vendor(openai_shape)
        vendor.says(lambda body: answer(vendor.headers[-1]["authorization"], body))
        made.append(vendor)
        return vendor

    yield make
    for vendor in made:
        vendor.close()


@pytest.mark.parametrize("key", ["emb-key-0123456789", "emb-key-0123456789\n"], ids=["key", "pasted"])
def test_the_embeddings_endpoint(quoting: Any, key: str) -> None:
    server = quoting(lambda sent, _: Raw(401, {"detail": "x" * 270 + sent}))
    with pytest.raises(EmbeddingError, match="HTTP 401") as refused:
        embed(["a"], {"base_url": server.url, "api_key": key}, "m", 3)
    assert "emb-key" not in str(refused.value)


def test_a_header_that_cannot_be_sent_is_not_told(quoting: Any) -> None:
    server = quoting(lambda sent, _: Raw(401))
    with pytest.raises(EmbeddingError, match="LocalProtocolError") as refused:
        embed(["a"], {"base_url": server.url, "api_key": "emb-key\n0123456789"}, "m", 3, 0)
    assert "emb-key" not in str(refused.value)


def _rpc(sent: str, body: Any) -> Raw:
    return Raw(
        body={"jsonrpc": "2.0", "id": body.get("id"), "error": {"code": -32000, "message": f"who is {sent}"}}
    )


MCP: dict[str, Callable[[str, Any], Raw]] = {
    "error": _rpc,
    "no protocol": lambda sent, _: Raw(body={"oops": f"{sent} is not known"}),
    "status": lambda sent, _: Raw(401, {"detail": sent}),
    "text": lambda sent, _: Raw(body=sent.encode(), headers={"content-type": "text/html"}),
}


@pytest.mark.parametrize("answer", MCP.values(), ids=MCP)
def test_an_mcp_server_that_cannot_be_used(
    told: Bench, odd: Odd, quoting: Any, answer: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """In discovery, and in a call of a tool that it had offered before."""
    told.live("Hello", "Hello! How can I help?")  # it is known
    host = quoting(answer).url
    told.settings["allowed_private_hosts"].append(host.removeprefix("http://"))
    told.rows("update tenant_tools set url = %s, discovered_at = null where name = 'club'", f"{host}/mcp")
    result = told.live(QUESTION, ASK, UNKNOWN)
    assert "club can't be used" in notes(result) and "club can't be used" in result["error"]
    seen = everything(told, result, capfd)
    assert CAUGHT not in seen and "456789" not in seen and CAUGHT not in str(told.openai.asked)


@pytest.mark.parametrize("kind", ["mcp", "http", "script"])
def test_a_tool_that_says_its_key(
    told: Bench, odd: Odd, capsys: Output, kind: str, request: pytest.FixtureRequest
) -> None:
    """The model is not told it either: it could pass it on in other letters."""
    odd.lists({**POINTS, "quotes": True})
    register(told, odd)
    if kind == "http":
        told.rows("delete from tenant_tools where name = 'club'")
        register_action(told, odd, POINTS)
    if kind == "script":
        told.rows("delete from tenant_tools where name = 'club'")
        windmill: Windmill = request.getfixturevalue("windmill")
        system = windmill.resource("club", api_key=CAUGHT)
        path = windmill.system_script("get_points", SAYS_KEY, ["member"], system)
        register_script(told, "get_points", path)
    result = told.live(QUESTION, ASK, call("hand_off", {"reason": "see above"}), "Passed on.")
    assert "120 points" in str(told.openai.asked) or kind != "script"
    if kind == "script":
        assert CAUGHT not in json.dumps(windmill.jobs())
    assert CAUGHT not in everything(told, result, capsys) and CAUGHT not in str(told.openai.asked)


@pytest.mark.parametrize("says", [{"quotes": True}, {"says_error": "who is odd-key-0123456789"}])
def test_an_action_that_says_its_key_in_its_trial(bench: Bench, odd: Odd, says: dict[str, Any]) -> None:
    odd.lists({**POINTS, **says})
    register_action(bench, odd, POINTS, read_only=True)
    result = bench.ask(QUESTION, ASK, UNKNOWN)
    assert CAUGHT not in json.dumps(result) and CAUGHT not in str(bench.openai.asked)


def test_a_key_that_was_pasted_with_a_lines_end(bench: Bench, odd: Odd) -> None:
    register(bench, odd, key=" Bearer odd-key-0123456789\n")
    result = bench.live(QUESTION, ASK, "You have 120 points.")
    assert result["answered"] and not notes(result)


@pytest.mark.parametrize("key", ["Bearer odd-key\n0123456789", "Bearer odd\u201dkey-0123456789"])
def test_a_key_that_no_header_can_hold(bench: Bench, odd: Odd, key: str) -> None:
    register(bench, odd, key=key)
    result = bench.live("Hello", "Hello! How can I help?")
    assert "club is not offered" in notes(result) and "0123456789" not in json.dumps(result)
    with pytest.raises(SecretError, match="enter it again"):
        unseal(MASTER_KEY, "t", "whatsapp_token", seal(MASTER_KEY, "t", "whatsapp_token", key))


def test_a_reply_with_the_key_of_a_server_without_tools(bench: Bench, odd: Odd) -> None:
    """It is a secret whether or not a tool of its server was found."""
    register(bench, odd, "no_such_tool")
    result = bench.live("Hello", f"Hello! The key is {CAUGHT}.")
    assert CAUGHT not in json.dumps(result) and "leak 'a key'" in notes(result)


@pytest.mark.parametrize(
    "spell",
    [
        str,
        repr,
        json.dumps,
        lambda s: s.replace("/", "%2F").replace("'", "%27"),
        lambda s: s.replace("'", "%27"),
        lambda s: s.replace("/", r"\/"),
    ],
)
def test_a_secret_is_found_in_other_spellings(spell: Callable[[str], str]) -> None:
    secret = "ab/c'd\"e\\f-0123456789"
    secret = secret if spell in (str, repr, json.dumps) else "ab/c'd-0123456789"
    assert redact([{"a": f"<{spell(secret)}>"}], [secret]) in (
        [{"a": "<[key]>"}],
        [{"a": "<'[key]'>"}],
        [{"a": '<"[key]">'}],
    )


@pytest.mark.parametrize(
    "said", ["bob:a/b word-0123", "no bob with a/b word-0123", r"a\/b word-0123", "a/b%20word-0123"]
)
@pytest.mark.parametrize("scheme", ["Basic ", ""])
def test_the_password_in_a_header_of_http_basic_is_a_secret(said: str, scheme: str) -> None:
    """Servers quote what they have read out of the header, in their own spelling."""
    header = scheme + b64encode(b"bob:a/b word-0123").decode()
    assert "word" not in redact(f"login failed: {said}", [header])
    assert redact("Basic instructions", ["Basic instructions: no base64"]) == "Basic instructions"
