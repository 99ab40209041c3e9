"""The outbox: each part once, an unknown outcome settled by its status, statuses that only move forward."""

from __future__ import annotations

import json
import threading

import pytest

from tests.sql.conversation import Conversation, Refused, new_run


def begin_reply(talk: Conversation, *texts: str) -> tuple[str, str, int]:
    message, run = talk.write(), new_run()
    turn = talk.open(message, run)["turn_id"]
    epoch = talk.begin(turn, run, 3)
    talk.queue(turn, epoch, *(texts or ("reply",)))
    return turn, run, epoch


@pytest.mark.field_failure(2)
def test_a_lost_outcome_is_settled_by_the_status_that_echoes_its_id(talk: Conversation) -> None:
    turn, run, epoch = begin_reply(talk)
    sending = talk.claim(turn, epoch)
    again = talk.begin(turn, run, 3)  # the worker died in the middle of the send
    assert talk.claim(turn, again) == {"do": "wait"}
    talk.status("sent", "wamid.lost", sending["send_id"])
    assert talk.claim(turn, again) == {"do": "done", "state": "sent"}
    assert talk.part(turn)["attempts"] == 1


@pytest.mark.field_failure(2)
def test_without_a_status_it_is_sent_again_only_after_the_wait_and_not_for_ever(talk: Conversation) -> None:
    turn, run, _ = begin_reply(talk)
    for attempt in range(1, 5):
        epoch = talk.begin(turn, run, 3)
        claimed = talk.claim(turn, epoch)
        assert (claimed["do"], claimed["attempt"]) == ("send", attempt)
        talk.record(turn, epoch, "unknown", None)
        assert talk.claim(turn, epoch) == {"do": "wait"}
        talk.pass_time("21 s")
    assert talk.claim(turn, talk.begin(turn, run, 3)) == {"do": "done", "state": "failed"}


def test_a_lost_request_of_a_tenant_that_was_suspended_meanwhile_is_not_left_unknown(
    talk: Conversation,
) -> None:
    turn, _, epoch = begin_reply(talk)
    talk.claim(turn, epoch)
    talk.record(turn, epoch, "unknown", None)
    talk.pass_time("21 s")
    talk.rows("update tenants set status = 'suspended' returning id")
    assert talk.claim(turn, epoch) == {"do": "cancelled", "reason": "the tenant is suspended"}
    part = talk.part(turn)
    assert part["state"] == "failed" and part["error"].endswith("not sent again: the tenant is suspended")


def test_the_first_writer_of_a_reply_wins(talk: Conversation) -> None:
    turn, run, _ = begin_reply(talk, "one", "two")
    assert talk.queue(turn, talk.begin(turn, run, 3), "other words") == 2
    assert talk.part(turn)["content"]["text"]["body"] == "one"


def test_an_overtaken_copy_may_say_that_its_own_request_was_accepted(talk: Conversation) -> None:
    turn, run, older = begin_reply(talk)
    talk.claim(turn, older)
    newer = talk.begin(turn, run, 3)
    talk.record(turn, older, "sent", "wamid.older")
    assert talk.claim(turn, newer) == {"do": "done", "state": "sent"}
    with pytest.raises(Refused):
        talk.claim(turn, older)


def test_an_overtaken_copy_may_say_nothing_else(talk: Conversation) -> None:
    turn, run, older = begin_reply(talk)
    talk.claim(turn, older)
    newer = talk.begin(turn, run, 3)
    with pytest.raises(Refused):
        talk.record(turn, older, "failed", None)
    talk.pass_time("21 s")
    talk.claim(turn, newer)
    with pytest.raises(Refused):
        talk.record(turn, older, "sent", "wamid.older")
    assert talk.part(turn)["state"] == "sending"


@pytest.mark.field_failure(10)
@pytest.mark.parametrize(
    "change",
    [
        "update contacts set paused_until = now() + interval '1 hour' where tenant_id = %s returning id",
        "update contacts set opted_out_at = now() where tenant_id = %s returning id",
        "update tenants set status = 'suspended' where id = %s returning id",
        "update chatbots set enabled = false where tenant_id = %s returning name",
    ],
)
def test_who_may_speak_is_checked_again_right_before_the_send(talk: Conversation, change: str) -> None:
    turn, run, epoch = begin_reply(talk)
    talk.one(change, talk.tenant)
    assert talk.claim(turn, epoch)["do"] == "cancelled"
    assert talk.part(turn)["state"] == "cancelled"
    talk.close(turn, run, "not_sent")


@pytest.mark.parametrize(
    ("statuses", "final"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["delivered", "delivered"], "delivered"),
        (["played", "read"], "played"),
        (["failed"], "failed"),
        (["failed", "sent"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered"], "delivered"),
        (["nonsense"], "sent"),
    ],
)
def test_a_status_moves_a_part_forward_only(talk: Conversation, statuses: list[str], final: str) -> None:
    turn = talk.answer(talk.write())
    part = talk.part(turn)
    for status in statuses:
        talk.status(status, part["message_id"], code=131026 if status == "failed" else None)
    assert talk.part(turn)["state"] == final
    assert talk.part(turn)["error_code"] == (131026 if "failed" in statuses else None), (
        "the code is kept apart"
    )
    logged = talk.one("select status from conversation_logs where send_id = %s", part["send_id"])
    assert logged == final


def test_a_status_that_comes_before_its_part_has_metas_id_is_not_lost(talk: Conversation) -> None:
    turn, _, epoch = begin_reply(talk)
    talk.claim(turn, epoch)
    talk.status("delivered", "wamid.early")
    assert talk.part(turn)["state"] == "sending"
    talk.record(turn, epoch, "sent", "wamid.early")
    talk.pass_time("2 s")
    assert talk.call("apply_events", 100) == 1
    assert talk.part(turn)["state"] == "delivered"


def test_a_failure_that_a_status_told_first_keeps_its_code(talk: Conversation) -> None:
    turn, _, epoch = begin_reply(talk)
    claimed = talk.claim(turn, epoch)
    talk.status("failed", "wamid.f", claimed["send_id"], code=131047)
    talk.record(turn, epoch, "sent", "wamid.f")
    assert (talk.part(turn)["state"], talk.part(turn)["error_code"]) == ("failed", 131047)


def test_statuses_of_somebody_elses_messages_do_not_hide_ours(talk: Conversation) -> None:
    for n in range(5):
        talk.one(
            "insert into inbound_messages (phone_number_id, message_id, kind, payload, due_at)"
            " values (%s, %s, 'status', %s, now() - interval '1 minute') returning seq",
            *(
                talk.bot,
                f"status:foreign{n}",
                json.dumps(
                    {"entry": [{"changes": [{"value": {"statuses": [{"id": f"f{n}", "status": "sent"}]}}]}]}
                ),
            ),
        )
    turn = talk.answer(talk.write())
    wamid = talk.part(turn)["message_id"]
    payload = json.dumps(
        {"entry": [{"changes": [{"value": {"statuses": [{"id": wamid, "status": "read"}]}}]}]}
    )
    talk.one(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, 'status:ours', 'status', %s) returning seq",
        *(talk.bot, payload),
    )
    talk.call("apply_events", 2)
    assert talk.part(turn)["state"] == "read"
    assert talk.call("apply_events", 100) == 0, "they are asked again later, not at once"


def test_a_status_in_the_moment_of_closing_is_in_the_log(talk: Conversation) -> None:
    turn, run, epoch = begin_reply(talk)
    talk.claim(turn, epoch)
    talk.record(turn, epoch, "sent", "wamid.close")
    closing = talk.connect()
    with closing.transaction():
        last = talk.begin(turn, run, 4, on=closing)
        talk.call("close_turn", turn, last, "done", "answered", "{}", on=closing)
        talk.status("read", "wamid.close")  # can't wait for the closing, and comes again
    closing.close()
    talk.pass_time("2 s")
    talk.call("apply_events", 100)
    assert talk.one("select status from conversation_logs where message_id = 'wamid.close'") == "read"


def test_parts_that_were_not_sent_when_the_turn_ended_say_so(talk: Conversation) -> None:
    turn, run, epoch = begin_reply(talk, "one", "two")
    talk.claim(turn, epoch)
    talk.record(turn, epoch, "failed", None)
    talk.close(turn, run, "not_sent")
    assert talk.part(turn, 2)["state"] == "cancelled"


def test_a_deliberate_resend_is_a_part_of_its_own_once_a_run(talk: Conversation) -> None:
    turn = talk.answer(talk.write())
    send_id, run = talk.part(turn)["send_id"], new_run()
    first = talk.call("resend_part", send_id, run)
    again = talk.call("resend_part", send_id, run)
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["send_id"] == again["send_id"] != str(send_id)
    assert talk.call("resend_part", send_id, new_run())["is_new"], "another run is another wish"
    talk.status("delivered", "wamid.again", first["send_id"])
    assert talk.call("record_resend", first["send_id"], "sent", "wamid.again", None, None) == "delivered"
    assert talk.part(turn)["state"] == "sent", "the first part's own state is untouched"


def test_a_part_can_not_be_resent_while_its_turn_is_open(talk: Conversation) -> None:
    turn, _, epoch = begin_reply(talk)
    talk.claim(turn, epoch)
    with pytest.raises(Exception, match="still being answered"):
        talk.call("resend_part", talk.part(turn)["send_id"], new_run())


def test_appliers_and_closers_at_once_do_not_deadlock(talk: Conversation) -> None:
    turns = [talk.answer(talk.write()) for _ in range(4)]
    parts = [talk.part(turn) for turn in turns]
    failures: list[BaseException] = []

    def apply(order: list[dict[str, object]]) -> None:
        connection = talk.connect()
        try:
            for part in order:
                what = {"id": part["message_id"], "status": "delivered"}
                payload = json.dumps({"entry": [{"changes": [{"value": {"statuses": [what]}}]}]})
                connection.execute("reset role")
                connection.execute(
                    "insert into inbound_messages (phone_number_id, message_id, kind, payload) values (%s, gen_random_uuid()::text, 'status', %s)",
                    [talk.bot, payload],
                )
                connection.execute("set role chatbot_app")
                talk.call("apply_events", 50, on=connection)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply, args=[order]) for order in (parts, parts[::-1]) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    talk.pass_time("10 s")
    talk.call("apply_events", 1000)
    assert {talk.part(turn)["state"] for turn in turns} == {"delivered"}


def test_a_reply_that_begins_twice_is_written_once_and_only_the_newer_copy_takes_its_parts(
    talk: Conversation,
) -> None:
    run = new_run()
    turn = talk.open(talk.write(), run)["turn_id"]
    first, later = (
        talk.call(
            "begin_reply", turn, run, json.dumps([{"type": "text", "text": {"body": body}} for body in said])
        )
        for said in (["one"], ["other", "words"])
    )
    assert (later["parts"], later["epoch"]) == (1, first["epoch"] + 1)
    with pytest.raises(Refused):
        talk.call("take_part", turn, first["epoch"], 1, "20 s")
    taken = talk.call("take_part", turn, later["epoch"], 1, "20 s")
    assert (taken["do"], taken["content"]["text"]["body"]) == ("send", "one")
    with pytest.raises(Refused):
        talk.call("begin_reply", turn, new_run(), "[]")


def test_a_part_that_may_not_be_sent_is_not_taken(talk: Conversation) -> None:
    turn, _, epoch = begin_reply(talk)
    talk.rows(
        "insert into send_rates (tenant_id, name, blocked_until) values (%s, %s, now() + interval '1 h') returning 1",
        talk.tenant,
        f"number {talk.bot}",
    )
    waits = talk.call("take_part", turn, epoch, 1, "20 s")
    assert waits["do"] == "wait" and 3500 < waits["seconds"] <= 3600
    talk.rows("update send_rates set blocked_until = now() where tenant_id = %s returning 1", talk.tenant)
    talk.rows(
        "insert into send_stops (tenant_id, code, reason, until) values (%s, 190, 'x', now() + interval '1 h') returning 1",
        talk.tenant,
    )
    assert talk.call("take_part", turn, epoch, 1, "20 s")["do"] == "stop"
    assert (talk.part(turn)["state"], talk.part(turn)["attempts"]) == ("failed", 0)
