# requirements: database
"""E-mail to a tenant's people, through the operator's mail server: f/chatbot/settings, smtp_host and what follows it.

Mails go by the name of the business's portal, and from its address where it has one (sql/functions/branding.sql).
"""

from __future__ import annotations

import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from f.common.branding import Branding, footer_of
from f.common.portal_request import Refused

TIMEOUT_S = 5.0
NO_PASSWORD = "none"  # placeholder: Windmill variables can't be empty


def can_mail(settings: dict[str, Any]) -> bool:
    """Whether the operator has named a mail server."""
    return bool(settings.get("smtp_host") and settings.get("smtp_from"))


def send_mail(
    settings: dict[str, Any], to: str, subject: str, words: str, branding: Branding, language: str = "en"
) -> str:
    """Sends one message of plain text; "sent", or in words why not. It raises nothing, and names no password."""
    try:
        message = EmailMessage()
        message["To"] = to
        message["Subject"] = " ".join(subject.split())[:200]  # a header has no line breaks
        message.set_content(f"{words}\n\n{footer_of(branding, language)}\n")
        platform, address = _sender(settings)
        own = branding["sender_address"]
        name = branding["sender_name"] or (branding["name"] if own else platform)
        try:
            _send(settings, message, own or address, name)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            if not own:
                raise
            # The server took the address when it was set. A code or a handoff has to arrive all the same. Postfix refuses a sender only when
            # it hears of the recipient (smtpd_delay_reject); a recipient that it truly refuses is refused again.
            print("the mail server may refuse the business's own sender: tried from the platform's")
            _send(settings, message, address, platform)
    except smtplib.SMTPResponseException as problem:  # before OSError, which it is, too
        return f"not delivered: the mail server answered {problem.smtp_code}"
    except smtplib.SMTPRecipientsRefused:
        return "not delivered: the mail server refuses this address"
    except (OSError, ValueError, LookupError, MessageError) as problem:
        return f"not delivered: {type(problem).__name__}"
    return "sent"


def check_sender(settings: dict[str, Any], address: str, to: str) -> None:
    """Asks the mail server whether it takes mails from this address, without sending one. Raises Refused."""
    if not can_mail(settings):
        raise Refused("sender_no_server")
    try:
        with _connected(settings) as server:
            _log_in(server, settings)
            server.ehlo_or_helo_if_needed()
            answers = [
                server.mail(address),
                server.rcpt(to if "@" in to else _sender(settings)[1]),
                server.rset(),
            ]
    except (smtplib.SMTPException, OSError, ValueError, LookupError) as problem:
        raise Refused("sender_unchecked", problem=type(problem).__name__) from None
    refused = [code for code, _ in answers[:2] if code >= 400]
    if refused:
        raise Refused("sender_refused", address=address, code=refused[0])


def _send(settings: dict[str, Any], message: EmailMessage, address: str, name: str) -> None:
    del message["From"]
    message["From"] = Address(display_name=name, addr_spec=address)
    with _connected(settings) as server:
        _log_in(server, settings)
        server.send_message(message)


def _sender(settings: dict[str, Any]) -> tuple[str, str]:
    """The platform's name, '' without one, and its address. Raises ValueError where the setting is none."""
    name, address = parseaddr(settings["smtp_from"])
    if not address or len(settings["smtp_from"].splitlines()) > 1:
        raise ValueError("smtp_from is no address")
    return name, address


def _log_in(server: smtplib.SMTP, settings: dict[str, Any]) -> None:
    if settings.get("smtp_user"):
        password = settings.get("smtp_password") or NO_PASSWORD
        server.login(settings["smtp_user"], "" if password == NO_PASSWORD else password)


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
