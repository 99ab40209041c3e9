"""An invitation is a link for one person, once; who is signed in where is theirs to see and to end."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from tests.portal_door.house import ALPHA, BETA, OTHER, OWNER, STRANGER, Browser, House, house_code

Make = Callable[[], Browser]


@pytest.fixture
def owner(house: House, browser: Make) -> Browser:
    return browser().sign_in(house, OWNER)


def guest() -> str:
    return f"{uuid.uuid4().hex}@guests.example"


def invite(owner: Browser, person: str, role: str = "viewer") -> str:
    """What stands in the link."""
    link: str = owner.call("people", "invite", email=person, role=role).json()["link"]
    assert link.startswith("http://testserver/invitation#")
    return link.partition("#")[2]


def sent_codes(house: House) -> list[str]:
    """To whom a code went."""
    return [
        to for to, mail in house.mailbox.mails if "/invitation#" not in str(mail.get_payload(decode=True))
    ]


def come(house: House, visitor: Browser, person: str, token: str) -> str:
    """Asks for a code by the link, and enters it where one came; "" is let in."""
    before = len(house.mailbox.mails)
    asked = visitor.post("/api/code", {"person": person, "invitation": token})
    assert asked.json() == {"ok": True}, "nobody learns whether a link is good"
    if not house.rows("select from door_invitations where person = %s", person):
        return str(visitor.enter("12345").json()["refused"])
    return str(visitor.enter(house_code(house, person, before)).json().get("refused", ""))


def test_an_invited_person_who_proves_the_address_is_a_member_once(
    house: House, browser: Make, owner: Browser
) -> None:
    person = guest()
    token, visitor = invite(owner, person, "editor"), browser()
    assert [i["role"] for i in owner.call("people", "list").json()["invited"] if i["person"] == person] == [
        "editor"
    ]
    assert "sign_in.js" in visitor.get("/invitation").text
    assert come(house, visitor, person, token) == ""
    (business,) = visitor.call("me", "get").json()["businesses"]
    assert (business["name"], business["role"]) == ("Alpha", "editor")
    assert owner.call("people", "delete", email=person).json()["ok"] is True
    assert visitor.call("me", "get").status_code == 401
    assert come(house, browser(), person, token) == "wrong", "used"


@pytest.mark.parametrize(
    ("language", "says"), [("en", "invites you"), ("es", "le invita"), ("xx", "invites you")]
)
def test_an_invitation_goes_to_the_address_by_mail(
    house: House, owner: Browser, language: str, says: str
) -> None:
    person, before = guest(), len(house.mailbox.mails)
    made = owner.call("people", "invite", email=person, role="viewer", language=language).json()
    assert made["mail"] == "sent"
    words = house.mailbox.wait_for(person, before).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert made["link"] in words and says in words and "Alpha" in words


def test_an_invitation_that_no_mail_server_takes_is_there_to_be_copied(house: House, owner: Browser) -> None:
    house.mailbox.refuses = "RCPT"
    try:
        made = owner.call("people", "invite", email=guest(), role="viewer").json()
    finally:
        house.mailbox.refuses = ""
    assert made["mail"] == "failed" and made["link"]
    made = owner.call("people", "invite", email=f"+34{uuid.uuid4().int % 10**9:09d}", role="viewer").json()
    assert made["mail"] == "none" and made["link"], "a telephone number has no mailbox"


def test_a_forwarded_link_is_worth_nothing(house: House, browser: Make, owner: Browser) -> None:
    """Neither to a stranger nor to a member of another business, who types who they are; nor with the invited address, whose code they don't get."""
    person, before = guest(), len(house.mailbox.mails)
    token = invite(owner, person)
    stranger = browser()
    assert come(house, stranger, STRANGER, token) == "wrong"
    other = browser()
    other.post("/api/code", {"person": OTHER, "invitation": token})
    assert other.enter(house_code(house, OTHER, before)).json() == {"ok": True}
    assert [b["name"] for b in other.call("me", "get").json()["businesses"]] == ["Beta"]
    thief = browser()
    thief.post("/api/code", {"person": person, "invitation": token})
    assert thief.enter("000000").json() == {"refused": "wrong"}
    assert (
        house.rows(
            "select from tenant_members where tenant_id = %s and email in (%s, %s, %s)",
            ALPHA,
            person,
            STRANGER,
            OTHER,
        )
        == []
    )
    assert STRANGER not in sent_codes(house)


@pytest.mark.parametrize(
    "what",
    [
        "update door_invitations set expires_at = now() where person = %s returning 1",
        "update door_invitations set invited_by = 'nobody@alpha.example' where person = %s returning 1",
        "delete from door_invitations where person = %s returning 1",
    ],
)
def test_a_link_that_is_old_withdrawn_or_of_a_former_owner_lets_nobody_in(
    house: House, browser: Make, owner: Browser, what: str
) -> None:
    person = guest()
    token = invite(owner, person)
    house.rows(what, person)
    visitor = browser()
    visitor.post("/api/code", {"person": person, "invitation": token})
    assert visitor.enter("12345").json() == {"refused": "wrong"}
    assert person not in sent_codes(house)


def test_a_second_link_replaces_the_first_and_a_withdrawn_one_is_gone(
    house: House, browser: Make, owner: Browser
) -> None:
    person = guest()
    first = invite(owner, person)
    invite(owner, person)
    visitor = browser()
    visitor.post("/api/code", {"person": person, "invitation": first})
    assert person not in sent_codes(house)
    assert owner.call("people", "withdraw", email=person).json()["ok"] is True
    assert owner.call("people", "withdraw", email=person).json()["refused"] == "not_found"


def test_only_owners_invite_and_only_to_their_own_business(
    house: House, browser: Make, owner: Browser
) -> None:
    agent = browser().sign_in(house, house.member(guest()))
    assert agent.call("people", "invite", email=guest(), role="owner").json()["refused"] == "role"
    assert (
        owner.call("people", "invite", email=guest(), role="owner", tenant_id=BETA).json()["refused"]
        == "not_a_member"
    )
    assert owner.call("people", "invite", email=OWNER, role="agent").json()["refused"] == "person_exists"
    assert (
        owner.call("people", "invite", email="nobody", role="agent").json()["refused"]
        == "email_or_role_invalid"
    )
    person = guest()
    invite(owner, person)
    other = browser().sign_in(house, OTHER)
    assert person not in [i["person"] for i in other.call("people", "list").json()["invited"]]


def test_a_business_makes_so_many_invitations_a_day(house: House, owner: Browser, browser: Make) -> None:
    """Each may send a mail to whomever an owner names. One that is refused leaves the earlier link as it is."""
    person, other = guest(), browser().sign_in(house, OTHER)
    owner.sign_in(house, OWNER)
    token = invite(owner, person)
    for n in range(49):
        invite(owner, f"+34600777{n:03d}")
    before = len(house.mailbox.mails)
    refused = owner.call("people", "invite", email=person, role="viewer").json()
    assert (refused["refused"], refused["values"]) == ("invitations_count", {"most": 50})
    assert house.mailbox.mails[before:] == []
    assert come(house, browser(), person, token) == ""
    invite(other, guest())
    assert owner.call("people", "withdraw", email="+34600777000").json()["ok"], "that is none"


def test_an_invited_phone_is_a_person_of_its_own(house: House, owner: Browser) -> None:
    """It opens no account of an e-mail address: whoever invites a phone vouches for nothing else."""
    invite(owner, "0034 600-999-888")
    assert house.rows("select from door_invitations where person = '+34600999888'") != []


def test_people_see_and_end_their_own_sessions_and_nobody_elses(house: House, browser: Make) -> None:
    person = house.member(guest())
    desk, phone = browser().sign_in(house, person), browser().sign_in(house, person)
    other = browser().sign_in(house, house.member(guest()))
    sessions = desk.call("sessions", "list").json()["sessions"]
    assert len(sessions) == 2 and [s["here"] for s in sessions].count(True) == 1
    assert {s["how"] for s in sessions} == {"email"}
    (of_phone,) = [s["id"] for s in sessions if not s["here"]]
    assert other.call("sessions", "end", session_id=of_phone).json()["refused"] == "not_found"
    assert phone.call("me", "get").status_code == 200
    assert desk.call("sessions", "end", session_id=of_phone).json()["ended"] == 1
    assert [each.call("me", "get").status_code for each in (desk, phone, other)] == [200, 401, 200]
    again = browser().sign_in(house, person)
    assert desk.call("sessions", "end_others").json()["ended"] == 1
    assert [each.call("me", "get").status_code for each in (desk, again, other)] == [200, 401, 200]
