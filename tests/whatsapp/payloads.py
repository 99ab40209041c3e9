"""Payloads by hand from Meta's contract, and the words that each of them must become."""

from __future__ import annotations

from typing import Any

PHONE, USER = "16505551234", "US.13491208655302741918"
WHO = {"from": PHONE, "id": "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRB", "timestamp": "1749416383"}


def envelope(message: Any, **value: Any) -> dict[str, Any]:
    """One message as the ingress hands it on. `contacts=None` leaves them out."""
    full: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Sheena Nelson"}, "wa_id": PHONE}],
        **value,
        "messages": [message],
    }
    if full["contacts"] is None:
        del full["contacts"]
    change = {"value": full, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


def of(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    return {**WHO, "type": kind, kind: content, **more}


FILE = {
    "id": "1908647269898587",
    "mime_type": "image/jpeg",
    "sha256": "wvqXMe6n7n1W0zphvLPoLj+s/NtKqmr3zZ7YzTP7xFI=",
}

# name, message, words
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("text", of("text", {"body": "Does it come in another color?"}), "Does it come in another color?"),
    ("text with space around", of("text", {"body": "  hi\n"}), "hi"),
    ("text, right to left", of("text", {"body": "كم سعر الشحن؟"}), "كم سعر الشحن؟"),
    ("empty text", of("text", {"body": "   "}), "[empty message]"),
    ("text without a body", of("text", {}), "[empty message]"),
    ("text with a NUL", of("text", {"body": "a\u0000b"}), "ab"),
    ("text with a written NUL", of("text", {"body": "C:\\u0000"}), "C:\\u0000"),
    ("button", of("button", {"payload": "UNSUB", "text": "Unsubscribe"}), "Unsubscribe"),
    ("button without text", of("button", {"payload": "UNSUB"}), "UNSUB"),
    (
        "button reply",
        of(
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "change-button", "title": "Change"}},
        ),
        "Change",
    ),
    (
        "list reply",
        of(
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "x", "title": "Priority", "description": "Next Day"}},
        ),
        "Priority (Next Day)",
    ),
    (
        "list reply without description",
        of("interactive", {"type": "list_reply", "list_reply": {"id": "x", "title": "Priority"}}),
        "Priority",
    ),
    (
        "form",
        of(
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"flow_token":"t","day":"Monday","people":2}',
                },
            },
        ),
        "[form flow] Sent - day: Monday; people: 2",
    ),
    (
        "form with JSON that is none",
        of("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{oops"}}),
        "[form flow] {oops",
    ),
    (
        "payment",
        of("interactive", {"type": "payment_method", "payment_method": {"last_four_digits": "5235"}}),
        '[payment_method] {"payment_method": {"last_four_digits": "5235"}}',
    ),
    (
        "form of choices, as an object",
        of(
            "interactive",
            {"type": "nfm_reply", "nfm_reply": {"response_json": {"toppings": ["ham", "egg"], "note": None}}},
        ),
        "[form] toppings: ham, egg",
    ),
    (
        "address",
        of(
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {
                    "name": "address_message",
                    "response_json": '{"values": {"city": "Mumbai", "in_pin_code": "400063"}}',
                },
            },
        ),
        "[form address_message] values: city: Mumbai, in_pin_code: 400063",
    ),
    (
        "button reply without title",
        of("interactive", {"type": "button_reply", "button_reply": {"id": "opening_hours"}}),
        "opening_hours",
    ),
    ("list reply without title", of("interactive", {"type": "list_reply", "list_reply": {"id": "r1"}}), "r1"),
    ("text that nobody can see", of("text", {"body": "\u200e\u200b \u3164"}), "[empty message]"),
    ("image", of("image", {**FILE, "caption": "Taj Mahal"}), "[image] Taj Mahal"),
    ("image without caption", of("image", FILE), "[image]"),
    ("video", of("video", {**FILE, "caption": "Timelapse"}), "[video] Timelapse"),
    (
        "document",
        of("document", {**FILE, "filename": "receipt.pdf", "caption": "my receipt"}),
        "[document] receipt.pdf: my receipt",
    ),
    (
        "document without caption",
        of("document", {**FILE, "filename": "receipt.pdf"}),
        "[document] receipt.pdf",
    ),
    ("document without a name", of("document", FILE), "[document]"),
    ("voice note", of("audio", {**FILE, "voice": True}), "[voice note]"),
    ("audio", of("audio", FILE), "[audio]"),
    ("sticker", of("sticker", {**FILE, "animated": True}), "[sticker]"),
    (
        "location",
        of(
            "location",
            {
                "latitude": 37.44,
                "longitude": -122.16,
                "name": "Philz Coffee",
                "address": "101 Forest Ave",
                "url": "https://philz.com",
            },
        ),
        "[location] Philz Coffee, 101 Forest Ave, 37.44 -122.16, https://philz.com",
    ),
    ("bare location", of("location", {"latitude": 37.44, "longitude": -122.16}), "[location] 37.44 -122.16"),
    (
        "contacts",
        of(
            "contacts",
            [
                {
                    "name": {"formatted_name": "Barbara J. Johnson", "first_name": "Barbara"},
                    "org": {"company": "Social Tsunami"},
                    "phones": [{"phone": "+1 (415) 555-0829", "wa_id": "14125550829"}],
                    "emails": [{"email": "b@example.org"}],
                },
                {"name": {"first_name": "Tom"}, "phones": [{"wa_id": "1415"}]},
            ],
        ),
        "[contact] Barbara J. Johnson, Social Tsunami, +1 (415) 555-0829, b@example.org; Tom, 1415",
    ),
    (
        "order",
        of(
            "order",
            {
                "catalog_id": "194836987003835",
                "text": "Love these!",
                "product_items": [
                    {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "USD"},
                    {
                        "product_retailer_id": "nqryix03ez",
                        "quantity": 1,
                        "item_price": 25.5,
                        "currency": "USD",
                    },
                ],
            },
        ),
        "[order] 2 x di9ozbzfi4 at 30 USD, 1 x nqryix03ez at 25.5 USD - Love these!",
    ),
    ("order without items", of("order", {"catalog_id": "1", "text": "Hi"}), "[order] Hi"),
    ("reaction", of("reaction", {"message_id": "wamid.X", "emoji": "👍"}), "[reaction] 👍"),
    ("reaction taken back", of("reaction", {"message_id": "wamid.X"}), "[reaction taken back]"),
    (
        "reaction taken back with an empty emoji",
        of("reaction", {"message_id": "wamid.X", "emoji": ""}),
        "[reaction taken back]",
    ),
    (
        "system",
        of("system", {"body": "User changed number", "wa_id": "12195555358", "type": "user_changed_number"}),
        "[event] User changed number",
    ),
    (
        "system without body",
        of("system", {"type": "customer_identity_changed"}),
        "[event] customer_identity_changed",
    ),
    (
        "edit",
        of(
            "edit",
            {"original_message_id": "wamid.X", "message": {"type": "text", "text": {"body": "in blue"}}},
        ),
        "[edited] in blue",
    ),
    (
        "edit of a caption",
        of(
            "edit",
            {"original_message_id": "wamid.X", "message": {"type": "image", "image": {"caption": "New"}}},
        ),
        "[edited] [image] New",
    ),
    ("revoke", of("revoke", {"original_message_id": "wamid.X"}), "[deleted a message]"),
    (
        "unsupported",
        {**WHO, "type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
        "[unsupported]",
    ),
    ("a type nobody has heard of", of("hologram", {"x": 1}), "[hologram]"),
    ("no type", dict(WHO), "[unknown]"),
    (
        "from an advertisement",
        of(
            "text",
            {"body": "More info?"},
            referral={
                "headline": "Chat with us",
                "body": "Summer Succulents",
                "source_url": "https://fb.me/3",
            },
        ),
        '[from the advertisement "Chat with us: Summer Succulents" https://fb.me/3] More info?',
    ),
    (
        "about a product",
        of(
            "text",
            {"body": "Is this still available?"},
            context={"referred_product": {"product_retailer_id": "di9o"}},
        ),
        "[about the product di9o] Is this still available?",
    ),
    (
        "quoting what is not known here",
        of("text", {"body": "And this?"}, context={"from": "15550783881", "id": "wamid.unknown"}),
        "And this?",
    ),
]
