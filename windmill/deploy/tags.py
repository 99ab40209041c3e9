"""Which workers take what: the tag of each script that runs by itself. A flow names its own in flow.yaml, and it counts for all its steps.

Work of different kinds has workers of its own (docker-compose.yml), so none waits for another. A job whose tag no worker takes waits for ever
without a word: deploy names such tags, the operator's page shows them, and recovery alerts.
"""

from __future__ import annotations

from f.common.windmill import TAGS

CHAT, PORTAL, BACKGROUND, RECOVERY, TOOLS = TAGS
# The first that fits a path counts.
RULES = {
    "f/chatbot/recover": RECOVERY,
    "f/ingest/refresh_sources": RECOVERY,
    "f/chatbot/clean_data": RECOVERY,
    "f/cases/start_due": RECOVERY,
    "f/cases/": BACKGROUND,
    "f/chatbot/fetch_files": BACKGROUND,
    "f/chatbot/read_templates": BACKGROUND,
    "f/chatbot/check_numbers": BACKGROUND,
    "f/chatbot/deliver_events": BACKGROUND,
    # Somebody waits for these: the staff at the portal, an operator in Windmill.
    "f/portal_api/": PORTAL,
    "f/ingest/upload_document": PORTAL,
    "f/chatbot/erase_contact": PORTAL,
    "f/chatbot/find_run": PORTAL,
    "f/chatbot/resend_part": PORTAL,
    "f/tenant_tools/": TOOLS,
    "f/chatbot/": CHAT,
    "f/ingest/": BACKGROUND,
}


def tag_of(path: str) -> str | None:
    """The tag of a script with a main; None where no rule fits."""
    return next((tag for start, tag in RULES.items() if path.startswith(start)), None)
