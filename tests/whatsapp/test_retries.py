"""What Meta accepted and then called failed: sent again when the error table says so, once, in order, and by nobody who was overtaken."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

import pytest

from tests.whatsapp.conftest import NUMBER, Bot
from tests.whatsapp.outbox import PHONE, TEXT, Turn
from tests.whatsapp.test_sends import CODES, TABLE

AGAIN = ("retry", "throttle_pair", "throttle_number", "media")


def claim(bot: Bot, run: str | None = None) -> dict[str, Any] | None:
    """Recovery looks for a part that is due."""
    found: dict[str, Any] | None = bot.one("select claim_retry(%s)", run or str(uuid.uuid4()))
    return found


def record(bot: Bot, part: dict[str, Any], run: str, state: str, code: int | None = None) -> Any:
    wamid = f"wamid.again.{part['attempt']}" if state == "sent" else None
    return bot.one("select record_retry(%s, %s, %s, %s, %s, 'x')", part["send_id"], run, state, wamid, code)


def due(bot: Bot) -> None:
    """Time passes: every wait is over."""
    bot.do("update outbound_messages set retry_at = now() - interval '1 second' where retry_at is not null")
    bot.do("update send_rates set blocked_until = '-infinity'")


def failed_after_sent(bot: Bot, code: int, contents: list[dict[str, Any]] | None = None) -> Turn:
    turn = Turn(bot, contents)
    for part in range(1, len(contents or [TEXT]) + 1):
        turn.sent(part)
    turn.close()
    assert turn.status("failed", code)
    return turn


@pytest.mark.field_failure(7)
@pytest.mark.parametrize(("code", "action", "waits"), TABLE, ids=CODES)
def test_each_row_of_the_table(bot: Bot, code: int, action: str, waits: list[float]) -> None:
    turn = failed_after_sent(bot, code)
    (part,) = turn.parts()
    assert (part["state"], part["error_code"]) == ("failed", code), "it is marked in any case"
    if action in AGAIN or action == "by_phone":
        wait = part["retry_in"].total_seconds()
        assert (waits or [0])[0] - 1 < wait <= (waits or [0])[0], "after the first wait of its row"
        assert wait < 0.5 or claim(bot) is None, "not before it is due"
        due(bot)
        again = claim(bot)
        assert again is not None
        assert again["content"] == TEXT
    else:
        assert part["retry_in"] is None
        due(bot)
        assert claim(bot) is None
    (logged,) = bot.rows("select status from conversation_logs where direction = 'out'")
    assert logged["status"] in ("failed", "pending")


def test_once_and_under_a_send_id_of_its_own(bot: Bot) -> None:
    turn, run = failed_after_sent(bot, 131000), str(uuid.uuid4())
    (first,) = turn.parts()
    due(bot)
    again = claim(bot, run)
    assert again is not None
    assert again["send_id"] != str(first["send_id"])
    assert claim(bot) is None, "it is on its way: nobody else gets it"
    assert record(bot, again, run, "sent") == "sent"
    assert turn.status("failed", 131000, of=first), "Meta doubles statuses: the old one is known, and settled"
    assert turn.status("sent", of=first)
    (part,) = turn.parts()
    assert (part["state"], part["retry_at"], part["attempts"]) == ("sent", None, 2)
    assert turn.status("delivered")
    (logged,) = bot.rows("select status, message_id from conversation_logs where direction = 'out'")
    assert logged == {"status": "delivered", "message_id": "wamid.again.2"}
    due(bot)
    assert claim(bot) is None


@pytest.mark.parametrize(("code", "tries"), [(131000, 3), (131056, 4), (131057, 1), (131053, 1), (131062, 1)])
def test_after_the_last_wait_of_its_row_it_stays_failed(bot: Bot, code: int, tries: int) -> None:
    turn, run = failed_after_sent(bot, code), str(uuid.uuid4())
    for _ in range(tries):
        due(bot)
        again = claim(bot, run)
        assert again is not None
        record(bot, again, run, "sent")
        turn.status("failed", code)
    due(bot)
    assert claim(bot) is None
    assert turn.parts()[0]["state"] == "failed"
    assert bot.rows("select count(*) as n from failed_sends")[0]["n"] == tries


def test_a_run_that_was_overtaken_writes_nothing(bot: Bot) -> None:
    failed_after_sent(bot, 131000)
    due(bot)
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    part = claim(bot, first)
    assert part is not None
    bot.do("update outbound_messages set sending_since = sending_since - interval '61 seconds'")
    again = claim(bot, second)
    assert again is not None, "its run was lost, and no status came for a minute"
    assert again["send_id"] == part["send_id"], "a status of either settles it"
    assert record(bot, part, first, "failed", 131000) is None
    assert record(bot, again, second, "sent") == "sent"


def test_a_status_settles_what_a_lost_run_sent(bot: Bot) -> None:
    turn = failed_after_sent(bot, 131000)
    due(bot)
    part = claim(bot)
    assert part is not None
    status = {
        "id": "w",
        "status": "sent",
        "biz_opaque_callback_data": json.dumps({"send_id": part["send_id"]}),
    }
    bot.do("select apply_status(%s::jsonb)", json.dumps(status))
    bot.do("update outbound_messages set sending_since = sending_since - interval '61 seconds'")
    assert claim(bot) is None
    assert turn.parts()[0]["state"] == "sent"


def texts(*bodies: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": {"body": body, "preview_url": False}} for body in bodies]


def test_to_one_person_in_order_to_others_at_once(bot: Bot) -> None:
    turn, run = failed_after_sent(bot, 131000, texts("one", "two")), str(uuid.uuid4())
    turn.status("failed", 131000, part=2)
    other = Turn(bot, texts("other"), sender="34600111222")
    other.sent()
    other.close()
    other.status("failed", 131000)
    due(bot)
    said = []
    while part := claim(bot, run):
        said.append(part)
    assert [part["content"]["text"]["body"] for part in said] == ["one", "other"]
    record(bot, said[0], run, "sent")
    second = claim(bot, run)
    assert second is not None
    assert second["content"]["text"]["body"] == "two"


def test_not_into_a_turn_that_is_being_answered(bot: Bot) -> None:
    failed_after_sent(bot, 131000)
    open_turn = Turn(bot)
    due(bot)
    assert claim(bot) is None
    open_turn.sent()
    open_turn.close()
    assert claim(bot) is not None


def test_a_step_sends_the_earlier_part_first(bot: Bot) -> None:
    turn = Turn(bot, texts("one", "two"))
    turn.sent()
    turn.status("failed", 131000)
    assert turn.may(2) == {"do": "first", "part": 1}
    assert turn.may(1)["do"] == "wait"
    due(bot)
    assert claim(bot) is None, "the turn's own step does it"
    turn.sent()
    assert turn.may(2)["do"] == "go"
    assert [part["state"] for part in turn.parts()] == ["sent", "pending"]


@pytest.mark.field_failure(10)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update contacts set paused_until = now() + interval '1 hour'", "a human took over"),
        ("update contacts set opted_out_at = now()", "opted out"),
        ("update contacts set last_message_at = now() - interval '25 hours'", "24 hours"),
        ("update chatbots set enabled = false", "switched off"),
        ("update outbound_messages set retry_at = now() - interval '2 hours'", "too late"),
        (
            "insert into send_stops (tenant_id, code, reason, until)"
            " select id, 190, 'send_token_expired', now() + interval '5 minutes' from tenants",
            "send_token_expired",
        ),
    ],
)
def test_what_has_become_pointless_is_marked_and_says_why(bot: Bot, change: str, words: str) -> None:
    turn = failed_after_sent(bot, 131000)
    due(bot)
    bot.do(change)
    assert claim(bot) is None
    (part,) = turn.parts()
    assert (part["state"], part["retry_at"]) == ("failed", None)
    assert "not sent again" in part["error"]
    assert words in part["error"]


def test_a_throttled_person_is_waited_for(bot: Bot) -> None:
    turn = failed_after_sent(bot, 131056)
    bot.do("update outbound_messages set retry_at = now() where retry_at is not null")
    assert claim(bot) is None
    assert turn.parts()[0]["retry_in"].total_seconds() > 0


@pytest.mark.field_failure(5)
def test_a_window_that_a_status_calls_closed_is_a_template_once(bot: Bot) -> None:
    bot.do('update chatbots set window_template = \'{"name": "hello"}\' where phone_number_id = %s', NUMBER)
    turn, run = failed_after_sent(bot, 131047), str(uuid.uuid4())
    part = claim(bot, run)
    assert part is not None
    assert part["content"]["template"]["name"] == "hello"
    record(bot, part, run, "sent")
    turn.status("failed", 131047)
    due(bot)
    assert claim(bot) is None
    assert turn.parts()[0]["state"] == "failed"


def human_reply(bot: Bot, timestamp: int | None = None) -> dict[str, Any]:
    """Somebody of the staff answers what a customer wrote, at this time by Meta's clock; returns begin_human_reply's verdict."""
    bot.do('update chatbots set window_template = \'{"name": "hello"}\' where phone_number_id = %s', NUMBER)
    more = {"timestamp": str(timestamp)} if timestamp else {}
    message = {"from": PHONE, "type": "text", "text": {"body": "hi"}, **more}
    turn = bot.arrive(message) if timestamp else bot.answered(message)  # what is too old gets no turn
    verdict: dict[str, Any] = bot.one(
        "select begin_human_reply(%s, %s, %s::jsonb, %s)",
        str(uuid.uuid4()),
        turn["contact_id"],
        json.dumps({"type": "text", "text": {"body": "A human here."}}),
        str(uuid.uuid4()),
    )
    return verdict


def test_no_template_takes_the_place_of_a_humans_words(bot: Bot) -> None:
    sent = human_reply(bot)
    failure = {"status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]}
    callback = json.dumps({"send_id": sent["send_id"]})
    bot.do(
        "select apply_status(%s::jsonb)",
        json.dumps(failure | {"id": "wamid.h", "biz_opaque_callback_data": callback}),
    )
    assert claim(bot) is None
    (part,) = bot.rows(
        "select state, retry_at, error, content from outbound_messages where send_id = %s", sent["send_id"]
    )
    assert (part["state"], part["retry_at"], part["error"]) == ("failed", None, "Re-engagement message")
    assert part["content"]["text"]["body"] == "A human here."


def test_a_human_learns_that_a_message_that_came_late_has_no_window(bot: Bot) -> None:
    verdict = human_reply(bot, int(time.time()) - 25 * 3600)
    assert verdict == {"do": "nothing", "reason": "window_closed"}


def test_when_meta_is_out_of_reach_it_is_tried_again_a_minute_later(bot: Bot) -> None:
    turn, run = failed_after_sent(bot, 131000), str(uuid.uuid4())
    due(bot)
    part = claim(bot, run)
    assert part is not None
    assert record(bot, part, run, "failed") == "failed"
    assert 50 < turn.parts()[0]["retry_in"].total_seconds() <= 60
    assert 40 < bot.one("select next_retry()") <= 60


def test_delivered_after_all_is_not_sent_again(bot: Bot) -> None:
    turn = failed_after_sent(bot, 131000)
    turn.status("delivered")
    due(bot)
    assert claim(bot) is None


def test_many_runs_at_once_send_it_once(bot: Bot) -> None:
    failed_after_sent(bot, 131000, texts("one", "two")).status("failed", 131000, part=2)
    due(bot)
    start, claimed = threading.Barrier(6), []

    def recover() -> None:
        other = Bot(bot.url, bot.tenant)
        start.wait()
        claimed.append(claim(other))
        other.conn.close()

    threads = [threading.Thread(target=recover) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bodies = [part["content"]["text"]["body"] for part in claimed if part]
    assert bodies == ["one"], "once, and its successor waits for it"


def test_who_is_forgotten_leaves_no_status_of_a_failed_request(bot: Bot) -> None:
    turn = failed_after_sent(bot, 131000)
    (first,) = turn.parts()
    bot.do(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, %s, 'status', '{}')",
        *(NUMBER, f"status:{first['message_id']}:failed:16505551234"),
    )
    due(bot)
    assert claim(bot) is not None
    (contact,) = bot.contacts()
    bot.one("select erase_contact(%s)", contact["id"])
    assert bot.rows("select message_id from inbound_messages") == []
    assert bot.rows("select send_id from failed_sends") == []
