# requirements: whatsapp
"""The doctor's questions to Meta: the token, the number, the account's webhook and templates. What Meta does not say is not known, never green."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from f.common.http_clients import tls
from f.common.problems import Message, message
from f.whatsapp.connection import NEEDED
from f.whatsapp.findings import Finding, green, judged, red, unknown
from f.whatsapp.graph_reading import TIMEOUT_S, WORDS, Answer, address, call
from f.whatsapp.number_health import NO_PAYMENT, troubles_of

NUMBER_FIELDS = (
    "verified_name,name_status,status,platform_type,code_verification_status,quality_rating,messaging_limit_tier,"
    "is_pin_enabled,webhook_configuration,health_status"
)
REFUSED_TOKEN, NO_OBJECT = 190, 100
SOON_DAYS = 14
LOW_LIMITS = ("TIER_0", "TIER_50")
BAD_NAMES = ("DECLINED", "EXPIRED", "NONE")
OF_NUMBER = ("registration", "name", "quality", "limit", "pin", "payment", "callback")


class MetaDoctor:
    """Asks about one number with its token. `behind_s`: how many seconds this machine's clock is behind Meta's; None: Meta has not said."""

    def __init__(self, resource: dict[str, Any], token: str, phone_number_id: str) -> None:
        self._resource, self._token, self._number = resource, token, phone_number_id
        self._client = httpx2.Client(timeout=TIMEOUT_S, verify=tls(address(resource, "")))
        self.behind_s: float | None = None

    def examine(
        self, account: str | None, webhook: str | None, templates: list[dict[str, str]]
    ) -> list[Finding]:
        """`account`: the WABA's id, where it is known. `webhook`: our address. `templates`: {name, language} that must be sendable."""
        with self._client:
            about = self._ask("debug_token", {"input_token": self._token})
            if about.code == REFUSED_TOKEN:
                return [
                    red("token", message("doctor_token_refused", problem=about.words)),
                    *self._waiting("scopes", "number", *OF_NUMBER, "subscription", "templates"),
                ]
            owner = (about.data or {}).get("data")
            token = owner if isinstance(owner, dict) else None
            number = self._ask(self._number, {"fields": NUMBER_FIELDS})
            found = [*_token(token, about), *self._of_number(number, webhook)]
            if number.data is None:
                return [*found, *self._waiting("subscription", "templates")]
            account = account or _account(number.data)
            return [*found, self._subscription(account, token), self._templates(account, templates)]

    def _ask(self, path: str, query: dict[str, str]) -> Answer:
        answer = call(self._client, "GET", address(self._resource, path), self._token, query)
        self._read_clock(answer.date)
        return answer

    def _read_clock(self, date: str | None) -> None:
        try:
            self.behind_s = parsedate_to_datetime(date or "").timestamp() - time.time()
        except (TypeError, ValueError):
            return

    def _waiting(self, *checks: str) -> list[Finding]:
        return [unknown(check, message("doctor_needs_token")) for check in checks]

    def _of_number(self, answer: Answer, webhook: str | None) -> list[Finding]:
        """What Meta says of the number itself: may the token use it, is it connected, and how does it stand?"""
        if answer.code == NO_OBJECT:
            foreign = message("doctor_foreign_number", number=self._number)
            return [red("number", foreign), *self._waiting(*OF_NUMBER)]
        if answer.data is None:
            return [unknown(check, _silent(answer)) for check in ("number", *OF_NUMBER)]
        said = answer.data
        state = str(said.get("status") or "")
        platform = str(said.get("platform_type") or "")
        connected = state == "CONNECTED" and platform == "CLOUD_API"
        wrong_state = message(
            "doctor_number_state", state=platform if state == "CONNECTED" else state or platform
        )
        name_state = str(said.get("name_status") or "")
        limit = str(said.get("messaging_limit_tier") or "")
        return [
            green("number"),
            judged("registration", None if connected else wrong_state) if state else _unsaid("registration"),
            _of_field(
                *("name", name_state, BAD_NAMES),
                message("doctor_name", name=str(said.get("verified_name") or ""), state=name_state),
            ),
            _of_field("quality", str(said.get("quality_rating") or ""), ("RED",), message("doctor_quality")),
            _of_field("limit", limit, LOW_LIMITS, message("doctor_limit", limit=limit)),
            judged("pin", None if said["is_pin_enabled"] else message("doctor_pin"))
            if isinstance(said.get("is_pin_enabled"), bool)
            else _unsaid("pin"),
            _payment(said.get("health_status")),
            _callback(said.get("webhook_configuration"), webhook),
        ]

    def _subscription(self, account: str | None, token: dict[str, Any] | None) -> Finding:
        """Whether Meta reports the account's messages to the app of the token."""
        if account is None:
            return _unsaid("subscription")
        answer = self._ask(f"{account}/subscribed_apps", {})
        apps = (answer.data or {}).get("data")
        if not isinstance(apps, list):
            return unknown("subscription", _silent(answer))
        ids = {
            str((app.get("whatsapp_business_api_data") or {}).get("id"))
            for app in apps
            if isinstance(app, dict)
        }
        own = str((token or {}).get("app_id") or "")
        if ids and not own:
            return _unsaid("subscription")  # somebody is subscribed, and Meta has not said whose the token is
        return judged(
            "subscription", None if own in ids else message("doctor_not_subscribed", account=account)
        )

    def _templates(self, account: str | None, wanted: list[dict[str, str]]) -> Finding:
        """Whether those templates can be sent that the settings name; the first that can't is told."""
        if not wanted:
            return green("templates")
        if account is None:
            return _unsaid("templates")
        for template in wanted:
            query = {"name": template["name"], "fields": "name,language,status", "limit": "100"}
            answer = self._ask(f"{account}/message_templates", query)
            listed = (answer.data or {}).get("data")
            if not isinstance(listed, list):
                return unknown("templates", _silent(answer))
            same = (template["name"], template["language"])
            states = [str(t.get("status")) for t in listed if (t.get("name"), t.get("language")) == same]
            if states != ["APPROVED"]:
                state = states[0] if states else "NOT_FOUND"
                return red("templates", message("doctor_template", name=template["name"], state=state))
        return green("templates")


def _silent(answer: Answer) -> Message:
    return message("doctor_meta_silent", problem=answer.words)


def _unsaid(check: str) -> Finding:
    return unknown(check, message("doctor_meta_silent", problem=check))


def _of_field(check: str, value: str, bad: tuple[str, ...], problem: Message) -> Finding:
    """Of a field of the number: absent, it is not known."""
    return judged(check, problem if value in bad else None) if value else _unsaid(check)


def _token(token: dict[str, Any] | None, answer: Answer) -> list[Finding]:
    """Whether the token is valid for long enough, and may do what is needed."""
    if token is None:
        return [unknown(check, _silent(answer)) for check in ("token", "scopes")]
    if token.get("is_valid") is not True:
        problem = (token.get("error") or {}).get("message") or "is_valid: false"
        return [
            red("token", message("doctor_token_refused", problem=str(problem)[:WORDS])),
            unknown("scopes", message("doctor_needs_token")),
        ]
    ends = token.get("expires_at") or 0
    days = max(round((ends - time.time()) / 86400), 0)
    soon = message("doctor_token_ends", days=days) if ends and days <= SOON_DAYS else None
    scopes = token.get("scopes")
    if not isinstance(scopes, list):
        return [judged("token", soon), _unsaid("scopes")]
    lacking = [scope for scope in NEEDED if scope not in scopes]
    return [
        judged("token", soon),
        judged("scopes", message("doctor_scopes", scopes=", ".join(lacking)) if lacking else None),
    ]


def _payment(status: Any) -> Finding:
    """Of the number's health: a missing way to pay, or whatever else keeps it from sending."""
    if not isinstance(status, dict):
        return _unsaid("payment")
    troubles = troubles_of(status)
    if any(trouble["code"] == NO_PAYMENT for trouble in troubles):
        return red("payment", message("doctor_payment"))
    if troubles:
        return red("payment", message("doctor_health", problem=troubles[0]["problem"]))
    return green("payment")


def _callback(hooks: Any, webhook: str | None) -> Finding:
    """Where Meta sends the number's messages: the number's own address comes before the account's and the app's."""
    if not webhook:
        return unknown("callback", message("doctor_needs_address"))
    said = hooks if isinstance(hooks, dict) else {}
    places = [said.get(name) for name in ("phone_number", "whatsapp_business_account", "application")]
    used = next((str(place) for place in places if place), None)
    if used is None:
        return _unsaid("callback")
    wrong = message("doctor_callback", address=used, wanted=webhook)
    return judged("callback", None if used.rstrip("/") == webhook.rstrip("/") else wrong)


def _account(number: dict[str, Any]) -> str | None:
    """The WABA's id, as the number's health names it."""
    status = number.get("health_status")
    entities = status.get("entities") if isinstance(status, dict) else None
    for entity in entities if isinstance(entities, list) else []:
        if isinstance(entity, dict) and entity.get("entity_type") == "WABA" and entity.get("id"):
            return str(entity["id"])
    return None
