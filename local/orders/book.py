"""The order book: a JSON file whose dates are kept relative to today, so that the demo never looks old."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

BOOK = Path(__file__).with_name("orders.json")
_PREFIX = "CL-"


class Item(TypedDict):
    """One line of an order."""

    name: str
    quantity: int


class Order(TypedDict):
    """An order as the tools return it."""

    order_id: str
    customer: str
    status: str
    items: list[Item]
    total: str
    carrier: str | None
    tracking_number: str | None
    ordered_date: str
    expected_date: str | None
    delivered_date: str | None


class Stock(TypedDict):
    """How many of a product there are."""

    product: str
    in_stock: int
    availability: str
    next_delivery: str | None


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}


def digits(phone: str) -> str:
    """A phone number as WhatsApp writes it: digits only."""
    return re.sub(r"\D", "", phone)


def normal_id(order_id: str) -> str:
    """'#cl 1042', 'CL1042' and '1042' all mean 'CL-1042'."""
    text = re.sub(r"[^0-9A-Z]", "", order_id.upper()).removeprefix("CL")
    return _PREFIX + text


def _day(today: date, offset: int | None) -> str | None:
    return None if offset is None else (today + timedelta(days=offset)).isoformat()


def _order(row: dict[str, Any], today: date) -> Order:
    return Order(
        order_id=row["order_id"],
        customer=row["customer"],
        status=row["status"],
        items=row["items"],
        total=row["total"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        ordered_date=_day(today, row["ordered"]) or "",
        expected_date=_day(today, row["expected"]),
        delivered_date=_day(today, row.get("delivered")),
    )


class OrderBook:
    """Looks orders up for one customer, or for anybody when no customer is given."""

    def __init__(self, path: Path = BOOK) -> None:
        held = json.loads(path.read_text(encoding="utf-8"))
        self._rows: list[dict[str, Any]] = held["orders"]
        self._stock: list[Stock] = held["stock"]

    def find(self, order_id: str, phone: str | None) -> Order | None:
        """One order, unless it is somebody else's."""
        wanted = normal_id(order_id)
        for row in self._rows:
            if row["order_id"] == wanted and (phone is None or row["phone"] == digits(phone)):
                return _order(row, date.today())
        return None

    def stock_of(self, product: str) -> list[Stock]:
        """The products that share most words with these."""
        asked = _words(product)
        shared = [len(asked & _words(row["product"])) for row in self._stock]
        most = max(shared, default=0)
        return [row for row, count in zip(self._stock, shared, strict=True) if most and count == most]

    def of_customer(self, phone: str) -> list[Order]:
        """The customer's orders, newest first."""
        rows = [row for row in self._rows if row["phone"] == digits(phone)]
        return [_order(row, date.today()) for row in sorted(rows, key=lambda row: -row["ordered"])]
