"""What the home page says of a business's set-up, and the frame of a bot that is off."""

from __future__ import annotations

from tests.portal.conftest import A, Portal

EDITOR, VIEWER = "editor@alpha.example", "viewer@alpha.example"
BOT, HOME, NOTIFICATIONS = "f.portal_api.bot", "f.portal_api.home", "f.portal_api.notifications"


def done(portal: Portal) -> set[str]:
    return {step for step, ready in portal.ask(VIEWER, HOME, "get")["setup"].items() if ready}


def change(portal: Portal, **settings: object) -> None:
    assert portal.change(EDITOR, **settings)["ok"]


def test_each_step_of_the_set_up_is_done_by_what_the_staff_does(portal: Portal) -> None:
    assert done(portal) == {"number", "answers"}
    portal.store_whatsapp_token(A)
    assert done(portal) == {"number", "answers", "token"}
    change(portal, notify_phone="+34 600 111 222")
    assert portal.ask(EDITOR, BOT, "ask", question="When do you open?")["ok"]
    assert done(portal) == {"number", "answers", "token", "notified", "preview"}
    change(portal, notify_phone=None, enabled=False)
    assert done(portal) == {"number", "token", "preview"}


def test_another_business_has_a_set_up_of_its_own(portal: Portal) -> None:
    portal.store_whatsapp_token(A)
    setup = portal.ask("owner@beta.example", HOME, "get")["setup"]
    assert not setup["token"] and setup["number"]


def test_every_page_learns_which_bots_are_off(portal: Portal) -> None:
    assert portal.ask(VIEWER, NOTIFICATIONS, "count")["off"] == []
    change(portal, enabled=False)
    assert portal.ask(VIEWER, NOTIFICATIONS, "count")["off"] == ["Alpha"]


def test_what_is_open_is_counted(portal: Portal) -> None:
    nothing = {"waiting": 0, "unanswered": 0, "failed_documents": 0, "contradictions": 0, "approvals": 0}
    assert portal.ask(VIEWER, HOME, "get")["open"] == nothing
    portal.rows(
        "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, state) values (%s, 'a', 'a.pdf', 'a', 1, 'x', 'failed')",
        A,
    )
    assert portal.ask(VIEWER, HOME, "get")["open"] == {**nothing, "failed_documents": 1}
