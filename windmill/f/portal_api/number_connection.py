# no_postinstall
# requirements: agent
"""Connects a number to a business: from an access token that a person types, or from Meta's own dialog. An owner does it, or an operator.

Nothing is stored here before Meta has agreed to all of it, and each step is one that Meta takes twice: whoever is cut off begins again.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import Fields, Member, Refused, not_found, text_field
from f.common.secrets import SecretError, seal, unseal
from f.portal_api.action_imports import refused
from f.portal_api.sealed_transport import SealError
from f.portal_api.sign_in_visits import address_back, open_code, state_digest
from f.portal_api.typed_keys import sealing_key, typed_key

if TYPE_CHECKING:
    from f.whatsapp.connection import MetaAccounts, Number

TOKEN, PIN = "whatsapp_token", "number_pin"
PIN_DIGITS = 6


class Platform(NamedTuple):
    """The platform's side: Meta's Graph API, our app there (f/chatbot/meta_app), the operator's settings, and the master key."""

    whatsapp: dict[str, Any]
    app: dict[str, Any]
    settings: dict[str, Any]
    master_key: str

    @property
    def has_dialog(self) -> bool:
        return bool(
            self.app.get("app_id")
            and self.app.get("signup_config_id")
            and self.app.get("app_secret") != "none"
        )

    def accounts(self, token: str) -> MetaAccounts:
        """What the token may use and change at Meta."""
        from f.whatsapp.connection import MetaAccounts

        return MetaAccounts(self.whatsapp, token)


def describe(platform: Platform) -> dict[str, Any]:
    """What the form needs: the key that typed secrets are sealed to, and whether Meta's dialog can be used."""
    return {"sealing_key": sealing_key(platform.master_key), "dialog": platform.has_dialog}


def list_numbers(conn: Connection, member: Member, fields: Fields, platform: Platform) -> dict[str, Any]:
    """The numbers that the typed token may use."""
    token = _typed_token(fields, member, platform)
    return {"numbers": _shown(conn, member, _numbers(platform.accounts(token), fields, platform))}


def connect(conn: Connection, member: Member, fields: Fields, platform: Platform) -> dict[str, Any]:
    """Registers `phone_number_id` at Meta if it is not, subscribes the app to its account, and gives it to the business with the token.
    `past`, where the number's phone goes on: why Meta does not send what was said there, "" where it will."""
    wanted = text_field(fields, "phone_number_id", 40)
    token = _token_of_dialog(conn, member, platform) if fields.get("dialog") else ""
    token = token or _typed_token(fields, member, platform)
    meta = platform.accounts(token)
    numbers = _numbers(meta, fields, platform)
    chosen = next((number for number in numbers if number.phone_number_id == wanted), None)
    if chosen is None:
        raise not_found()
    _check(conn, member, chosen, numbers)
    pin = _pin(fields, member, platform, chosen)
    if pin:
        refused(lambda: meta.register(chosen, pin))
    refused(lambda: meta.subscribe(chosen))
    sealed = seal(platform.master_key, member["tenant_id"], TOKEN, token)
    usable = [number.phone_number_id for number in numbers]
    values = [member["email"], chosen.phone_number_id, chosen.name, sealed, usable]
    with as_tenant(conn, member["tenant_id"]):
        done = one(conn, "select connect_number(%s, %s, %s, %s, %s)", values)
        if done == "ok":
            conn.execute(b"delete from number_sign_ins where person = %s", [member["email"]])
    if done != "ok":  # somebody else was quicker
        _check(conn, member, chosen, numbers)
        raise Refused("number_taken")
    connected = {"connected": chosen.phone_number_id, "name": chosen.name}
    return connected | {"past": meta.ask_for_past(chosen)} if chosen.on_phone else connected


def begin_dialog(conn: Connection, member: Member, fields: Fields, platform: Platform) -> dict[str, Any]:
    """The address of Meta's dialog, for this person and for ten minutes. `coexistence`: the phone keeps its WhatsApp Business app."""
    from f.whatsapp.connection import dialog_address

    if not platform.has_dialog:
        raise Refused("connect_no_dialog")
    state = secrets.token_urlsafe(32)
    url = dialog_address(
        *(platform.whatsapp, platform.app, address_back(platform.settings), state),
        fields.get("coexistence") is True,
    )
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"delete from number_sign_ins where person = %s", [member["email"]])
        conn.execute(
            b"insert into number_sign_ins (state_digest, tenant_id, person, seal_to) values (%s, %s, %s, %s)",
            [
                state_digest(state),
                member["tenant_id"],
                member["email"],
                sealing_key(platform.master_key),
            ],
        )
    return {"url": url}


def finish_dialog(conn: Connection, member: Member, fields: Fields, platform: Platform) -> dict[str, Any]:
    """Whether the business has given access in Meta's dialog: `waiting`, or `given` with the numbers that `connect` may take."""
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"select *, expires_at < now() as is_late from number_sign_ins where person = %s for update",
            [member["email"]],
        ).fetchone()
        if row is None:
            raise Refused("sign_in_late")
        if row["sealed_token"] is None:
            if row["sealed_code"] is None and row["refusal"] is None and not row["is_late"]:
                return {"state": "waiting"}
            conn.execute(
                b"delete from number_sign_ins where person = %s", [member["email"]]
            )  # a code is good once
    if row["sealed_token"] is None:
        _keep_token(conn, member, row, platform)
    token = _token_of_dialog(conn, member, platform)
    return {
        "state": "given",
        "numbers": _shown(conn, member, _numbers(platform.accounts(token), fields, platform)),
    }


def _keep_token(conn: Connection, member: Member, row: dict[str, Any], platform: Platform) -> None:
    """Exchanges the code that the browser brought back, and keeps the token until a number is chosen."""
    from f.whatsapp.connection import exchange

    if row["refusal"]:
        raise Refused("connect_denied")
    if row["sealed_code"] is None:
        raise Refused("sign_in_late")
    try:
        code = open_code(row, platform.master_key)["code"]
    except (SealError, ValueError):
        raise Refused("sign_in_late") from None
    token = refused(lambda: exchange(platform.whatsapp, platform.app, code, address_back(platform.settings)))
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(
            b"insert into number_sign_ins (state_digest, tenant_id, person, seal_to, sealed_token) values (%s, %s, %s, '', %s)"
            b" on conflict do nothing",
            [
                row["state_digest"],
                member["tenant_id"],
                member["email"],
                seal(platform.master_key, member["tenant_id"], TOKEN, token),
            ],
        )


def _token_of_dialog(conn: Connection, member: Member, platform: Platform) -> str:
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"select sealed_token from number_sign_ins where person = %s and expires_at > now() and sealed_token is not null",
            [member["email"]],
        ).fetchone()
    try:
        if row is not None:
            return unseal(platform.master_key, member["tenant_id"], TOKEN, row["sealed_token"])
    except SecretError:
        pass  # sealed by a key that has been changed meanwhile
    raise Refused("sign_in_late")


def _typed_token(fields: Fields, member: Member, platform: Platform) -> str:
    token = typed_key(fields, platform.master_key, member["tenant_id"], TOKEN)
    if not token:
        raise Refused("key_missing")
    return token


def _numbers(meta: MetaAccounts, fields: Fields, platform: Platform) -> list[Number]:
    account = text_field(fields, "account", 40).strip()
    if account and not (account.isascii() and account.isdigit()):
        raise Refused("connect_account")
    return refused(lambda: meta.numbers(platform.app.get("app_id") or "", account))


def _shown(conn: Connection, member: Member, numbers: list[Number]) -> list[dict[str, Any]]:
    with as_tenant(conn, member["tenant_id"]):
        taken = one(conn, "select taken_numbers(%s)", [[number.phone_number_id for number in numbers]])
        own = [row["phone_number_id"] for row in conn.execute(b"select phone_number_id from chatbots")]
    states = {**dict.fromkeys(own, "own"), **dict.fromkeys(taken, "taken")}
    return [{**number._asdict(), "state": states.get(number.phone_number_id, "new")} for number in numbers]


def _check(conn: Connection, member: Member, chosen: Number, numbers: list[Number]) -> None:
    """Refuses a number of another business, and a token that the business's other numbers would lose theirs to."""
    usable = [number.phone_number_id for number in numbers]
    with as_tenant(conn, member["tenant_id"]):
        taken = one(conn, "select taken_numbers(%s)", [[chosen.phone_number_id]])
        lost = conn.execute(
            b"select string_agg(name, ', ' order by name) as names from chatbots where phone_number_id <> all(%s)"
            b" and exists (select from tenants where whatsapp_token is not null)",
            [usable],
        ).fetchone()
    if taken:
        raise Refused("number_taken")
    if lost and lost["names"]:
        raise Refused("connect_others", names=lost["names"])


def _pin(fields: Fields, member: Member, platform: Platform, number: Number) -> str:
    """The PIN to register the number with; '' where it is registered."""
    if number.connected:
        return ""
    pin = typed_key(
        {**fields, "sealed_key": fields.get("sealed_pin")}, platform.master_key, member["tenant_id"], PIN
    )
    if not pin and number.has_pin:
        raise Refused("connect_pin_old")
    if not pin:
        raise Refused("connect_pin_new")
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise Refused("connect_pin_digits")
    return pin
