"""What Meta says of tokens, numbers and subscriptions, and what tests have broken of it: POST /control/account."""

from __future__ import annotations

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
NUMBER: dict[str, Any] = {
    "code_verification_status": "VERIFIED",
    "name_status": "APPROVED",
    "status": "CONNECTED",
    "platform_type": "CLOUD_API",
    "account_mode": "LIVE",
    "is_pin_enabled": True,
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
    number: dict[str, Any] = field(default_factory=dict)


class Accounts:
    """Each number's account; all is well until a test says otherwise."""

    def __init__(self, config: Config, billing: Billing) -> None:
        self.config, self.billing = config, billing
        self.known: dict[str, Account] = {}

    def of(self, phone_number_id: str) -> Account:
        return self.known.setdefault(phone_number_id, Account())

    def check(self, allowed: set[str]) -> None:
        """Refuses a token that has expired."""
        if any(self.of(number).token_expired for number in allowed):
            words = "Error validating access token: Session has expired on Sunday, 01-Nov-26 00:00:00 PST."
            raise GraphError(190, message=words, subcode=EXPIRED)

    def token(self, allowed: set[str]) -> dict[str, Any]:
        """`data` of GET /debug_token."""
        number = next(n for n in self.config.numbers if n.phone_number_id in allowed)
        scopes = self.of(number.phone_number_id).scopes
        return {
            "app_id": APP_ID,
            "type": "SYSTEM_USER",
            "application": APP_NAME,
            "data_access_expires_at": 0,
            "expires_at": 0,
            "is_valid": True,
            "scopes": [*scopes, "public_profile"],
            "granular_scopes": [{"scope": scope, "target_ids": [number.waba_id]} for scope in scopes],
        }

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
