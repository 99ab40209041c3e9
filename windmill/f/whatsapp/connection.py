# requirements: whatsapp
"""Connects a number of WhatsApp: what an access token may use, the number's registration, and the app's subscription to its account.

A token comes typed, or from Meta's own dialog (Embedded Signup), where a business chooses the number that it gives our app access to. Only the
code comes back from there; which accounts it opens, Meta says of the token: the fields granular_scopes of GET /debug_token.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx2

from f.common.http_clients import tls
from f.common.problems import Problem
from f.common.redaction import redact, remember_secret
from f.whatsapp.graph_reading import TIMEOUT_S, WORDS, Answer, address, call

MANAGEMENT = "whatsapp_business_management"
NEEDED = ("whatsapp_business_messaging", MANAGEMENT)
FIELDS = "display_phone_number,verified_name,status,platform_type,is_pin_enabled,is_on_biz_app"
PAGE, MOST_PAGES = "100", 10
REFUSED_TOKEN, WRONG_PIN = 190, (133005, 133008, 133009)
COEXISTENCE = "whatsapp_business_app_onboarding"  # the phone goes on with its WhatsApp Business app
# What such a phone brings along: its contacts, then its conversations. Meta sends each once, to whoever asks on the day of the connection.
PAST = ("smb_app_state_sync", "history")


class ConnectionProblem(Problem):
    """Why a number can't be connected."""


class Number(NamedTuple):
    """A number that a token may use. `account`: the ID of its WhatsApp Business account. `connected`: it can send already. `on_phone`: its phone
    goes on with the WhatsApp Business app."""

    phone_number_id: str
    account: str
    display: str
    name: str
    connected: bool
    has_pin: bool
    on_phone: bool = False


class MetaAccounts:
    """What one access token may use and change. Every method raises ConnectionProblem with what Meta says."""

    def __init__(self, resource: dict[str, Any], token: str) -> None:
        self._resource, self._token = resource, token
        self._client = httpx2.Client(timeout=TIMEOUT_S, verify=tls(address(resource, "")))

    def numbers(self, app_id: str, account: str = "") -> list[Number]:
        """All of them. `app_id`: our app, if it is known; Meta reports messages to the token's own. `account`: the one to look in, where the token
        may use all of a company's and so names none."""
        about = self._ask("GET", "debug_token", {"input_token": self._token}).get("data") or {}
        if about.get("is_valid") is not True:
            raise ConnectionProblem("connect_token_refused", problem="is_valid: false")
        if app_id and str(about.get("app_id")) != app_id:
            raise ConnectionProblem(
                "connect_other_app", app=str(about.get("application") or about.get("app_id"))
            )
        lacking = [scope for scope in NEEDED if scope not in (about.get("scopes") or ())]
        if lacking:
            raise ConnectionProblem("connect_scopes", scopes=", ".join(lacking))
        accounts = [account] if account else _accounts(about.get("granular_scopes"))
        if not accounts:
            raise ConnectionProblem("connect_which_account")
        found = [number for one in accounts for number in self._of_account(one)]
        if not found:
            raise ConnectionProblem("connect_no_numbers")
        return found

    def _of_account(self, account: str) -> list[Number]:
        found: list[Number] = []
        query = {"fields": FIELDS, "limit": PAGE}
        for _ in range(MOST_PAGES):
            page = self._ask("GET", f"{account}/phone_numbers", query)
            found += [_number(said, account) for said in page.get("data") or () if said.get("id")]
            paging = page.get("paging") or {}
            if not paging.get("next"):
                break
            query = {**query, "after": str((paging.get("cursors") or {}).get("after") or "")}
        return found

    def register(self, number: Number, pin: str) -> None:
        """Lets the number send through the Cloud API. `pin`: the one that it has, or will have from now on."""
        self._ask("POST", f"{number.phone_number_id}/register", {"messaging_product": "whatsapp", "pin": pin})

    def subscribe(self, number: Number) -> None:
        """Lets Meta report what comes for the number's account to the app that the token belongs to. Twice is as good as once."""
        self._ask("POST", f"{number.account}/subscribed_apps", {})

    def ask_for_past(self, number: Number) -> str:
        """Lets Meta report what was said on the number's phone. Returns why Meta does not, "" where it will."""
        path = address(self._resource, f"{number.phone_number_id}/smb_app_data")
        asked = [
            call(
                self._client,
                "POST",
                path,
                self._token,
                None,
                {"messaging_product": "whatsapp", "sync_type": k},
            )
            for k in PAST
        ]  # each by itself: one that was sent before is refused, and the other is not
        return next((answer.words for answer in reversed(asked) if answer.data is None), "")

    def _ask(self, method: str, path: str, given: dict[str, str]) -> dict[str, Any]:
        query, body = (given, None) if method == "GET" else (None, given)
        answer = call(self._client, method, address(self._resource, path), self._token, query, body)
        if answer.data is None:
            raise _problem(answer)
        return answer.data


def dialog_address(
    resource: dict[str, Any], app: dict[str, Any], back: str, state: str, coexistence: bool
) -> str:
    """Where a business gives our app access to a number. `app`: f/chatbot/meta_app. `back`: where Meta sends the browser then, with `state`."""
    feature = {"featureType": COEXISTENCE, "sessionInfoVersion": "3"} if coexistence else {}
    query = {
        "client_id": app["app_id"],
        "config_id": app["signup_config_id"],
        "redirect_uri": back,
        "state": state,
        "response_type": "code",
        "override_default_response_type": "true",
        "extras": json.dumps({"setup": {}, **feature}),
    }
    return f"{app['dialog_url'].rstrip('/')}/{resource['api_version']}/dialog/oauth?{urlencode(query)}"


def exchange(resource: dict[str, Any], app: dict[str, Any], code: str, back: str) -> str:
    """The access token for the dialog's code. Raises ConnectionProblem."""
    query = {
        "client_id": app["app_id"],
        "client_secret": app["app_secret"],
        "code": code,
        "redirect_uri": back,
    }
    url = address(resource, "oauth/access_token")
    try:
        with httpx2.Client(timeout=TIMEOUT_S, verify=tls(url)) as client:
            answer = client.get(url, params=query).json()
        token = answer.get("access_token") if isinstance(answer, dict) else None
    except (httpx2.HTTPError, ValueError) as error:
        raise ConnectionProblem("connect_silent", problem=type(error).__name__) from None
    if isinstance(token, str) and token:
        remember_secret(token)
        return token
    problem = answer.get("error") if isinstance(answer, dict) else None
    words = str(problem.get("message") if isinstance(problem, dict) else "no token")
    hidden = redact(words, [code, app["app_secret"]])
    raise ConnectionProblem("connect_code_refused", problem=str(hidden)[:WORDS])


def _accounts(scopes: Any) -> list[str]:
    """The accounts that a token was given for; none where it may use all."""
    return [
        str(account)
        for scope in scopes or ()
        if scope.get("scope") == MANAGEMENT
        for account in scope.get("target_ids") or ()
    ]


def _number(said: dict[str, Any], account: str) -> Number:
    on_phone = said.get("is_on_biz_app") is True
    connected = said.get("status") == "CONNECTED" and (on_phone or said.get("platform_type") == "CLOUD_API")
    name = str(said.get("verified_name") or said.get("display_phone_number") or said["id"])
    display = str(said.get("display_phone_number") or "")
    has_pin = said.get("is_pin_enabled") is True
    return Number(str(said["id"]), account, display, name, connected, has_pin, on_phone)


def _problem(answer: Answer) -> ConnectionProblem:
    if answer.code == REFUSED_TOKEN:
        return ConnectionProblem("connect_token_refused", problem=answer.words)
    if answer.code in WRONG_PIN:
        return ConnectionProblem("connect_pin_wrong")
    if answer.code is None:
        return ConnectionProblem("connect_silent", problem=answer.words)
    return ConnectionProblem("connect_refused", problem=answer.words)
