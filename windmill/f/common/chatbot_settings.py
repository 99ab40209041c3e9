"""A chatbot's settings: the one place that says which there are, what each may be, its default, who may change it, and what it is for.

The agent reads them from here, the portal and windmill/deploy/tenants.py check them by it, and `windmill/deploy/settings_form.py` writes the
portal's form data from it. A new setting has a column in the table chatbots, a line here, and its words in each language of the portal.
Drafts and versions (sql/functions/versions.sql) then have it, too.

A dataclass with metadata and no pydantic model: the agent reads rows that PostgreSQL has checked, and the import of pydantic would cost each
step of a cold worker 50 to 80 ms more.
"""

# ruff: noqa: RUF009 - setting() makes a dataclass field
from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from f.common.setting_kinds import (
    Address,
    Choice,
    Dates,
    Email,
    Kind,
    Languages,
    Models,
    Name,
    Number,
    OptionalNumber,
    OptionalText,
    OutsideHours,
    PeopleToTell,
    Phone,
    SettingError,
    Switch,
    Template,
    Text,
    TimeZone,
    Week,
    WordList,
    WordLists,
    Words,
    WordsBySituation,
)
from f.common.setting_rows import CARDS, FORMS, LINKS, PRODUCTS
from f.common.tool_choice import ToolChoice

if TYPE_CHECKING:
    from f.common.database import TenantDatabase
    from f.common.shapes import Chatbot

TENANT, OPERATOR = (
    "tenant",
    "operator",
)  # who may change a setting: the tenant's editors in the portal, or the operator only
IN_SQL = None  # the default is words in several languages, which stand with the column
SITUATIONS = frozenset(
    [
        "not_understood",
        "cannot_see",
        "cannot_hear",
        "cannot_watch",
        "cannot_open",
        "too_large",
        "welcome_back",
        "approval_asked",
        "approval_agreed",
        "approval_done",
        "approval_failed",
        "approval_unsure",
        "approval_declined",
        "approval_expired",
        "not_sure",
        "rating_question",
        "rating_thanks",
        "rating_good",
        "rating_fair",
        "rating_bad",
    ]
)
ON_BUTTONS = frozenset(["rating_good", "rating_fair", "rating_bad"])


def setting(
    kind: Kind, default: Any, help: str, by: str = TENANT, secret: bool = False, at_once: bool = False
) -> Any:
    """A field of ChatbotSettings. `default`: the column's, which a test compares. `secret`: its value may hold a key, so no file has it.
    `at_once`: it is live when it is saved, and is never drafted."""
    about = {"kind": kind, "default": default, "help": help, "by": by, "secret": secret, "at_once": at_once}
    return field(metadata=about)


@dataclass(frozen=True, eq=False, repr=False)
class ChatbotSettings:
    """As they stand in the table chatbots, one column each."""

    name: str = setting(Name(200), "", "the business's name, as its customers know it")
    enabled: bool = setting(Switch(), True, "whether messages are answered", at_once=True)
    persona: str = setting(Text(4000), "", "how the chatbot speaks")
    system_prompt: str = setting(Text(8000), "", "what the model is told beside the platform's rules")
    provider: str | None = setting(OptionalText(20), None, "openai or gemini; none: the platform's", OPERATOR)
    model: str | None = setting(OptionalText(100), None, "the model's name; none: the platform's", OPERATOR)
    fallbacks: list[dict[str, Any]] = setting(
        Models(), [], "models that are asked when the first one fails", OPERATOR
    )
    reasoning_effort: str | None = setting(
        Choice("none", "minimal", "low", "medium", "high", needed=False),
        None,
        "how much a thinking model thinks; none: the vendor's default",
        OPERATOR,
    )
    max_output_tokens: int | None = setting(
        OptionalNumber(100, 100_000), None, "tokens of one answer of the model", OPERATOR
    )
    temperature: float | None = setting(
        OptionalNumber(0, 2, fraction=True), None, "how freely the model words a reply", OPERATOR
    )
    tool_choice_required: bool = setting(
        Switch(), False, "whether the model must call a function in the first round", OPERATOR
    )
    judge: str = setting(
        Choice("off", "doubt", "always"),
        "off",
        "when a second call says whether each claim follows from its quote: off, doubt, or always",
        OPERATOR,
    )
    judge_model: str | None = setting(
        OptionalText(100), None, "the model of that call; none: the chatbot's", OPERATOR
    )
    languages: list[str] = setting(Languages(), ["en"], "language codes; the first is the default")
    dont_know: dict[str, str] = setting(Words(), IN_SQL, "said when there is no answer")
    failure_message: dict[str, str] = setting(Words(), IN_SQL, "said when the platform fails")
    handoff_message: dict[str, str] = setting(Words(), IN_SQL, "said when a human takes over")
    offer_human: dict[str, str] = setting(
        Words(may_be_empty=True), {}, "added to dont_know, to offer a human"
    )
    limit_message: dict[str, str] = setting(Words(), IN_SQL, "said when a limit is reached")
    closed_message: dict[str, str] = setting(Words(), IN_SQL, "said outside opening hours")
    waiting_message: dict[str, str] = setting(
        Words(may_be_empty=True), {}, "said once while many write and an answer waits; none: nothing is said"
    )
    canned_replies: dict[str, dict[str, str]] = setting(
        WordsBySituation(SITUATIONS, ON_BUTTONS),
        {},
        "words in place of the platform's, by situation and language",
    )
    opt_out_words: dict[str, list[str]] = setting(
        WordLists(60), IN_SQL, "a message of such a word opts out, by language"
    )
    opt_in_words: dict[str, list[str]] = setting(
        WordLists(60), IN_SQL, "a message of such a word opts in again, by language"
    )
    show_citations: bool = setting(Switch(), True, "whether a reply names its sources")
    send_documents: bool = setting(
        Switch(), False, "whether customers may be sent files of the knowledge base"
    )
    links: list[dict[str, str]] = setting(LINKS, [], "links that the bot may put on a button")
    source_links: bool = setting(
        Switch(), False, "whether a button may open an address that stands in the sources of a reply, too"
    )
    ask_location: bool = setting(
        Switch(), False, "whether the bot may ask where the customer is, by a button"
    )
    reactions: bool = setting(Switch(), False, "whether the bot may react to a message with an emoji")
    catalog_id: str | None = setting(OptionalText(40), None, "the catalogue at Meta that products come from")
    products: list[dict[str, str]] = setting(PRODUCTS, [], "products of the catalogue that the bot may show")
    forms: list[dict[str, str]] = setting(
        FORMS, [], "WhatsApp Flows that the bot may send, and where their answers go"
    )
    contact_cards: list[dict[str, str]] = setting(CARDS, [], "contact cards that the bot may send")
    voice_answers: str = setting(
        Choice("never", "to_voice"), "never", "when an answer is spoken: never, or to a voice note"
    )
    merge_window_s: float = setting(
        Number(0, 30, fraction=True), 1.5, "seconds to wait for a customer's next message"
    )
    max_rounds: int = setting(Number(1, 20), 6, "rounds of model and tools in a turn")
    max_seconds: int = setting(Number(5, 600), 60, "seconds that the agent may take for a turn")
    max_tokens: int = setting(Number(1000, 1_000_000), 60_000, "tokens of all model calls of a turn")
    history_tokens: int = setting(
        Number(0, 20_000), 2000, "tokens of the conversation that the model is shown"
    )
    max_replies_per_hour: int = setting(Number(1, 1000), 60, "replies to one contact in an hour")
    max_cost_usd: float = setting(
        Number(0.001, 100, fraction=True), 0.5, "US dollars for all model calls of a turn"
    )
    stale_after_s: int = setting(
        Number(60, 604_800), 86_400, "seconds after which a message is no longer answered"
    )
    sends_per_s: float = setting(
        Number(0.1, 1000, fraction=True),
        80.0,
        "messages that Meta takes from the number in a second",
        OPERATOR,
    )
    handoff_hours: float = setting(
        Number(0, 720, fraction=True),
        12.0,
        "hours that the bot pauses after a handoff; 0: until a human resumes it",
    )
    handoff_on_failure: bool = setting(Switch(), False, "whether a human takes over after a failure")
    handoff_keywords: list[str] = setting(WordList(60), [], "a message with such a word goes to a human")
    lead_fields: list[str] = setting(WordList(40), [], "details to collect, such as name or email")
    tools: dict[str, Any] | None = setting(
        ToolChoice(),
        None,
        "the business's tools that the bot offers, each with when a person must agree; none: all, by their own rules",
    )
    ask_rating: str = setting(
        Choice("off", "three", "five"),
        "off",
        "how a customer is asked for a rating when a person has solved the conversation: off, three buttons, or five stars",
    )
    notify_webhook_url: str | None = setting(
        Address(1000), None, "address that is told of handoffs and limits; it may hold a secret", secret=True
    )
    notify_phone: str | None = setting(
        Phone(30), None, "a staff member's WhatsApp number that is told of handoffs"
    )
    notify_template: dict[str, Any] | None = setting(
        Template(), None, "template for that message, outside Meta's 24 hours"
    )
    notify_email: str | None = setting(
        Email(), None, "an e-mail address that is told of handoffs, where the operator has a mail server"
    )
    handoff_again_min: int = setting(
        Number(0, 1440),
        10,
        "minutes until people are told of a handoff again that nobody has answered; 0: never",
    )
    handoff_next: list[str] = setting(
        PeopleToTell(), [], "phones and e-mail addresses that are told after that, one after the other"
    )
    approval_hours: float = setting(
        Number(0.05, 168, fraction=True),
        4.0,
        "hours that a tool's call waits for a colleague's yes, where it needs one",
    )
    window_template: dict[str, Any] | None = setting(
        Template(), None, "template that is sent when the 24 hours are over"
    )
    time_zone: str = setting(TimeZone(), "UTC", "the business's time zone, such as Europe/Madrid")
    opening_hours: dict[str, list[list[str]]] = setting(Week(), {}, "spans by day; none: always open")
    closed_on: list[str] = setting(Dates(), [], "days on which the business is closed")
    outside_hours: str = setting(
        OutsideHours(), "answer", "what the bot does outside opening hours: answer, or close"
    )

    def in_context(self) -> Chatbot:
        """The settings that load_context hands to the other steps."""
        return {
            "languages": self.languages,
            "dont_know": self.dont_know,
            "show_citations": self.show_citations,
        }


class Surroundings(NamedTuple):
    """What holds around a chatbot's settings at one moment."""

    local_time: str  # 'Tuesday, 2026-11-24, 16:05', by the business's clock
    is_open: bool
    next_closed_days: list[str]
    llm_api_key: bytes | None  # the tenant's own key at its model's vendor, sealed
    usage: dict[str, Any]  # of the month: tenant_usage()
    version: int | None = None  # which of the chatbot's versions is live


SURROUNDINGS = (
    "to_char(moment.at at time zone b.time_zone, 'FMDay, YYYY-MM-DD, HH24:MI') as local_time,"
    " is_open(b.opening_hours, b.time_zone, b.closed_on, moment.at) as is_open, array(select day::text from unnest(b.closed_on) day"
    " where day >= (moment.at at time zone b.time_zone)::date order by day limit 20) as next_closed_days,"
    " t.llm_api_key, tenant_usage() as usage,"
    " live_version(b.phone_number_id) as version"
)
# Columns whose type Python's JSON or arithmetic does not take as it is.
CASTS = {"max_cost_usd": "::float8", "closed_on": "::text[]"}


@cache
def definitions() -> dict[str, Field[Any]]:
    """The settings' fields, by name; `metadata` has kind, default, help, by and secret."""
    return {definition.name: definition for definition in fields(ChatbotSettings)}


def names_for(by: str) -> tuple[str, ...]:
    """The settings that this one may change; an operator may change all."""
    return tuple(name for name, d in definitions().items() if by in (d.metadata["by"], OPERATOR))


def columns(names: tuple[str, ...], table: str = "") -> str:
    """A SELECT list of these settings. `table`: an alias, with its dot."""
    return ", ".join(f"{table}{name}{CASTS.get(name, '')} as {name}" for name in names)


DRAFT = "draft"
LIVE = "chatbots b"
OF_A_VERSION = "chatbots live cross join lateral version_of(live, %s) b"


def read_settings(
    db: TenantDatabase, phone_number_id: str, version: str = "", as_of: str | None = None
) -> tuple[ChatbotSettings, Surroundings]:
    """All settings of a chatbot and what holds around them. Raises LookupError where the chatbot is gone.

    `version`: '' for what is live, 'draft', or the number of a version. `as_of`: by which clock the business is open; None: now.
    """
    row = db.row(
        f"select {columns(tuple(definitions()), 'b.')}, {SURROUNDINGS} from {OF_A_VERSION if version else LIVE}"
        " join tenants t on t.id = b.tenant_id cross join (select coalesce(%s::timestamptz, now()) as at) moment"
        " where b.phone_number_id = %s",
        *([version] if version else []),
        as_of,
        phone_number_id,
    )
    if row is None:
        raise LookupError("the chatbot is gone")
    around = Surroundings(**{name: row.pop(name) for name in Surroundings._fields})
    return ChatbotSettings(**row), around


def checked(given: dict[str, Any], by: str) -> dict[str, Any]:
    """The given settings as parameters of an UPDATE. Raises SettingError: unknown, not this one's to change, or of another kind."""
    return {name: _kind(name, by).stored(name, value) for name, value in given.items()}


def checked_values(given: dict[str, Any], by: str) -> dict[str, Any]:
    """The given settings as a draft holds them. Raises as `checked` does."""
    return {name: _kind(name, by).check(name, value) for name, value in given.items()}


def fitting(given: dict[str, Any], by: str) -> tuple[dict[str, Any], list[SettingError]]:
    """The values that still fit the definition, and what is wrong with each of the others: of a draft or a version that is older than it."""
    fit: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        try:
            fit |= checked_values({name: value}, by)
        except SettingError as problem:
            problems.append(problem)
    return fit, problems


def at_once() -> tuple[str, ...]:
    """The settings that are live as soon as they are saved."""
    return tuple(name for name, definition in definitions().items() if definition.metadata["at_once"])


def _kind(name: str, by: str) -> Kind:
    if name not in names_for(by):
        raise SettingError("setting_unknown", field=name)
    kind: Kind = definitions()[name].metadata["kind"]
    return kind
