"""What the steps hand to each other: plain JSON-able dicts, named here once. Imported for type checking only; it costs no step a fetch."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Mode = Literal["live", "dry_run"]


class Utterance(TypedDict):
    """One message of the history. role: the customer is `user`, the chatbot `assistant`."""

    role: Literal["user", "assistant"]
    text: str


class Chatbot(TypedDict):
    """The settings that steps hand to each other; each step reads others by itself (f/agent/turn): some may hold a secret."""

    languages: list[str]
    dont_know: dict[str, str]  # by language code
    show_citations: bool
    failure_message: NotRequired[dict[str, str]]  # this and the next: from find_turn, for the failure handler
    handoff_on_failure: NotRequired[bool]


class Resources(TypedDict, total=False):
    """What the platform's operator has configured, as far as a step is given it. `settings`: of the platform."""

    llm: dict[str, Any]
    embeddings: dict[str, Any]
    settings: dict[str, Any]
    whatsapp: dict[str, Any]
    master_key: str
    job_id_key: str


class Contact(TypedDict):
    """What the model may know of the person; the phone stays in the database."""

    name: str | None
    language: str | None
    lead: dict[str, Any]


class Context(TypedDict, total=False):
    """The result of load_context. With `status` ended it holds only `reason` and ids."""

    status: Literal["opened", "ended"]
    reason: str
    mode: Mode
    tenant_id: str
    contact_id: str
    turn_id: str
    phone_number_id: str
    message_ids: list[str]
    question: str
    history: list[Utterance]
    chatbot: Chatbot
    contact: Contact
    replied: bool  # a reply is in the outbox already; from find_turn
    handed_off: bool  # the turn has handed the conversation to a human; from find_turn
    say: str  # these words are the reply: the model is not asked
    preface: str  # words that come before the reply
    decisions: bool  # a person has decided about a tool's call: f/agent/decisions
    silent: bool  # the call is made, and nothing is said
    by_voice: bool  # the customer's last message is a voice note
    version: str  # whose settings count, in place of those that are live: the number of a version; of a dry run also 'draft'
    as_of: str  # of a replay: when the turn was opened that is taken again; the clock and the opening hours are those of then
    recorded: list[ToolCall]  # of a replay: the trace of that turn
    attachments: list[str]  # messages whose files the model may look at: f/whatsapp/media


class Citation(TypedDict):
    """Where an answer comes from, as the SQL function citation() returns it: document title, and page (from 1) or a web page's address, if any.

    id: of the document; passages: what passage_mark() says of those that were used.
    """

    document: str
    page: NotRequired[int]
    url: NotRequired[str]
    id: NotRequired[str]
    passages: NotRequired[list[str]]


class ToolCall(TypedDict):
    """One tool call of the trace. outcome: what came back, shortened; error: it failed. at: when it began, in seconds since 1970;
    notes have none. ms: milliseconds. asks: nothing was called, a person must agree first. would: nothing was called, because it is a dry run.
    job: the Windmill job that answered."""

    tool: str
    arguments: dict[str, Any]
    outcome: str
    error: bool
    at: NotRequired[float]
    ms: int
    asks: NotRequired[bool]
    would: NotRequired[bool]
    job: NotRequired[str]


class Usage(TypedDict):
    """Tokens and cost of all model calls of a turn, their number, the milliseconds of the whole loop, and each call by itself.

    A call whose model has no price has `cost_usd` null and counts as nothing.
    """

    input_tokens: int
    output_tokens: int
    calls: int
    cost_usd: float
    ms: int
    model_calls: list[dict[str, Any]]


class AgentResult(TypedDict):
    """The result of agent_loop. `handed_off`: who hands the customer to a human when the turn closes: model, keyword, customer, failure."""

    reply: str
    citations: list[Citation]
    answered: bool
    model: str
    trace: list[ToolCall]
    usage: Usage
    error: str | None
    handed_off: str | None
    choices: NotRequired[dict[str, Any] | None]  # what the customer may tap: f/whatsapp/choices
    documents: NotRequired[list[str]]  # documents of the knowledge base that are sent after the reply
    controls: NotRequired[list[dict[str, Any]]]  # what else the reply carries: f/whatsapp/control_kinds
    voice: NotRequired[str | None]  # the file of staff_files that says the reply
    version: NotRequired[str | int | None]  # of the settings: its number, or 'draft' in a dry run
    pairs_version: NotRequired[
        str | int | None
    ]  # likewise of the Q&A pairs that were searched; None: no search


class PartState(TypedDict):
    """The state of one part of the reply after send_reply."""

    part: int
    state: str
    message_id: str | None
    error: str | None


class Delivery(TypedDict):
    """The result of send_reply. In a dry run `parts` is empty and `would_send` holds the texts."""

    parts: list[PartState]
    would_send: list[str]
