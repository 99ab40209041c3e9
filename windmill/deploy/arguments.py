"""What the arguments of the bundle's scripts are: one table, because Windmill's generated forms are a user interface."""

from __future__ import annotations

from typing import Any, NamedTuple


class Argument(NamedTuple):
    """One argument, as its form shows it."""

    schema: dict[str, Any]
    description: str
    default: Any = None


def _resource(kind: str, description: str, path: str) -> Argument:
    return Argument({"type": "object", "format": f"resource-{kind}"}, description, f"$res:{path}")


TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
FLAG: dict[str, Any] = {"type": "boolean"}
OBJECT: dict[str, Any] = {"type": "object"}

ARGUMENTS = {
    "db": _resource("postgresql", "The chatbot database (role chatbot_app)", "f/chatbot/database"),
    "llm": _resource(
        *("c_llm", "The platform's language model; a chatbot may name another provider and model"),
        "f/chatbot/llm",
    ),
    "embeddings": _resource("c_embeddings", "Where vectors come from", "f/chatbot/embeddings"),
    "whatsapp": _resource("c_whatsapp", "Meta's Graph API: URL and version", "f/chatbot/whatsapp"),
    "meta_app": _resource("c_meta_app", "The platform's app at Meta, for its dialog", "f/chatbot/meta_app"),
    "settings": _resource(
        "c_settings", "The operator's settings: alerts, hosts that tenants may reach", "f/chatbot/settings"
    ),
    "master_key": Argument(
        *(TEXT, "Opens the tenants' stored keys: always the variable, never typed in"),
        "$var:f/chatbot/master_key",
    ),
    "job_id_key": Argument(
        *(TEXT, "Key of the hash that job ids are made with: always the variable, never typed in"),
        "$var:f/chatbot/job_id_key",
    ),
    "context": Argument(OBJECT, "The result of load_context"),
    "agent_result": Argument(OBJECT, "The result of agent_loop"),
    "delivery": Argument(OBJECT, "The result of send_reply"),
    "error": Argument(OBJECT, "Windmill's error of the step that failed: name, message, step_id"),
    "entry": Argument(
        {"type": "array", "items": {"type": "object"}},
        "The `entry` of Meta's envelope, with exactly one message",
    ),
    "object": Argument(TEXT, "Meta's name for the kind of account"),
    "mode": Argument(
        {"type": "string", "enum": ["live", "dry_run"]},
        "live answers the customer; dry_run shows what the bot would answer, sends nothing and writes nothing",
    ),
    "version": Argument(
        TEXT, "In a dry run, whose settings count: draft, or the number of a version; empty: what is live"
    ),
    "history": Argument(
        TEXT,
        "In a dry run, what was said before, as JSON: a list of {role, text}; empty: what the conversation holds",
    ),
    "replay": Argument(TEXT, "In a dry run, the id of the past turn that is taken again; empty: none"),
    "words": Argument(TEXT, "A message id, a phone number, a user id, or the id of a run or contact"),
    "contact_id": Argument(TEXT, "The contact's id, as find_run shows it"),
    "document_id": Argument(TEXT, "The document's id, from the table documents"),
    "tenant_id": Argument(TEXT, "The tenant's id"),
    "run": Argument(TEXT, "The run's id, from the table case_runs"),
    "passes": Argument(WHOLE, "How many slices the run has had"),
    "source_id": Argument(TEXT, "The id of a source of web pages, from the table knowledge_sources"),
    "embedding_model": Argument(TEXT, "The model's name in the table embedding_models"),
    "send_id": Argument(TEXT, "The part's send_id, as the outbox and the conversation log show it"),
    "request": Argument(TEXT, "What the portal's page asks: one JSON text, see f/common/portal_request"),
    "pad": Argument(
        TEXT, "What the door has put under the code that this job sends: worth nothing elsewhere"
    ),
    "language": Argument(TEXT, "The language of whoever waits for it: en or es"),
    "title": Argument(TEXT, "The name that citations show; without one the file name is used"),
}

# Where an argument means something else than elsewhere: (script, argument) -> description.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("f/cases/replay_slice", "run"): "The replay's id, from the table replays",
}
