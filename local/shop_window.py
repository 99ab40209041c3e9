"""What the demo's shop has beside words: links, products, a form, a contact card; in its settings, and at the stand-in for Meta."""

from __future__ import annotations

from typing import Any

CATALOG = "8431190200471"
PRODUCTS = {
    "LAMP-FLOOR-BRASS": ("Lumen floor lamp, brass", "129.00 EUR"),
    "BULB-E27-WARM": ("LED bulb E27, warm white", "9.90 EUR"),
    "CURTAIN-LINEN-SAND": ("Linen curtain 140 x 260 cm, sand", "59.00 EUR"),
}
FORM, SCREEN = "1182640157", "RETURN"
# What the form asks for, and the contact's field that keeps it.
FIELDS = {
    "order_number": "order number",
    "item": "item",
    "reason": "reason",
    "full_name": "name",
    "email": "email",
    "pickup_day": "pickup day",
}
SETTINGS: dict[str, Any] = {
    "links": [
        {"label": "Book a workshop", "url": "https://casa-lumen.example/workshops"},
        {"label": "Gift card balance", "url": "https://casa-lumen.example/gift-cards"},
    ],
    "ask_location": True,
    "reactions": True,
    "catalog_id": CATALOG,
    "products": [{"name": name, "id": retailer_id} for retailer_id, (name, _) in PRODUCTS.items()],
    "forms": [
        {
            "purpose": "Return an item",
            "id": FORM,
            "button": "Fill in the form",
            "screen": SCREEN,
            "fields": ", ".join(f"{of_form} = {of_contact}" for of_form, of_contact in FIELDS.items()),
        }
    ],
    "contact_cards": [
        {
            "name": "Casa Lumen Valencia store",
            "phone": "+34 960 000 101",
            "email": "valencia@casa-lumen.example",
        }
    ],
}
AT_META: dict[str, Any] = {
    "catalog_id": CATALOG,
    "products": {
        retailer_id: {"name": name, "price": price} for retailer_id, (name, price) in PRODUCTS.items()
    },
    "flows": {
        FORM: {
            "screen": SCREEN,
            "title": "Return an item",
            "fields": {name: name.replace("_", " ").capitalize() for name in FIELDS},
        }
    },
}
