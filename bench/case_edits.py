"""The edits that bench.cases makes to the demo's bots: 40 faults that its cases must stop, 100 harmless ones that they must not.

Written before anything was tried. Every second fault, and every second harmless edit, is held out: nobody looks at it while the judgement is
changed. What the demo's rule-based model can't notice, such as a rude persona, stands in neither list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["settings", "pair", "passage", "document", "rows", "upload"]


@dataclass(frozen=True)
class Edit:
    """`what`: settings by name; a pair (question, answer); a passage's words and what stands there then (None: left out); nothing, for the
    document of the business that is deleted; two SQL statements, there and back; or a title and the text of a new document."""

    tenant: str
    kind: Kind
    what: Any

    @property
    def name(self) -> str:
        return f"{self.tenant}, {self.kind}: {str(self.what)[:80]}"


def _rows(tenant: str, there: str, back: str) -> Edit:
    return Edit(tenant, "rows", (there, back))


def _tools(tenant: str, table: str, there: str, back: str, which: str = "true") -> Edit:
    """Of this business's tools alone: a change of another's, even to what it was, asks for a new run of its cases."""
    of = f"where {which} and tenant_id = (select tenant_id from chatbots where {OF[tenant]})"
    return _rows(tenant, f"update {table} set {there} {of}", f"update {table} set {back} {of}")


LONG = "You are helpful and precise, and you always keep to what the documents say. " * 60
OF = {"shop": "phone_number_id = '106540352242922'", "clinic": "phone_number_id = '106540352242923'"}
MODEL = "update chatbots set provider = {}, model = {} where {}"
FAULTS = [
    # A page that is deleted
    Edit("shop", "document", None),
    Edit("clinic", "document", None),
    # Questions and answers that contradict the document
    Edit("shop", "pair", ("How much does express delivery cost?", "Express delivery costs EUR 19.90.")),
    Edit("shop", "pair", ("How long do I have to return an item?", "You can return an item within 14 days.")),
    Edit("shop", "pair", ("How long is a gift card valid?", "A gift card is valid for 12 months.")),
    Edit("shop", "pair", ("How much is the installation of a ceiling lamp?", "The installation of a ceiling lamp costs EUR 75.")),
    Edit("clinic", "pair", ("How long must I fast before a blood test?", "Fast for 12 hours before a blood test.")),
    Edit("clinic", "pair", ("How much is the flu vaccination?", "The flu vaccination costs EUR 25.")),
    Edit("clinic", "pair", ("How long is parking free for patients?", "Parking is free for patients for 45 minutes.")),
    Edit("clinic", "pair", ("How long does a first visit last?", "A first visit lasts 20 minutes.")),
    # An answer to what the bot should not answer
    Edit("shop", "pair", ("Do you sell electric bicycles?", "Yes, we sell electric bicycles from EUR 900.")),
    Edit("clinic", "pair", ("Do you treat dogs and cats?", "Yes, we treat dogs and cats on Fridays.")),
    # A passage with another figure, or left out
    Edit("shop", "passage", ("Express delivery costs EUR 11.90", "Express delivery costs EUR 21.90")),
    Edit("shop", "passage", ("within 30 days of the day", "within 20 days of the day")),
    Edit("clinic", "passage", ("24 hours before it begins", "48 hours before it begins")),
    Edit("clinic", "passage", ("EUR 18", "EUR 28")),
    Edit("shop", "passage", ("Express delivery costs EUR 11.90", None)),
    Edit("clinic", "passage", ("90 minutes", None)),
    # A tool that is switched off, narrowed, or out of reach
    _tools("shop", "tenant_tools", "enabled = false", "enabled = true"),
    _tools("shop", "tenant_tools", "allowed_tools = '{list_orders}'", "allowed_tools = '{get_order,list_orders}'"),
    _tools("shop", "tenant_tools", "url = replace(url, '/mcp', '/gone')", "url = replace(url, '/gone', '/mcp')"),
    _tools("shop", "http_actions", "enabled = false", "enabled = true"),
    _tools("shop", "http_actions", "url = replace(url, '/stock', '/gone')", "url = replace(url, '/gone', '/stock')"),
    _tools("clinic", "script_tools", "enabled = false", "enabled = true", "name = 'free_appointments'"),
    # Another model
    _rows("shop", MODEL.format("'openai'", "'no-such-model'", OF["shop"]), MODEL.format("null", "null", OF["shop"])),
    _rows("clinic", MODEL.format("'openai'", "'offline-echo'", OF["clinic"]), MODEL.format("null", "null", OF["clinic"])),
    # Settings of the draft
    Edit("shop", "settings", {"handoff_keywords": ["delivery"]}),
    Edit("shop", "settings", {"handoff_keywords": ["gift"]}),
    Edit("clinic", "settings", {"handoff_keywords": ["test"]}),
    Edit("clinic", "settings", {"handoff_keywords": ["parking", "vaccination"]}),
    Edit("shop", "settings", {"send_documents": False}),
    Edit("shop", "settings", {"links": []}),
    Edit("shop", "settings", {"contact_cards": []}),
    Edit("shop", "settings", {"ask_location": False}),
    Edit("shop", "settings", {"max_rounds": 1}),
    Edit("clinic", "settings", {"max_rounds": 1}),
    Edit("shop", "settings", {"max_tokens": 1000}),
    Edit("clinic", "settings", {"max_tokens": 1000}),
    Edit("shop", "settings", {"system_prompt": LONG, "max_tokens": 1100}),
    Edit("clinic", "settings", {"persona": LONG[:3900], "max_tokens": 1000, "max_replies_per_hour": 30}),
]  # fmt: skip

PERSONAS = (
    "You are kind and brief.", "You are polite and formal.", "You speak as a friend does.", "You help gladly and say so.", "You are calm.",
    "You write short sentences.", "You are cheerful.", "You address customers formally.", "You never use exclamation marks.", "You are patient.",
)  # fmt: skip
PROMPTS = (
    "Use the customer's name where you know it.", "Answer in at most three sentences.", "Do not use emoji.", "Offer to help with anything else.",
    "Write amounts as the documents do.", "Mention our newsletter when somebody asks for news.", "Keep paragraphs short.", "Be precise.",
    "Never talk about competitors.", "Thank customers who complain.",
)  # fmt: skip
QUIET: tuple[dict[str, Any], ...] = (
    {"dont_know": {"en": "I am afraid I don't know that."}}, {"failure_message": {"en": "Something is broken, sorry."}},
    {"handoff_message": {"en": "A colleague will write to you soon."}}, {"limit_message": {"en": "Please try again tomorrow."}},
    {"closed_message": {"en": "We are closed now."}}, {"waiting_message": {"en": "One moment, please."}},
    {"opening_hours": {"mon": [["09:00", "18:00"]]}}, {"closed_on": ["2026-12-25"]}, {"time_zone": "Europe/Madrid"},
    {"outside_hours": "close", "opening_hours": {"sun": [["03:00", "03:01"]]}}, {"merge_window_s": 4}, {"max_rounds": 10}, {"max_seconds": 90},
    {"max_tokens": 90_000}, {"history_tokens": 4000}, {"max_replies_per_hour": 90}, {"max_cost_usd": 1}, {"stale_after_s": 7200},
    {"handoff_hours": 4}, {"handoff_on_failure": True}, {"handoff_keywords": ["lawyer", "police"]}, {"lead_fields": ["email", "city"]},
    {"ask_rating": "five"}, {"notify_phone": "+34600111222"}, {"notify_email": "team@casa.example"}, {"handoff_again_min": 20},
    {"approval_hours": 8}, {"reactions": False}, {"show_citations": False}, {"offer_human": {"en": "Shall I ask a colleague?"}},
    {"opt_out_words": {"en": ["stop", "quit"]}}, {"opt_in_words": {"en": ["start", "again"]}}, {"name": "Casa"},
    {"languages": ["en", "es", "de", "fr"]}, {"voice_answers": "to_voice"},
)  # fmt: skip
ELSEWHERE = (
    ("Do you have a loyalty card?", "Yes: ask for it in any store."), ("Where can I leave a review?", "On our web site."),
    ("Who founded the company?", "Two sisters from Alicante founded it."), ("Do you have a newsletter?", "Yes, it comes once a month."),
    ("Are dogs welcome?", "Yes, on a lead."),
)  # fmt: skip
SAME = {
    "shop": (
        ("What is the price of express delivery?", "Express delivery costs EUR 11.90."),
        ("Within how many days can I return an item?", "You can return an item within 30 days."),
        ("For how long is a gift card valid?", "A gift card is valid for 24 months."),
    ),
    "clinic": (
        ("What does the flu vaccination cost?", "The flu vaccination costs EUR 18."),
        ("For how long is parking free?", "Parking is free for patients for 90 minutes."),
        ("How many hours before a blood test must I fast?", "Fast for 8 hours before a blood test."),
    ),
}  # fmt: skip
BOTH = ("shop", "clinic")
HARMLESS = [
    *(Edit(BOTH[n % 2], "settings", {"persona": words}) for n, words in enumerate(PERSONAS)),
    *(Edit(BOTH[n % 2], "settings", {"system_prompt": words}) for n, words in enumerate(PROMPTS)),
    *(Edit("shop", "settings", dict(words)) for words in QUIET),
    *(Edit("clinic", "settings", dict(words)) for words in QUIET[:25]),
    *(Edit(tenant, "pair", pair) for pair in ELSEWHERE for tenant in BOTH),
    *(Edit(tenant, "pair", pair) for tenant in BOTH for pair in SAME[tenant]),
    Edit("shop", "upload", ("Careers", "# Careers\n\nWe look for people who like lamps. Write to jobs@casa-lumen.example.")),
    Edit("clinic", "upload", ("Our history", "# Our history\n\nThe clinic was founded by three doctors in Seville.")),
    _tools("shop", "tenant_tools", "timeout_s = 25", "timeout_s = 20"),
    _tools("clinic", "script_tools", "enabled = false", "enabled = true", "name = 'cancel_appointment'"),
]  # fmt: skip
