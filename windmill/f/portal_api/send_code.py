# requirements: whatsapp
"""Sends the code with which somebody signs in at the door (portal/): by e-mail, or on WhatsApp from the platform's own number.

In: the pad under which the database has the code for this very job. Out: nothing. No argument, result or log holds the code; whoever runs this by
hand, or with the pad of another job, gets "gone".
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from f.common.database import connect
from f.common.failures import contain_errors
from f.common.portal_request import digest

postgresql = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
DIGITS = 6
TEXTS = {
    "en": (
        "{name}: your code",
        "Your code for {where} is {code}\n\nIt counts for ten minutes, in the browser that asked for it. If you did not ask for it, do nothing.",
    ),
    "es": (
        "{name}: su código",
        "Su código para {where} es {code}\n\nSirve durante diez minutos, en el navegador que lo pidió. Si no lo pidió usted, no haga nada.",
    ),
}


@contain_errors
def main(
    pad: str, language: str, db: postgresql, settings: c_settings, whatsapp: c_whatsapp
) -> dict[str, Any]:
    with connect(db) as conn:
        row = conn.execute(
            b"select person, padded, host, branding from take_code(%s)", [digest(os.environ["WM_JOB_ID"])]
        ).fetchone()
    if row is None:
        return {"ok": False, "refused": "gone"}
    code = f"{(int(row['padded']) - int(pad)) % 10**DIGITS:0{DIGITS}}"
    language = language if language in TEXTS else "en"
    if row["person"].startswith("+"):
        outcome = send_whatsapp(settings, whatsapp, row["person"], code, language)
    else:
        outcome = send_mail(settings, row, code, language)
    if outcome != "sent":
        raise RuntimeError(f"the code was not sent: {outcome.replace(code, '')}")
    return {"ok": True}


def send_mail(settings: dict[str, Any], asked: dict[str, Any], code: str, language: str) -> str:
    """`asked`: the row of take_code. The mail says at which address its code counts: there may be several."""
    from f.whatsapp import mail

    if not mail.can_mail(settings):
        return "f/chatbot/settings names no mail server (SMTP_HOST, SMTP_FROM)"
    subject, words = TEXTS[language]
    branding = asked["branding"]
    return mail.send_mail(
        settings,
        asked["person"],
        subject.format(name=branding["name"]),
        words.format(code=code, where=asked["host"]),
        branding,
        language,
    )


def send_whatsapp(
    settings: dict[str, Any], whatsapp: dict[str, Any], person: str, code: str, language: str
) -> str:
    """By a template of the category authentication, whose button copies the code."""
    from f.whatsapp.graph_api import GraphApi

    number, token = settings.get("code_number"), settings.get("code_token") or "none"
    if not number or token == "none":
        return "f/chatbot/settings names no number for codes (CODE_NUMBER, CODE_TOKEN)"
    value = [{"type": "text", "text": code}]
    content = {
        "type": "template",
        "template": {
            "name": settings.get("code_template") or "sign_in_code",
            "language": {"code": language},
            "components": [
                {"type": "body", "parameters": value},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": value},
            ],
        },
    }
    sent = GraphApi(whatsapp, number, token, person, None).send(
        content, str(uuid.uuid4()), os.environ["WM_JOB_ID"]
    )
    return "sent" if sent["state"] == "sent" else str(sent["error"])
