"""What a reply may carry beside words and choices, kind by kind: what the tenant sets, the model says and Meta gets, and the same in words.

Each kind says its limits to the model in the tool's schema, and enforces them here. What the model names comes from the tenant's settings or
from the turn's sources: it invents no address, no product, no person. The shapes are those of Meta's pages on interactive, contacts and
reaction messages (v26.0).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import category

if TYPE_CHECKING:
    from f.common.chatbot_settings import ChatbotSettings

LABEL, BODY, HEADER, MOST_PRODUCTS = 20, 1024, 60, 30
MODIFIERS = ("\ufe0f", *(chr(tone) for tone in range(0x1F3FB, 0x1F400)))  # as a picture, and tones of skin
Control = dict[str, Any]  # {"kind": …} and what its kind needs, as JSON


class Kind(Protocol):
    """`on_text`: it stands on the reply's last text, one for each reply; the others are messages of their own."""

    tool: str
    description: str
    on_text: bool

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        """The tool's parameters as JSON Schema; None: the tenant has not set what the kind needs."""

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        """The model's arguments as a control. Raises ValueError in words for the model."""

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        """The message as the Graph API takes it. `text`: its body, where it stands on the reply's text."""

    def words(self, control: Control) -> str:
        """What it says, in words, for where WhatsApp can't show it."""


class Known(Protocol):
    """What of a turn a kind may use: the addresses that stand in its sources, and the customer's newest message."""

    @property
    def addresses(self) -> set[str]: ...
    @property
    def message_id(self) -> str: ...


class Link:
    tool, on_text = "send_link", True
    description = "Puts a button below your reply that opens a web page. Only when the customer needs that page; do not write the address as well."

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        labels = [row["label"] for row in settings.links]
        if settings.source_links:
            listed = f" The business has these, without `url`: {', '.join(labels)}." if labels else ""
            label = {
                "type": "string",
                "maxLength": LABEL,
                "description": f"The words on the button.{listed}",
            }
            url = {"type": "string", "description": "The address, exactly as it stands in a source"}
            return _object({"label": label, "url": url}, ["label"])
        return _object({"label": {"type": "string", "enum": labels}}, ["label"]) if labels else None

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        label, url = _line(arguments.get("label")), str(arguments.get("url") or "").strip()
        row = next((r for r in settings.links if r["label"].casefold() == label.casefold()), None)
        if row and url in ("", row["url"]):
            return {"kind": "link", **row}
        if not settings.source_links or not url:
            labels = ", ".join(r["label"] for r in settings.links)
            raise ValueError(f"there is no link {label!r}; there are: {labels or 'none without a url'}")
        if url not in known.addresses:
            raise ValueError(f"{url[:200]} stands in none of your sources: search first, or leave the button")
        if not label or len(label) > LABEL:
            raise ValueError(f"the words on the button are 1 to {LABEL} characters, not {len(label)}")
        return {"kind": "link", "label": label, "url": url}

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        parameters = {"display_text": control["label"], "url": control["url"]}
        return _interactive("cta_url", text, {"name": "cta_url", "parameters": parameters})

    def words(self, control: Control) -> str:
        return f"{control['label']}: {control['url']}"


class Location:
    tool, on_text = "ask_location", True
    description = (
        "Puts a button below your reply by which the customer sends their location. Only when you need to know where they are; your reply"
        " asks for it."
    )

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        return _object({}, []) if settings.ask_location else None

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        return {"kind": "location"}

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        return _interactive("location_request_message", text, {"name": "send_location"})

    def words(self, control: Control) -> str:
        return ""  # the reply asks for it


class Products:
    tool, on_text = "show_products", True
    description = "Shows products of the business's catalogue below your reply, with picture and price, to look at and order."

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        if not settings.catalog_id or not settings.products:
            return None
        names = {"type": "string", "enum": [row["name"] for row in settings.products]}
        products = {"type": "array", "items": names, "minItems": 1, "maxItems": MOST_PRODUCTS}
        title = {
            "type": "string",
            "maxLength": HEADER,
            "description": "What stands above several products",
        }
        return _object({"products": products, "title": title}, ["products"])

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        given = arguments.get("products")
        names = [given] if isinstance(given, str) else given
        if not isinstance(names, list) or not 1 <= len(names) <= MOST_PRODUCTS:
            raise ValueError(f"products is a list of 1 to {MOST_PRODUCTS} names")
        rows = [_row(settings.products, "name", name, "product") for name in dict.fromkeys(map(str, names))]
        title = _line(arguments.get("title")) or settings.name
        if len(title) > HEADER and arguments.get("title"):
            raise ValueError(f"the title has at most {HEADER} characters, not {len(title)}")
        return {
            "kind": "products",
            "catalog_id": settings.catalog_id,
            "products": rows,
            "title": title[:HEADER],
        }

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        catalog, ids = control["catalog_id"], [row["id"] for row in control["products"]]
        if len(ids) == 1:
            return _interactive("product", text, {"catalog_id": catalog, "product_retailer_id": ids[0]})
        sections = [
            {"title": control["title"][:24], "product_items": [{"product_retailer_id": i} for i in ids]}
        ]
        made = _interactive("product_list", text, {"catalog_id": catalog, "sections": sections})
        made["interactive"]["header"] = {"type": "text", "text": control["title"]}
        return made

    def words(self, control: Control) -> str:
        return "\n".join(f"- {row['name']}" for row in control["products"])


class Form:
    tool, on_text = "send_form", True
    description = "Puts a button below your reply that opens a form of the business. Use it instead of asking for the same details one by one."

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        purposes = [row["purpose"] for row in settings.forms]
        form = {"type": "string", "enum": purposes, "description": "What the form is for"}
        return _object({"form": form}, ["form"]) if purposes else None

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        return {"kind": "form", **_row(settings.forms, "purpose", arguments.get("form"), "form")}

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        parameters = {
            "flow_message_version": "3",
            "flow_token": f"{control['id']}.{turn_id}",  # comes back with the answers: sql, keep_form
            "flow_id": control["id"],
            "flow_cta": control["button"],
            "flow_action": "navigate",
            "flow_action_payload": {"screen": control["screen"]},
        }
        return _interactive("flow", text, {"name": "flow", "parameters": parameters})

    def words(self, control: Control) -> str:
        wanted = (pair.partition("=")[2].strip() for pair in control["fields"].split(","))
        return "\n".join(f"- {field}" for field in dict.fromkeys(wanted) if field)


class Card:
    tool, on_text = "send_contact_card", False
    description = "Sends a contact of the business as a card that the customer can call, write to or keep, below your reply."

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        names = [row["name"] for row in settings.contact_cards]
        return _object({"name": {"type": "string", "enum": names}}, ["name"]) if names else None

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        return {"kind": "card", **_row(settings.contact_cards, "name", arguments.get("name"), "contact card")}

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        name, phone = control["name"], control["phone"]
        # With `wa_id` the card has a button to write to that number: Meta ignores one that is not on WhatsApp.
        phones = [{"phone": phone, "type": "WORK", "wa_id": re.sub(r"\D", "", phone)}]
        card: dict[str, Any] = {"name": {"formatted_name": name, "first_name": name}, "phones": phones}
        if control.get("email"):
            card["emails"] = [{"email": control["email"], "type": "WORK"}]
        return {"type": "contacts", "contacts": [card]}

    def words(self, control: Control) -> str:
        return ", ".join(filter(None, [control["name"], control["phone"], control.get("email")]))


class Reaction:
    tool, on_text = "react", False
    description = "Puts an emoji on the customer's message, as people do for thanks or good news. Seldom, and never in place of a reply."

    def parameters(self, settings: ChatbotSettings) -> dict[str, Any] | None:
        emoji = {"type": "string", "description": "One emoji"}
        return _object({"emoji": emoji}, ["emoji"]) if settings.reactions else None

    def check(self, arguments: dict[str, Any], settings: ChatbotSettings, known: Known) -> Control:
        emoji = str(arguments.get("emoji") or "").strip()
        if not is_emoji(emoji):
            raise ValueError(f"emoji is one emoji, not {emoji[:20]!r}")
        return {"kind": "reaction", "emoji": emoji, "message_id": known.message_id}

    def content(self, control: Control, text: str, turn_id: str) -> dict[str, Any]:
        return {
            "type": "reaction",
            "reaction": {"message_id": control["message_id"], "emoji": control["emoji"]},
        }

    def words(self, control: Control) -> str:
        return str(control["emoji"])


KINDS: dict[str, Kind] = {
    "link": Link(),
    "location": Location(),
    "products": Products(),
    "form": Form(),
    "card": Card(),
    "reaction": Reaction(),
}


def control_tools(settings: ChatbotSettings) -> list[dict[str, Any]]:
    """The tools for what the tenant has set, in the form that the model's API takes."""
    tools = []
    for kind in KINDS.values():
        parameters = kind.parameters(settings)
        if parameters:
            described = {"name": kind.tool, "description": kind.description, "parameters": parameters}
            tools.append({"type": "function", "function": described})
    return tools


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji as a reader counts them: one sign, a flag, or signs that joiners make one."""
    parts = [[c for c in part if c not in MODIFIERS] for part in text.split("\u200d")]
    flag = len(text) == 2 and all("\U0001f1e6" <= c <= "\U0001f1ff" for c in text)
    signs = all(len(part) == 1 and category(part[0]) == "So" and part[0] > "\u2000" for part in parts)
    return flag or signs


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _row(rows: list[dict[str, str]], column: str, given: Any, what: str) -> dict[str, str]:
    """The tenant's row that the model names. Raises ValueError."""
    wanted = _line(given).casefold()
    found = next((row for row in rows if row[column].casefold() == wanted), None)
    if found is None:
        listed = ", ".join(row[column] for row in rows)[:1000]
        raise ValueError(f"there is no {what} {_line(given)[:100]!r}; there are: {listed}")
    return found


def _line(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _interactive(kind: str, body: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}
