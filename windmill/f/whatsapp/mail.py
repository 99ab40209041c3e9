"""E-mail to a tenant's people, through the operator's mail server: f/chatbot/settings, smtp_host and what follows it."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any

TIMEOUT_S = 5.0
NO_PASSWORD = "none"  # placeholder: Windmill variables can't be empty


def can_mail(settings: dict[str, Any]) -> bool:
    """Whether the operator has named a mail server."""
    return bool(settings.get("smtp_host") and settings.get("smtp_from"))


def send_mail(settings: dict[str, Any], to: str, subject: str, words: str) -> str:
    """Sends one message of plain text; "sent", or in words why not. It raises nothing, and names no password."""
    try:
        message = EmailMessage()
        message["From"], message["To"] = settings["smtp_from"], to
        message["Subject"] = " ".join(subject.split())[:200]  # a header has no line breaks
        message.set_content(words)
        with _connected(settings) as server:
            if settings.get("smtp_user"):
                password = settings.get("smtp_password") or NO_PASSWORD
                server.login(settings["smtp_user"], "" if password == NO_PASSWORD else password)
            server.send_message(message)
    except smtplib.SMTPResponseException as problem:  # before OSError, which it is, too
        return f"not delivered: the mail server answered {problem.smtp_code}"
    except smtplib.SMTPRecipientsRefused:
        return "not delivered: the mail server refuses this address"
    except (OSError, ValueError, LookupError, UnicodeError) as problem:
        return f"not delivered: {type(problem).__name__}"
    return "sent"


def _connected(settings: dict[str, Any]) -> smtplib.SMTP:
    """smtp_security: starttls (the default), tls, or none for a server on the same machine."""
    host, security = settings["smtp_host"], settings.get("smtp_security") or "starttls"
    port = int(settings.get("smtp_port") or (465 if security == "tls" else 587))
    context = ssl.create_default_context()
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    if security != "none":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
