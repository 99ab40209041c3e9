# requirements: database
"""A chatbot's versions: to compare, to publish the draft as the next one, to discard the draft, and to make a draft of an earlier version.

A chatbot with cases (f/portal_api/cases) is published when all of them are green, or by an owner who says why all the same. A draft may also be
published for a share of the customers, which is raised, published for all, taken back, or ends by itself (sql/functions/shares.sql).

In: a request of the portal's page (f/common/portal_request.py). Out: versions, differences, or what became of the draft. A request that acts
on the draft says how the person saw it: nobody publishes, discards or replaces what somebody else has changed since.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg

from f.cases.runs import begin_run
from f.common.chatbot_settings import DRAFT, TENANT, at_once, definitions, fitting, names_for
from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    EDITORS,
    OWNERS,
    Fields,
    Member,
    NotAllowed,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.common.problems import Message, message
from f.portal_api.mcp_server_rows import refuse_private
from f.portal_api.tool_choices import TOOLS, gone_tools, kept_from, refuse_others, why_unfit
from f.portal_api.version_settings import settings_at, version_field

postgresql = dict[str, Any]
c_settings = dict[str, Any]
PAGE = 30
MOST = 2**31 - 1
SHARES = (5, 10, 25, 50)  # percent of the customers
MARGIN = 10  # points, where nobody says otherwise
ACTS = ("raise", "publish", "take_back")
SHARE = b"""
    select s.version, s.percent, s.margin, s.state, s.steps, s.why, s.started_at::text, s.ended_at::text,
           share_rates(s.phone_number_id, s.version) as rates
    from version_shares s where s.phone_number_id = %s order by s.version desc limit 1
"""


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (EDITORS, list_versions),
            "compare": (EDITORS, compare),
            "publish": (EDITORS, lambda conn, member, fields: publish(conn, member, fields, settings)),
            "discard": (EDITORS, discard),
            "restore": (EDITORS, restore),
            "get_share": (EDITORS, get_share),
            "change_share": (EDITORS, change_share),
        },
    )


def list_versions(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The versions, newest first. `before`: only those with a smaller number; 0: all. `overruled`: {reason, red: [title]} of one that was published
    although cases were red, with those that are still there. `share`: [{act, percent, person, at}] of one that a share of the customers had.
    `live_before`: the number of the version that all had before."""
    before = whole_number_field(fields, "before", MOST) or MOST
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select number, note, v.person, published_at::text as at, overruled || jsonb_build_object('red',"
            b" (select coalesce(jsonb_agg(c.title order by c.title), '[]') from bot_cases c where overruled -> 'red' ? c.id::text))"
            b" as overruled, s.steps as share, (select max(p.number) from chatbot_versions p where p.phone_number_id = v.phone_number_id"
            b" and p.number < v.number and not p.shared) as live_before from chatbot_versions v"
            b" left join version_shares s on s.phone_number_id = v.phone_number_id and s.version = v.number"
            b" where v.phone_number_id = %s and number < %s order by number desc limit %s",
            [text_field(fields, "phone_number_id"), before, PAGE + 1],
        ).fetchall()
    return {"versions": rows[:PAGE], "more": len(rows) > PAGE}


def compare(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """In which settings two versions differ. `one`, `other`: a number, 'draft' or 'live'."""
    number = text_field(fields, "phone_number_id")
    with as_tenant(conn, member["tenant_id"]):
        a, b = (settings_at(conn, number, version_field(fields, name)) for name in ("one", "other"))
    names = dict.fromkeys(
        [*definitions(), *a, *b]
    )  # in the order of the form; last, what is no setting any more
    differ = [name for name in names if a.get(name) != b.get(name)]
    return {"differences": [{"setting": name, "one": a.get(name), "other": b.get(name)} for name in differ]}


def publish(
    conn: Connection, member: Member, fields: Fields, settings_resource: c_settings
) -> dict[str, Any]:
    """Makes the draft live at once: {"version"}. `draft`: as the person saw it; `live`: the number of the version that was live then.

    Of a chatbot with cases it first asks them: {"run"}. Ask again with that `run`, and it is published where they are green, and {"red": run}
    where one is not. An owner may give a `reason`. `percent`: only this share of the customers gets it, until it does worse than what is live by
    more than `margin` points. `waits`, beside the version: which settings stay in the draft, because only an owner publishes them; where nothing
    else is drafted, it is refused.
    """
    seen = seen_draft(fields)
    kept = kept_from(member, seen)
    draft = {name: value for name, value in seen.items() if name not in kept}
    if kept and not draft:
        raise Refused("tools_owners")
    _, problems = fitting(draft, TENANT)
    if problems:
        raise Refused("draft_unfit", problem=problems[0].message)
    if draft.get("notify_webhook_url"):
        refuse_private(draft["notify_webhook_url"], settings_resource)
    note, live = text_field(fields, "note", 500).strip(), whole_number_field(fields, "live", MOST)
    reason, run = (
        text_field(fields, "reason", 500).strip(),
        id_field(fields, "run") if fields.get("run") else None,
    )
    if reason and member["role"] not in OWNERS:
        raise NotAllowed("role")
    number, share = text_field(fields, "phone_number_id"), share_fields(fields)
    try:
        with as_tenant(conn, member["tenant_id"]):
            if gone := gone_tools(conn, draft):
                raise Refused("draft_unfit", problem=why_unfit(gone))
            done = one(
                conn,
                "select publish_draft(%s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)",
                [number, note, json.dumps(seen), live, run, reason, *share, kept],
            )
    except psycopg.errors.InvalidParameterValue:
        raise Refused("draft_unfit", problem=message("time_zone_unknown")) from None
    refuse_changed(done)
    if not done:
        raise Refused("draft_empty")
    if "share" in done:
        raise Refused("share_running", number=done["share"])
    if done.get("tests") == "red":
        return {"red": run}
    if "tests" in done:
        part = f"{DRAFT}:{','.join(sorted(draft))}"  # without what waits, and without drafted Q&A pairs
        return {"run": begin_run(conn, member["tenant_id"], number, "publish", part, member["email"])}
    return {"version": done["version"], "waits": kept}


def share_fields(fields: Fields) -> tuple[int | None, int]:
    """For how many percent of the customers, None: all; and by how many points its answers may be worse."""
    percent, margin = fields.get("percent"), fields.get("margin", MARGIN)
    if percent is None:
        return None, MARGIN
    numbers = all(isinstance(value, int) and not isinstance(value, bool) for value in (percent, margin))
    if not numbers or percent not in SHARES or not 1 <= margin <= 100:
        raise Refused("share_choice")
    return percent, margin


def get_share(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The newest version that a share of the customers got, with how its answers do beside the others': {share: {version, percent, margin, state,
    steps, why, started_at, ended_at, rates}}; null: there was none."""
    with as_tenant(conn, member["tenant_id"]):
        return {"share": conn.execute(SHARE, [text_field(fields, "phone_number_id")]).fetchone()}


def change_share(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Raises the share of a `version` to `to` percent, publishes it for all, or takes it back: `act`. {"version"}: what is live then.

    `percent`: the share as the person saw it; where it is another one now, nothing is changed.
    """
    number, act = whole_number_field(fields, "version", MOST), text_field(fields, "act", 20)
    seen, to = whole_number_field(fields, "percent", 100), whole_number_field(fields, "to", 100)
    if act not in ACTS:
        raise Refused("bad_request")
    if act == "raise" and to not in SHARES:
        raise Refused("share_choice")
    if act == "raise" and to <= seen:
        raise Refused("share_raise")
    bot = text_field(fields, "phone_number_id")
    values = [bot, number, seen, act, to if act == "raise" else None]
    with as_tenant(conn, member["tenant_id"]):
        if act != "take_back":
            share = conn.execute(
                b"select draft from version_shares where phone_number_id = %s and version = %s", [bot, number]
            ).fetchone()
            refuse_others(member, share["draft"] if share else {})
        done = one(conn, "select change_share(%s, %s, %s, %s, %s)", values)
    if done is None:
        raise not_found()
    if done.get("state") == "running":
        raise Refused("share_changed", person=done["person"])
    if "state" in done:
        raise Refused("share_ended", number=number)
    refuse_changed(done)
    return {"version": done["version"]}


def discard(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Takes out of the draft what is still as the person saw it. `left`: how many settings somebody else has changed since; they stay. `waits`:
    which others stay, because only an owner changes them."""
    seen = seen_draft(fields)
    kept = kept_from(member, seen)
    with as_tenant(conn, member["tenant_id"]):
        left = one(
            conn,
            "select discard_draft(%s, %s::jsonb, %s)",
            [text_field(fields, "phone_number_id"), json.dumps(seen), kept],
        )
    if left is None:
        raise not_found()
    return {"left": left, "waits": kept}


def restore(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Makes the settings of a version the draft. `left_out`: why which of them are not: they no longer fit, or are the operator's or the
    owner's. What an owner has drafted of the latter stays in the draft of whoever is none.

    Where it offers a tool that the business no longer has, nothing is restored, unless the request says `without_gone`: all but these then are.
    What acts at once is no part of it: to restore a version of a day when the bot was off does not switch it off.
    """
    bot, number = text_field(fields, "phone_number_id"), whole_number_field(fields, "number", MOST)
    seen = seen_draft(fields)
    with as_tenant(conn, member["tenant_id"]):
        live, then = settings_at(conn, bot, ""), settings_at(conn, bot, str(number))
        values = {n: v for n, v in then.items() if n not in at_once() and (n not in live or live[n] != v)}
        operators = [name for name in values if name in definitions() and name not in names_for(TENANT)]
        kept = kept_from(member, values | seen)
        values = {name: value for name, value in values.items() if name not in kept}
        gone = gone_tools(conn, values)
        if gone and fields.get("without_gone") is not True:
            raise Refused("version_tools_gone", number=number, tools=", ".join(gone))
        if gone:
            values[TOOLS] = {tool: rule for tool, rule in values[TOOLS].items() if tool not in gone}
        fit, problems = fitting({n: v for n, v in values.items() if n not in operators}, TENANT)
        done = one(
            conn,
            "select restore_draft(%s, %s, %s::jsonb, %s::jsonb, %s)",
            [bot, number, json.dumps({name: values[name] for name in fit}), json.dumps(seen), kept],
        )
        refuse_changed(done)
    left_out: list[Message] = [problem.message for problem in problems]
    left_out += [why_unfit(gone)] * bool(gone) + [message("tools_owners")] * bool(kept)
    return {"left_out": left_out + [message("operators_setting", field=name) for name in operators]}


def seen_draft(fields: Fields) -> dict[str, Any]:
    """The draft as the page showed it: {setting: value}."""
    draft = fields.get("draft")
    if not isinstance(draft, dict):
        raise Refused("bad_request")
    return draft


def refuse_changed(done: dict[str, Any] | None) -> None:
    """Refuses for what an SQL function has answered: there is no such chatbot, or somebody has changed the draft."""
    if done is None:
        raise not_found()
    if "person" in done:
        raise Refused("draft_changed", person=done["person"], fields=done["fields"])
