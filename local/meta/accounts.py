"""What Meta says of tokens, numbers and subscriptions, and what tests have broken of it: POST /control/account."""

from __future__ import annotations

import re
import secrets
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pydantic.dataclasses import dataclass

from local.meta.config import STRICT
from local.meta.errors import GraphError

if TYPE_CHECKING:
    from local.meta.billing import Billing
    from local.meta.config import Config, Number

APP_ID, APP_NAME = "670843887433847", "Chatmill"
MANAGEMENT, MESSAGING = "whatsapp_business_management", "whatsapp_business_messaging"
EXPIRED = 463  # the subcode of 190
PIN = re.compile(r"[0-9]{6}")
NUMBER: dict[str, Any] = {
    "code_verification_status": "VERIFIED",
    "name_status": "APPROVED",
    "status": "CONNECTED",
    "platform_type": "CLOUD_API",
    "account_mode": "LIVE",
    "is_pin_enabled": True,
    "is_on_biz_app": False,
    "quality_rating": "GREEN",
    "messaging_limit_tier": "TIER_1K",
    "throughput": {"level": "STANDARD"},
}
ALWAYS = ("verified_name", "display_phone_number", "quality_rating")


@dataclass(config=STRICT)
class Account:
    """How a number's account and its token stand at Meta. `number`: fields of the number that are not as usual."""

    token_expired: bool = False
    scopes: tuple[str, ...] = (MANAGEMENT, MESSAGING)
    subscribed: bool = True
    callback: str = ""  # an address of the account's own instead of the app's
    targets: bool = True  # whether the token names its accounts; one that may use all of a company's does not
    pin: str = ""  # of the number's two-step verification
    # Of a number whose phone goes on with its app: {phone_number, full_name} each; {id, messages} each, or None where the phone doesn't share them;
    # and what was asked for.
    phone_book: list[dict[str, Any]] = field(default_factory=list)
    threads: list[dict[str, Any]] | None = field(default_factory=list)
    synchronized: list[str] = field(default_factory=list)
    number: dict[str, Any] = field(default_factory=dict)


class Accounts:
    """Each number's account; all is well until a test says otherwise."""

    def __init__(self, config: Config, billing: Billing) -> None:
        self.config, self.billing = config, billing
        self.known: dict[str, Account] = {}
        self.codes: dict[
            str, tuple[str, str]
        ] = {}  # the number and the address that each code was given out for

    def of(self, phone_number_id: str) -> Account:
        return self.known.setdefault(phone_number_id, Account())

    def check(self, allowed: set[str]) -> None:
        """Refuses a token that has expired."""
        if any(self.of(number).token_expired for number in allowed):
            words = "Error validating access token: Session has expired on Sunday, 01-Nov-26 00:00:00 PST."
            raise GraphError(190, message=words, subcode=EXPIRED)

    def numbers(self, allowed: set[str]) -> list[Number]:
        return [n for n in self.config.numbers if n.phone_number_id in allowed]

    def token(self, allowed: set[str]) -> dict[str, Any]:
        """`data` of GET /debug_token."""
        numbers = self.numbers(allowed)
        own = self.of(numbers[0].phone_number_id)
        targets = {"target_ids": sorted({n.waba_id for n in numbers})} if own.targets else {}
        return {
            "app_id": APP_ID,
            "type": "SYSTEM_USER",
            "application": APP_NAME,
            "data_access_expires_at": 0,
            "expires_at": 0,
            "is_valid": True,
            "scopes": [*own.scopes, "public_profile"],
            "granular_scopes": [{"scope": scope, **targets} for scope in own.scopes],
        }

    def register(self, number: Number, pin: Any) -> None:
        """Connects a number to the Cloud API. Its first PIN is the one that is given; a later one must be that."""
        own = self.of(number.phone_number_id)
        if not isinstance(pin, str) or not PIN.fullmatch(pin):
            raise GraphError(100, message="(#100) Param pin must be a string of 6 digits.")
        if own.pin and pin != own.pin:
            raise GraphError(133005, message="(#133005) Two step verification PIN Mismatch")
        own.pin = pin
        own.number |= {"status": "CONNECTED", "platform_type": "CLOUD_API", "is_pin_enabled": True}

    def give_code(self, phone_number_id: str, address: str) -> str:
        """What a person brings back from the dialog; good once, and for that address only."""
        code = f"AQ{secrets.token_urlsafe(40)}"
        self.codes[code] = (phone_number_id, address)
        return code

    def take_code(self, code: str, address: str) -> str:
        """The access token that a code is exchanged for."""
        number, meant = self.codes.pop(code, ("", ""))
        if not number:
            raise GraphError(100, message="This authorization code has been used.", subcode=36009)
        if meant != address:
            words = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used."
            raise GraphError(100, message=words, subcode=36008)
        return self.config.secrets.access_tokens[number]

    def number(self, number: Number, fields: str) -> dict[str, Any]:
        """The fields of a number that are asked for, or the usual ones."""
        own = self.of(number.phone_number_id)
        hooks = {"application": self.config.webhook_urls[0]}
        if own.callback:
            hooks["whatsapp_business_account"] = own.callback
        has = {
            "verified_name": number.name,
            "display_phone_number": number.display_phone_number,
            **NUMBER,
            "webhook_configuration": hooks,
            "health_status": self.billing.health(number),
            **own.number,
        }
        wanted = [name for name in fields.split(",") if name in has] or ALWAYS
        return {**{name: has[name] for name in wanted}, "id": number.phone_number_id}

    def subscriptions(self, waba_id: str) -> list[dict[str, Any]]:
        """`data` of GET /{waba}/subscribed_apps."""
        number = next(n for n in self.config.numbers if n.waba_id == waba_id)
        own = self.of(number.phone_number_id)
        if not own.subscribed:
            return []
        app = {"id": APP_ID, "name": APP_NAME, "link": f"https://www.facebook.com/games/?app_id={APP_ID}"}
        more = {"override_callback_uri": own.callback} if own.callback else {}
        return [{"whatsapp_business_api_data": app, **more}]
