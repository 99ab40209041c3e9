"""The appointment book and the returns desk in SQL: nothing twice at one moment or by one job, and nobody else's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

WEEK = {day: [["09:00", "13:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


class Book:
    """Two tenants with a calendar each, as the role of the scripts sees them."""

    def __init__(self, url: str) -> None:
        self.url = url
        with self.connect() as conn:
            self.tenants = [self._tenant(conn, name) for name in ("a", "b")]

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(self.url, row_factory=dict_row, autocommit=True)

    def _tenant(self, conn: psycopg.Connection[dict[str, Any]], name: str) -> str:
        row = conn.execute("insert into tenants (name) values (%s) returning id::text", [name]).fetchone()
        assert row is not None
        query = "insert into appointment_calendars (tenant_id, name, title, time_zone, hours) values (%s, 'main', 'Visit', 'Asia/Tokyo', %s)"
        conn.execute(query, [row["id"], json.dumps(WEEK)])
        return str(row["id"])

    def contact(self, phone: str, tenant: int = 0) -> str:
        with self.connect() as conn:
            query = "insert into contacts (tenant_id, phone) values (%s, %s) returning id::text"
            row = conn.execute(query, [self.tenants[tenant], phone]).fetchone()
        assert row is not None
        return str(row["id"])

    def call(self, function: str, *values: Any, tenant: int = 0) -> Any:
        """What a script of the tenant hears."""
        with self.connect() as conn, conn.transaction():
            conn.execute("set local role chatbot_app")
            conn.execute("select set_config('app.tenant_id', %s, true)", [self.tenants[tenant]])
            marks = ", ".join(["%s"] * len(values))
            row = conn.execute(f"select {function}({marks}) as answer".encode(), [*values]).fetchone()
        assert row is not None
        return row["answer"]

    def day(self, after: int = 3) -> str:
        with self.connect() as conn:
            row = conn.execute(
                "select ((now() at time zone 'Asia/Tokyo')::date + %s)::text as day", [after]
            ).fetchone()
        assert row is not None
        return str(row["day"])

    def book(
        self, contact: str, day: str, clock: str, job: str | None = None, tenant: int = 0
    ) -> dict[str, Any]:
        values = (contact, "main", day, clock, job or str(uuid.uuid4()))
        answer: dict[str, Any] = self.call("book_appointment", *values, tenant=tenant)
        return answer

    def change(
        self, contact: str, number: int | None, day: str | None, clock: str | None, job: str | None = None
    ) -> Any:
        return self.call("change_appointment", contact, number, day, clock, job or str(uuid.uuid4()))

    def free(self, day: str) -> list[str]:
        with self.connect() as conn, conn.transaction():
            conn.execute("select set_config('app.tenant_id', %s, true)", [self.tenants[0]])
            row = conn.execute("select day, times from free_appointments('main', %s, 1)", [day]).fetchone()
        return row["times"] if row and row["day"] == day else []


@pytest.fixture(scope="module")
def book(new_product_database: Callable[[], str]) -> Book:
    return Book(new_product_database())


@pytest.fixture(autouse=True)
def empty(book: Book) -> Iterator[None]:
    yield
    with book.connect() as conn:
        conn.execute("delete from contacts")
        conn.execute("delete from delivered_orders")


def test_two_never_have_one_time(book: Book) -> None:
    """Twenty at the same moment: one has it, the others hear why not."""
    day, people = book.day(), [book.contact(f"3460000{n:04}") for n in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda person: book.book(person, day, "09:30"), people))
    assert [a["state"] for a in answers if "refused" not in a] == ["booked"]
    assert {a["refused"] for a in answers if "refused" in a} == {"taken"}
    assert "09:30" not in book.free(day) and "10:00" in book.free(day)


def test_a_job_that_runs_again_books_once(book: Book) -> None:
    """Also at the same moment, as when its first worker only seemed to be lost."""
    day, person, job = book.day(), book.contact("34600000001"), str(uuid.uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: book.book(person, day, "09:00", job), range(8)))
    assert answers == [answers[0]] * 8 and answers[0]["state"] == "booked"
    number = int(answers[0]["appointment"].removeprefix("A-"))
    moved, again = (book.change(person, number, day, "12:30", job2) for job2 in [str(uuid.uuid4())] * 2)
    assert moved == again and moved["time"] == "12:30"
    cancelled, twice = (book.change(person, None, None, None, job3) for job3 in [str(uuid.uuid4())] * 2)
    assert cancelled == twice and cancelled["state"] == "cancelled"
    assert "12:30" in book.free(day), "a time that was given back is free"


def test_one_that_is_moved_at_the_moment_when_another_is_booked(book: Book) -> None:
    day, people = book.day(), [book.contact(f"3460001{n:04}") for n in range(10)]
    for number, person in enumerate(people[:5]):
        assert (
            book.book(person, day, f"{9 + number // 2}:{'30' if number % 2 else '00'}")["state"] == "booked"
        )
    with ThreadPoolExecutor(10) as pool:
        wishes = [
            *(pool.submit(book.change, person, None, day, "12:00") for person in people[:5]),
            *(pool.submit(book.book, person, day, "12:00") for person in people[5:]),
        ]
        answers = [wish.result() for wish in wishes]
    assert len([a for a in answers if "refused" not in a]) == 1


@pytest.mark.parametrize(
    ("after", "clock", "why"),
    [
        (-1, "09:00", "too_soon"),
        (3, "09:10", "closed"),
        (3, "13:00", "closed"),
        (3, "08:30", "closed"),
        (90, "09:00", "too_late"),
    ],
)
def test_times_that_nobody_can_have(book: Book, after: int, clock: str, why: str) -> None:
    assert book.book(book.contact("34600000002"), book.day(after), clock) == {"refused": why}


def test_it_is_the_customers_own(book: Book) -> None:
    day, lucia, jonas = book.day(), book.contact("34600000003"), book.contact("34600000004")
    stranger = book.contact("34600000003", tenant=1)
    number = int(book.book(lucia, day, "09:00")["appointment"].removeprefix("A-"))
    assert book.change(jonas, number, None, None) == {"refused": "not_found"}
    assert book.call("contact_appointments", jonas) == []
    assert book.call("contact_appointments", lucia, tenant=1) == [], "nor another tenant's to see"
    assert book.book(stranger, day, "09:30") == {"refused": "not_found"}, (
        "a contact of another tenant books nothing"
    )
    assert book.book(stranger, day, "09:00", tenant=1)["state"] == "booked", (
        "each tenant has its own calendar"
    )
    assert [one["state"] for one in book.call("contact_appointments", lucia)] == ["booked"]


def test_so_many_and_no_more(book: Book) -> None:
    day, person = book.day(), book.contact("34600000005")
    for clock in ("09:00", "09:30", "10:00"):
        assert book.book(person, day, clock)["state"] == "booked"
    assert book.book(person, day, "10:30") == {"refused": "too_many"}
    assert book.change(person, None, None, None) == {"refused": "which"}


def test_it_goes_with_the_contact(book: Book) -> None:
    person = book.contact("34600000006")
    book.book(person, book.day(), "09:00")
    data = book.call("person_data", person)
    assert [one["state"] for one in data["appointments"]] == ["booked"] and data["returns"] == []
    book.call("erase_contact", person)
    with book.connect() as conn:
        for table in ("appointments", "appointment_jobs"):
            row = conn.execute(f"select count(*) as n from {table}".encode()).fetchone()
            assert row == {"n": 0}, table


def deliver(book: Book, order: str, phone: str, days: int) -> None:
    with book.connect() as conn:
        conn.execute(
            "insert into delivered_orders (tenant_id, order_id, phone, items, delivered_on)"
            " values (%s, %s, %s, '{Lamp,Rug}', current_date - %s::int)",
            [book.tenants[0], order, phone, days],
        )


def open_return(
    book: Book, person: str, order: str, items: list[str] | None = None, job: str | None = None
) -> Any:
    return book.call("open_return", person, order, items or [], "broken", job or str(uuid.uuid4()))


def test_an_item_goes_back_once(book: Book) -> None:
    phone = "34600000007"
    person = book.contact(phone)
    deliver(book, "CL-1", phone, 5)
    assert book.call("returnable_order", person, "#cl-1")["returnable"] == ["Lamp", "Rug"]
    assert open_return(book, person, "CL-1", ["Chair"]) == {"refused": "not_in_order"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: open_return(book, person, "CL-1", ["lamp"]), range(6)))
    assert len([a for a in answers if a.get("items") == ["Lamp"]]) == 1
    job = str(uuid.uuid4())
    opened, again = (open_return(book, person, "CL-1", None, job) for _ in range(2))
    assert opened == again and opened["items"] == ["Rug"]
    assert open_return(book, person, "CL-1") == {"refused": "nothing_left"}
    assert [one["items"] for one in book.call("contact_returns", person)] == [["Rug"], ["Lamp"]]


def test_too_late_and_somebody_elses(book: Book) -> None:
    person, other = book.contact("34600000008"), book.contact("34600000009")
    deliver(book, "CL-2", "34600000008", 31)
    assert open_return(book, person, "CL-2") == {"refused": "too_late"}
    assert book.call("returnable_order", person, "CL-2")["in_time"] is False
    assert (
        book.call("returnable_order", other, "CL-2")
        == open_return(book, other, "CL-2")
        == {"refused": "not_found"}
    )


def test_an_order_goes_with_its_customer(book: Book) -> None:
    person = book.contact("34600000010")
    deliver(book, "CL-3", "34600000010", 1)
    open_return(book, person, "CL-3")
    book.call("erase_contact", person)
    with book.connect() as conn:
        for table in ("delivered_orders", "returns"):
            assert conn.execute(f"select count(*) as n from {table}".encode()).fetchone() == {"n": 0}, table
