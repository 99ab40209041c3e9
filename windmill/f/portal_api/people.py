# requirements: database
"""The people who may open a tenant's portal, with their roles. Owners add, invite and remove people, and see who changed what; an owner stays.

A person is an e-mail address or, at the door (portal/), a telephone number with its plus. In: a request of the portal's page
(f/common/portal_request.py). Out: the people with their roles, the link of an invitation, the audit log, or what was done.
"""

from __future__ import annotations

import secrets
from typing import Any

from f.common.branding import Branding, portal_address
from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    digest,
    handle_request,
    not_found,
    phone_field,
    text_field,
    whole_number_field,
)
from f.common.setting_kinds import EMAIL

postgresql = dict[str, Any]
c_settings = dict[str, Any]
PAGE = 50
MOST_INVITATIONS = 50  # a day: put_invitation of sql/functions/invitations.sql counts
INVITATION = {
    "en": (
        "Your invitation to {business}",
        "{by} invites you to the portal of {business}: {link}\n\nThe link is for you alone: you get a code at this address when you open it.",
    ),
    "es": (
        "Su invitación a {business}",
        "{by} le invita al portal de {business}: {link}\n\nEl enlace es solo para usted: al abrirlo recibirá un código en esta dirección.",
    ),
}


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    door = bool(settings.get("portal_url"))
    return handle_request(
        request,
        db,
        {
            "list": (
                ANYONE,
                lambda conn, member, fields: {**list_people(conn, member, fields), "door": door},
            ),
            "invite": (OWNERS, lambda conn, member, fields: invite(conn, member, fields, settings)),
            "withdraw": (OWNERS, withdraw),
            "create": (OWNERS, create),
            "update": (OWNERS, update),
            "delete": (OWNERS, delete),
            "list_changes": (OWNERS, list_changes),
        },
    )


def list_people(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select email, role, created_at::text from tenant_members"
            b" order by array_position(array['owner', 'editor', 'agent', 'viewer'], role), email"
        ).fetchall()
        invited = conn.execute(
            b"select person, role, invited_by, expires_at::text from door_invitations"
            b" where expires_at > now() order by made_at, person"
        ).fetchall()
    return {"people": rows, "you": member["email"], "invited": invited}


def invite(conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    """The link with which one person becomes a member. It is worth nothing to anybody else: the person proves themselves with a code.

    `mail`: whether it went to their address, too: "sent", "failed", or "none" where the platform has no mail server or the person no address.
    """
    person, role = email_and_role(fields)
    if not settings.get("portal_url"):
        raise Refused("no_door")
    token = secrets.token_urlsafe(24)
    with as_tenant(conn, member["tenant_id"]):
        values = [member["email"], person, role, digest(token)]
        match one(conn, "select put_invitation(%s, %s, %s, %s)", values):
            case "member":
                raise Refused("person_exists", email=person)
            case "slow":
                raise Refused("invitations_count", most=MOST_INVITATIONS)
        branding = one(conn, "select branding_of(current_tenant())", [])
        business = str(one(conn, "select name from tenants where id = current_tenant()", []))
    link = f"{portal_address(settings, branding)}/invitation#{token}"
    mail = mail_invitation(
        settings, branding, fields, person, {"business": business, "by": member["email"], "link": link}
    )
    return {"link": link, "mail": mail}


def mail_invitation(
    settings: dict[str, Any], branding: Branding, fields: Fields, person: str, about: dict[str, str]
) -> str:
    from f.whatsapp.mail import can_mail, send_mail

    if not can_mail(settings) or not EMAIL.fullmatch(person):
        return "none"
    language = text_field(fields, "language", 2)
    language = language if language in INVITATION else "en"
    subject, words = INVITATION[language]
    outcome = send_mail(settings, person, subject.format(**about), words.format(**about), branding, language)
    if outcome != "sent":
        print(f"the invitation was not sent: {outcome}")
    return "sent" if outcome == "sent" else "failed"


def withdraw(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Takes an invitation back."""
    person = text_field(fields, "email", 200).strip().lower()
    with as_tenant(conn, member["tenant_id"]):
        if one(conn, "select put_invitation(%s, %s, null, null)", [member["email"], person]) != "ok":
            raise not_found()
    return {"withdrawn": person}


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Adds a person. Refuses a person who is a member already, so that a second invitation changes no role."""
    email, role = email_and_role(fields)
    with as_tenant(conn, member["tenant_id"]):
        if conn.execute(b"select from tenant_members where email = %s", [email]).rowcount:
            raise Refused("person_exists", email=email)
        put_member(conn, member, email, role)
    return {"created": email}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes a person's role."""
    email, role = email_and_role(fields)
    with as_tenant(conn, member["tenant_id"]):
        if not conn.execute(b"select from tenant_members where email = %s", [email]).rowcount:
            raise not_found()
        put_member(conn, member, email, role)
    return {"updated": email}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Ends a membership; also one's own, if another owner stays."""
    email = text_field(fields, "email", 200).strip().lower()
    with as_tenant(conn, member["tenant_id"]):
        put_member(conn, member, email, None)
    return {"deleted": email}


def email_and_role(fields: Fields) -> tuple[str, str]:
    email, role = text_field(fields, "email", 200).strip().lower(), text_field(fields, "role", 20)
    if email and "@" not in email and not any(letter.isalpha() for letter in email):
        email = f"+{phone_field(fields, 'email')}"
    elif not EMAIL.fullmatch(email):
        raise Refused("email_or_role_invalid")
    if role not in ANYONE:
        raise Refused("email_or_role_invalid")
    return email, role


def put_member(conn: Connection, member: Member, email: str, role: str | None) -> None:
    """PostgreSQL checks that an owner stays, also if several people change memberships at once."""
    outcome = one(conn, "select put_member(%s, %s, %s)", [member["email"], email, role])
    if outcome == "last_owner":
        raise Refused("last_owner")
    if outcome == "not_found":
        raise not_found()


def list_changes(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Who changed what, newest first; `before`, a row's ID, gives older ones."""
    before = whole_number_field(fields, "before")
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select id, at::text, person, action, subject, before, after from audit_log"
            b" where tenant_id = current_tenant() and (%s = 0 or id < %s) order by id desc limit %s",
            [before, before, PAGE + 1],
        ).fetchall()
    return {"changes": rows[:PAGE], "more": len(rows) > PAGE}
