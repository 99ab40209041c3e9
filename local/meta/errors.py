"""Meta's documented error bodies."""

import secrets
from typing import Any

from starlette.responses import JSONResponse

# code: (HTTP status, title, details)
KNOWN: dict[int, tuple[int, str, str]] = {
    1: (400, "API Unknown", "Possibly an invalid request, or a server error."),
    2: (503, "API Service", "Service temporarily unavailable."),
    4: (400, "API Too Many Calls", "The app has reached its API call rate limit."),
    100: (400, "Invalid parameter", "One or more parameters are not supported or misspelled."),
    190: (401, "Invalid OAuth access token", "The access token is not valid for this number."),
    368: (403, "Temporarily blocked for policies violations", "The account was restricted."),
    80007: (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: (429, "Rate limit hit", "Cloud API message throughput has been reached."),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: (403, "Access denied", "Permission is either not granted or has been removed."),
    131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: (503, "Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: (400, "Message undeliverable", "Unable to deliver message."),
    131031: (403, "Account has been locked", "The account was restricted or disabled."),
    131042: (400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied "
        "to this number.",
    ),
    131048: (400, "Spam rate limit hit", "There are restrictions on how many messages this number can send."),
    131049: (400, "Meta chose not to deliver", "Not delivered to maintain healthy ecosystem engagement."),
    131051: (400, "Unsupported message type", "Message type is not currently supported."),
    131052: (400, "Media download error", "Unable to download the media sent by the user."),
    131053: (400, "Media upload error", "Unable to upload the media used in the message."),
    131056: (
        429,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages sent from this number to the same person in a short period of time.",
    ),
    131057: (503, "Account in maintenance mode", "Business Account is in maintenance mode."),
    132000: (400, "Template Param Count Mismatch", "The number of parameters does not match the template."),
    132001: (404, "Template does not exist", "The template does not exist in the specified language."),
    132012: (400, "Parameter format mismatch", "A parameter does not fit the template."),
    132015: (400, "Template is paused", "The template is paused due to low quality."),
    132016: (400, "Template is disabled", "The template was paused too often and is permanently disabled."),
    132018: (400, "Template parameters invalid", "A parameter of the template holds what it may not."),
    133004: (503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
    133005: (400, "Two step verification PIN Mismatch", "The PIN is not the number's own."),
    133010: (
        400,
        "Phone number Not Registered",
        "Phone number not registered on the WhatsApp Business Platform.",
    ),
}


class GraphError(Exception):
    """A refused call, with everything for its body."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        status: int | None = None,
        message: str | None = None,
        subcode: int | None = None,
        kind: str = "OAuthException",
        for_people: tuple[str, str] | None = None,
    ) -> None:
        known = KNOWN.get(code, (400, "Unknown error", "An unknown error happened."))
        self.code = code
        self.status = known[0] if status is None else status
        self.message = message or f"(#{code}) {known[1]}"
        self.details = details or known[2]
        self.subcode = subcode
        self.kind = kind
        self.for_people = for_people  # a title and words that a person may read
        super().__init__(f"{self.message}: {self.details}")

    def response(self) -> JSONResponse:
        """The documented body."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.for_people is not None:
            error["error_user_title"], error["error_user_msg"] = self.for_people
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return JSONResponse({"error": error}, self.status)


def status_error(code: int) -> dict[str, Any]:
    """An entry of `errors[]` in a `failed` status."""
    _, title, details = KNOWN.get(code, (400, "Unknown error", "An unknown error happened."))
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
    }


def invalid_token() -> GraphError:
    return GraphError(190, message="Invalid OAuth access token - Cannot parse access token")


def wrong_object(object_id: str, method: str) -> GraphError:
    """What a token gets for an object that isn't its own, whether that exists or not."""
    message = (
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation"
    )
    return GraphError(100, message, message=message, subcode=33, kind="GraphMethodException")
