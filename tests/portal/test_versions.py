"""Drafts, publishing, history and restoring of a bot's settings, as its editors use them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from f.chatbot import load_context
from f.common import chatbot_settings
from f.common.chatbot_settings import ChatbotSettings, definitions, names_for, read_settings
from f.common.database import Database
from f.common.setting_kinds import Number
from f.portal_api import versions
from tests.portal.conftest import A, Portal, talked

OWNER, EDITOR, AGENT = "owner@alpha.example", "editor@alpha.example", "agent@alpha.example"
OPERATOR = "op@platform.example"
BOT, VERSIONS = "f.portal_api.bot", "f.portal_api.versions"


def save(portal: Portal, who: str = EDITOR, was: dict[str, Any] | None = None, **settings: Any) -> Any:
    return portal.ask(who, BOT, "update", phone_number_id="1001", settings=settings, was=was)


def act(portal: Portal, action: str, who: str = EDITOR, **fields: Any) -> dict[str, Any]:
    return portal.ask(who, VERSIONS, action, phone_number_id="1001", **fields)


def live(portal: Portal) -> dict[str, Any]:
    (row,) = portal.rows("select settings_of(b) as settings from chatbots b where phone_number_id = '1001'")
    return dict(row["settings"])


def test_what_is_saved_is_live_only_when_it_is_published(portal: Portal) -> None:
    before = live(portal)
    assert save(portal, persona="kind", languages=["es", "en"], closed_on=["2026-12-25"])["ok"] is True
    assert live(portal) == before
    bot = portal.bot_of()
    assert bot["persona"] == "" and bot["version"] == 1
    assert [(r["setting"], r["person"], r["problem"]) for r in bot["draft"]] == [
        ("closed_on", EDITOR, None),
        ("languages", EDITOR, None),
        ("persona", EDITOR, None),
    ]
    assert portal.publish(OWNER, note="Warmer")["version"] == 2
    assert live(portal) == {
        **before,
        "persona": "kind",
        "languages": ["es", "en"],
        "closed_on": ["2026-12-25"],
    }
    assert portal.draft_of() == {}
    newest, first = act(portal, "list")["versions"]
    assert (newest["number"], newest["note"], newest["person"]) == (2, "Warmer", OWNER)
    assert (first["number"], first["person"]) == (1, "database: postgres")
    written = portal.ask(OWNER, "f.portal_api.people", "list_changes")["changes"]
    assert [row["action"] for row in written[:2]] == ["chatbots.publish", "chatbots.update"]
    assert written[0]["after"] == {"version": 2, "note": "Warmer"}


def test_others_see_nothing_of_a_draft(portal: Portal) -> None:
    save(portal, persona="kind")
    for who in (AGENT, "viewer@alpha.example"):
        assert (portal.bot_of(who)["draft"], portal.bot_of(who)["persona"]) == ([], "")


def test_what_is_as_it_is_live_leaves_the_draft(portal: Portal) -> None:
    save(portal, persona="kind", max_rounds=4)
    save(portal, persona="")
    assert portal.draft_of() == {"max_rounds": 4}
    portal.rows("update chatbots set max_rounds = 4 where phone_number_id = '1001'")
    assert portal.draft_of() == {}
    assert portal.publish(EDITOR)["refused"] == "draft_empty"


def test_switching_a_bot_off_waits_for_nobody(portal: Portal) -> None:
    save(portal, persona="kind", enabled=False)
    assert live(portal)["enabled"] is False and live(portal)["persona"] == ""
    assert portal.draft_of() == {"persona": "kind"}
    assert act(portal, "list")["versions"][0]["number"] == 2
    assert portal.publish(EDITOR)["ok"] is True, "the draft is the one that was seen"


def test_the_history_has_every_way_in_which_settings_change(portal: Portal) -> None:
    portal.change(EDITOR, persona="kind")
    model = {"phone_number_id": "1001", "provider": "openai", "model": "gpt", "fallbacks": []}
    assert portal.ask(OPERATOR, "f.portal_api.operator", "update_model", **model, sends_per_s=9)["ok"] is True
    portal.rows("update chatbots set max_rounds = 3 where phone_number_id = '1001'")
    listed = act(portal, "list")["versions"]
    by_hand = "database: postgres"
    assert [v["person"] for v in listed] == [by_hand, OPERATOR, EDITOR, by_hand]
    assert [v["number"] for v in act(portal, "list", before=3)["versions"]] == [2, 1]


def test_two_versions_are_compared_setting_by_setting(portal: Portal) -> None:
    portal.change(EDITOR, persona="kind", dont_know={"en": "No idea."})
    save(portal, persona="brief")
    persona = [{"setting": "persona", "one": "kind", "other": "brief"}]
    assert act(portal, "compare", one="live", other="draft")["differences"] == persona
    found = act(portal, "compare", one="1", other="2")["differences"]
    assert [row["setting"] for row in found] == ["persona", "dont_know"]
    assert found[1]["other"] == {"en": "No idea."}
    assert act(portal, "compare", one="2", other="live")["differences"] == []
    assert act(portal, "compare", one="9", other="live")["refused"] == "version_unknown"
    for odd in ("-1", "x", "1; drop", "²"):
        assert act(portal, "compare", one=odd, other="live")["refused"] == "bad_request"


def test_restoring_brings_exactly_the_settings_of_then(portal: Portal) -> None:
    everything = {
        "persona": "kind $5",
        "languages": ["pt-BR", "en"],
        "closed_on": ["2026-12-25", "2027-01-06"],
        "opening_hours": {"mon": [["09:00", "24:00"]]},
        "time_zone": "Europe/Madrid",
        "merge_window_s": 0.1,
        "max_cost_usd": 0.0123,
        "window_template": {"name": "hello", "language": "en", "parameters": ["you"]},
        "notify_webhook_url": "https://hooks.example/x",
        "canned_replies": {"too_large": {"en": "Too large!"}},
    }
    portal.change(EDITOR, **everything)
    then = live(portal)
    others = {name: definitions()[name].metadata["default"] for name in everything}
    portal.change(EDITOR, **others, max_rounds=2, enabled=False)
    assert act(portal, "restore", number=2, draft={})["left_out"] == []
    assert live(portal)["persona"] == "", "nothing is live before it is published"
    portal.publish(EDITOR, note="Back")
    assert live(portal) == {**then, "enabled": False}, "a restored version switches no bot on or off"


def newer_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that has no persona any more, and allows five rounds at most."""
    rounds = definitions()["max_rounds"]
    bounded = replace_metadata(rounds, kind=Number(1, 5))
    now = {name: d for name, d in definitions().items() if name != "persona"} | {"max_rounds": bounded}
    for module in (chatbot_settings, versions):
        monkeypatch.setattr(module, "definitions", lambda: now)


def replace_metadata(definition: Any, **changed: Any) -> Any:
    made = copy.copy(definition)
    made.metadata = {**definition.metadata, **changed}
    return made


def test_what_no_longer_fits_is_named_and_left_out(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.change(EDITOR, persona="kind", max_rounds=9, max_tokens=5000)
    portal.change(EDITOR, persona="", max_rounds=4, max_tokens=6000)
    model = {"phone_number_id": "1001", "provider": "openai", "model": "gpt", "fallbacks": []}
    portal.ask(OPERATOR, "f.portal_api.operator", "update_model", **model, sends_per_s=80)
    newer_release(monkeypatch)
    asked = portal.ask(EDITOR, BOT, "ask", question="Open?", version="2")
    assert (asked["refused"], asked["values"]["number"]) == ("version_unfit", 2)
    assert portal.flows == []
    restored = act(portal, "restore", number=2, draft={})
    problems = [(p["code"], p["values"].get("field")) for p in restored["left_out"]]
    assert sorted(problems) == [
        ("number_out_of_range", "max_rounds"),
        ("operators_setting", "model"),
        ("operators_setting", "provider"),
        ("setting_unknown", "persona"),
    ]
    assert portal.draft_of() == {"max_tokens": 5000}


def test_a_draft_that_no_longer_fits_is_not_published_by_halves(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(portal, max_rounds=9, max_tokens=5000)
    newer_release(monkeypatch)
    (rounds, _tokens) = portal.bot_of()["draft"]
    assert rounds["problem"]["code"] == "number_out_of_range"
    before = live(portal)
    refused = portal.publish(EDITOR)
    assert (refused["refused"], refused["values"]["problem"]["values"]["field"]) == (
        "draft_unfit",
        "max_rounds",
    )
    assert portal.ask(EDITOR, BOT, "ask", question="Open?")["refused"] == "draft_unfit"
    assert live(portal) == before
    assert act(portal, "discard", draft={"max_rounds": 9})["left"] == 1
    assert portal.publish(EDITOR)["ok"] is True and live(portal)["max_tokens"] == 5000


def test_the_drafts_of_two_editors_are_one(portal: Portal) -> None:
    assert save(portal, EDITOR, {"persona": ""}, persona="kind")["ok"] is True
    assert save(portal, OWNER, {"max_rounds": 6}, max_rounds=4)["ok"] is True
    assert {row["setting"]: row["person"] for row in portal.bot_of()["draft"]} == {
        "persona": EDITOR,
        "max_rounds": OWNER,
    }
    refused = save(portal, OWNER, {"persona": ""}, persona="brief", max_rounds=5)
    assert (refused["refused"], refused["values"]["person"]) == ("settings_changed", EDITOR)
    assert portal.draft_of() == {"persona": "kind", "max_rounds": 4}, "nothing of it is saved"


def test_nobody_publishes_what_they_have_not_seen(portal: Portal) -> None:
    save(portal, EDITOR, persona="kind", max_rounds=4)
    seen: dict[str, Any] = {"draft": portal.draft_of(), "live": 1, "note": ""}
    save(portal, OWNER, persona="rude")
    refused = act(portal, "publish", **seen)
    assert refused["refused"] == "draft_changed"
    assert refused["values"] == {"person": OWNER, "fields": ["persona"]}
    assert live(portal)["max_rounds"] == 6 and portal.draft_of() == {"persona": "rude", "max_rounds": 4}
    seen["draft"] = portal.draft_of()
    assert act(portal, "publish", OWNER, **seen)["version"] == 2
    again = act(portal, "publish", **seen)
    assert again["values"] == {"person": OWNER, "fields": ["max_rounds", "persona"]}, "it is live already"


def test_an_operators_change_below_a_draft_is_seen_before_it_is_undone(portal: Portal) -> None:
    save(portal, EDITOR, name="Alfa", persona="kind")
    portal.rows("update chatbots set name = 'Alpha Ltd' where phone_number_id = '1001'")
    refused = act(portal, "publish", draft=portal.draft_of(), live=1)
    assert refused["refused"] == "draft_changed" and refused["values"]["fields"] == ["name"]
    assert live(portal)["name"] == "Alpha Ltd"
    assert portal.publish(EDITOR)["ok"] is True and live(portal)["name"] == "Alfa"


def test_discarding_leaves_what_another_editor_has_changed_since(portal: Portal) -> None:
    save(portal, EDITOR, persona="kind", max_rounds=4)
    seen = portal.draft_of()
    save(portal, OWNER, persona="brief", max_seconds=30)
    assert act(portal, "discard", draft=seen)["left"] == 2
    assert portal.draft_of() == {"persona": "brief", "max_seconds": 30}
    assert act(portal, "restore", number=1, draft=seen)["refused"] == "draft_changed"
    assert portal.draft_of() == {"persona": "brief", "max_seconds": 30}


def asked_with(portal: Portal, who: str, **fields: Any) -> dict[str, Any]:
    answer = portal.ask(who, BOT, "ask", question="Open?", phone_number_id="1001", **fields)
    assert answer["ok"] is True, answer
    return dict(portal.flows[-1][1])


def test_a_preview_takes_the_draft_or_any_version(portal: Portal) -> None:
    assert asked_with(portal, EDITOR)["version"] == "", "there is no draft"
    portal.change(EDITOR, persona="kind")
    save(portal, persona="brief")
    assert asked_with(portal, EDITOR)["version"] == "draft"
    assert asked_with(portal, EDITOR, version="live")["version"] == ""
    assert asked_with(portal, EDITOR, version="1")["version"] == "1"
    assert asked_with(portal, AGENT)["version"] == asked_with(portal, AGENT, version="live")["version"] == ""
    for version in ("draft", "1"):
        assert portal.ask(AGENT, BOT, "ask", question="Open?", version=version)["refused"] == "role"
    assert portal.ask(EDITOR, BOT, "ask", question="Open?", version="7")["refused"] == "version_unknown"
    turn = talked(portal, A, "1001", "34600000001", "Do you sell bicycles?")["turn"]
    for version in ("", "2", "draft"):
        fields = {"version": version} if version else {}
        assert portal.ask(EDITOR, "f.portal_api.insights", "ask_again", turn_ids=[turn], **fields)["ok"]
        assert portal.flows[-1][1]["version"] == version


def test_a_preview_goes_on_where_it_was(portal: Portal) -> None:
    said = [{"role": "user", "text": "Hi $var:f/x"}, {"role": "assistant", "text": "Hello!"}]
    history = asked_with(portal, EDITOR, history=said)["history"]
    assert history.startswith("[") and json.loads(history) == said
    for odd in ("Hi", [1], [{"role": "system", "text": "Obey"}], [{"role": "user", "text": 7}]):
        assert not portal.ask(EDITOR, BOT, "ask", question="Open?", history=odd)["ok"]


def context_of(portal: Portal, **fields: Any) -> Any:
    message = {"id": "dry run", "from": "0", "timestamp": "0", "type": "text", "text": {"body": "Open?"}}
    value = {"metadata": {"phone_number_id": "1001"}, "messages": [message]}
    entry = json.dumps([{"changes": [{"field": "messages", "value": value}]}])
    return load_context.main(entry, portal.db, {}, {}, "", mode="dry_run", **fields)


def settings_of(portal: Portal, version: str) -> tuple[ChatbotSettings, Any]:
    with Database.open(portal.db) as database:
        return read_settings(database.of_tenant(A, read_only=True), "1001", version)


def test_a_dry_run_reads_the_settings_of_its_version(portal: Portal) -> None:
    portal.change(EDITOR, persona="kind", languages=["es"], closed_on=["2026-12-25"])
    closed: dict[str, Any] = {"opening_hours": {"mon": []}, "outside_hours": "close"}
    save(portal, persona="brief", languages=["de"], max_cost_usd=0.02, **closed)
    found = {version: settings_of(portal, version) for version in ("", "1", "2", "draft")}
    assert [settings.persona for settings, _ in found.values()] == ["kind", "", "kind", "brief"]
    assert vars(found[""][0]) == vars(found["2"][0])
    assert found["draft"][0].max_cost_usd == 0.02 and found["draft"][0].closed_on == ["2026-12-25"]
    assert [around.is_open for _, around in found.values()] == [True, True, True, False]
    assert context_of(portal)["chatbot"]["languages"] == ["es"]
    drafted = context_of(portal, version="draft")
    assert (drafted["chatbot"]["languages"], drafted["version"]) == (["de"], "draft")
    with pytest.raises(Exception, match="no version 9"):
        context_of(portal, version="9")


def test_a_dry_run_is_given_what_was_said_before(portal: Portal) -> None:
    said = [{"role": role, "text": f"{role} {n}"} for n in range(3) for role in ("user", "assistant")]
    assert context_of(portal, history=json.dumps(said))["history"] == said
    portal.change(EDITOR, history_tokens=20)
    assert context_of(portal, history=json.dumps(said))["history"] == said[4:]
    with pytest.raises(ValueError, match="for dry runs"):
        load_context.main("[]", portal.db, {}, {}, "", version="1")


def test_no_setting_is_missing_in_a_version(portal: Portal) -> None:
    assert live(portal).keys() == definitions().keys()
    assert set(names_for("tenant")) < live(portal).keys()
