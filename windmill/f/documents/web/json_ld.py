"""What a web page says to search engines in JSON-LD, as lines of text: opening hours, addresses, questions with answers, products, events."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from f.documents.clean import clean

_TAG = re.compile(r"<[^<>]{0,500}>")
# A local time, whatever it says of its distance to Greenwich.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,6})?)?(?:[+-]\d\d:?\d\d)?")
_MOST = 2_000
_DEEPEST = 30
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SAID = {
    "telephone": "telephone", "email": "e-mail", "priceRange": "prices", "description": "", "sku": "article", "color": "colour", "size": "size",
    "material": "material", "startDate": "from", "endDate": "until", "paymentAccepted": "payment", "currenciesAccepted": "currencies",
    "servesCuisine": "cuisine", "duration": "duration", "url": "",
}  # fmt: skip
_INNER = (
    "@graph", "mainEntity", "mainEntityOfPage", "hasMenu", "hasMenuSection", "hasMenuItem", "hasOfferCatalog", "itemListElement", "item",
    "itemOffered", "makesOffer", "department", "location", "hasPart", "about", "subEvent", "hasVariant", "containsPlace",
)  # fmt: skip


def json_ld_lines(sources: list[str]) -> Iterator[str]:
    """A line for each thing that has a name and says something of itself."""
    stack: list[tuple[Any, int]] = []
    for source in reversed(sources):
        try:
            stack.append((json.loads(source.strip().removeprefix("<!--").removesuffix("-->")), 0))
        except (ValueError, RecursionError):
            continue
    left = _MOST
    while stack and left:
        one, depth = stack.pop()
        left -= 1
        if isinstance(one, list):
            stack += [(each, depth + 1) for each in reversed(one[:_MOST])]
        elif isinstance(one, dict) and depth < _DEEPEST:
            if line := _line(one):
                yield line
            stack += [
                (one[key], depth + 1) for key in reversed(_INNER) if isinstance(one.get(key), dict | list)
            ]


def _line(one: dict[str, Any]) -> str:
    name = _text(one.get("name"))
    if "Question" in _types(one):
        answers = one.get("acceptedAnswer") or one.get("suggestedAnswer")
        said = [_text(a.get("text")) for a in _all(answers) if isinstance(a, dict)]
        return f"{name}\n{' '.join(said)}" if name and any(said) else ""
    if _types(one) & {"BreadcrumbList", "WebSite", "WebPage", "ListItem", "SearchAction", "ImageObject"}:
        return ""
    parts = [
        f"{label} {text}".strip()
        for key, label in _SAID.items()
        if (text := _text(one.get(key))) and key != "url"
    ]
    parts += filter(None, [_address(one.get("address")), *_hours(one), *map(_offer, _all(one.get("offers")))])
    if not parts and "price" in one:
        parts = [_offer(one)]
    return f"{name or 'Here'}: {'; '.join(dict.fromkeys(filter(None, parts)))}" if any(parts) else ""


def _types(one: dict[str, Any]) -> set[str]:
    return {str(kind).rpartition("/")[2] for kind in _all(one.get("@type"))}


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """A string or number, or a list of them; also the name of a thing."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value[:50])))
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("@value"))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = " ".join(clean(html.unescape(_TAG.sub(" ", str(value)))).split())
    moment = _MOMENT.fullmatch(text)
    return f"{moment[1]} {moment[2]}" if moment else text


def _address(value: Any) -> str:
    if isinstance(value, str):
        return f"address {_text(value)}"
    for one in _all(value):
        if isinstance(one, dict):
            keys = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
            parts = [text for key in keys if (text := _text(one.get(key)))]
            return f"address {', '.join(parts)}" if parts else ""
    return ""


def _hours(one: dict[str, Any]) -> Iterator[str]:
    if text := _text(one.get("openingHours")):
        yield f"opening hours {text}"
    keys = ("openingHoursSpecification", "specialOpeningHoursSpecification")
    for hours in (each for key in keys for each in _all(one.get(key))):
        if not isinstance(hours, dict):
            continue
        days = [_text(day).rpartition("/")[2] for day in _all(hours.get("dayOfWeek"))]
        dates = " to ".join(filter(None, (_text(hours.get("validFrom")), _text(hours.get("validThrough")))))
        opens, closes = _text(hours.get("opens"))[:5], _text(hours.get("closes"))[:5]
        when = f"{opens}-{closes}" if opens and closes and opens != closes else "closed"
        place = " ".join(filter(None, (_span(days), dates)))
        yield f"{place or 'open'} {when}"


def _span(days: list[str]) -> str:
    """Days that follow one another as first to last."""
    places = [_DAYS.index(day) for day in days if day in _DAYS]
    if len(places) == len(days) > 2 and places == list(range(places[0], places[0] + len(places))):
        return f"{days[0]} to {days[-1]}"
    return ", ".join(days)


def _offer(one: Any) -> str:
    if not isinstance(one, dict):
        return ""
    price, low, high = (_text(one.get(key)) for key in ("price", "lowPrice", "highPrice"))
    if not price and isinstance(one.get("priceSpecification"), dict):
        return _offer(one["priceSpecification"])
    price = price or (f"{low} to {high}" if low and high else low)
    currency = _text(one.get("priceCurrency"))
    name = _text(one.get("name"))
    stock = _text(one.get("availability")).rpartition("/")[2]
    stock = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stock).lower()
    return ", ".join(filter(None, (f"{name} {price} {currency}".strip() if price else "", stock)))
