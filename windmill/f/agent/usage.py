# requirements: whatsapp
"""Warns a tenant, once a month, that most of a monthly limit is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from f.agent.turn import Turn

WARN_AT = 0.8


def warn_of_limit(turn: Turn) -> None:
    """Tells the webhook for notifications. A warning never fails a turn."""
    usage, url = turn.surroundings.usage, turn.settings.notify_webhook_url
    if turn.dry_run or usage["warned"] or usage["share"] < WARN_AT:
        return
    if not turn.db.value("select claim_usage_warning()") or not url:
        return
    from f.common.ssrf import post_json

    words = f"{usage['share']:.0%} of this month's {usage['limit'].removeprefix('monthly_')} are used"
    event = {"event": "usage_warning", "text": words, "usage": usage}
    try:
        status = post_json(url, event, turn.allowed_private_hosts, secrets=turn.webhook_secrets())
        print(f"usage warning: HTTP {status}")
    except Exception as problem:
        print(f"the usage warning could not be delivered: {type(problem).__name__}: {problem}")
