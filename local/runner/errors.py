"""Errors that become an HTTP answer, a failed job, or the one sentence a command ends with."""

from __future__ import annotations

from typing import Any


class StartError(Exception):
    """The runner can't start; the message is the sentence to show."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class ApiError(Exception):
    """An error that a caller sees, with Windmill's status code and prefix."""

    status = 500
    prefix = ""

    def __init__(self, message: str) -> None:
        super().__init__(f"{self.prefix}{message}")


class BadRequest(ApiError):
    status = 400
    prefix = "Bad request: "


class NotFound(ApiError):
    status = 404
    prefix = "Not found: "


class NotAuthorized(ApiError):
    status = 401
    prefix = "Not authorized: "


class PermissionDenied(ApiError):
    status = 403
    prefix = "Permission denied: "


class ExecutionError(Exception):
    """A job failed outside of its own code: an expression, a resource that isn't there, a timeout."""


def error_result(name: str, message: str, step_id: str | None = None, **more: Any) -> dict[str, Any]:
    """The result of a failed job, as Windmill stores it."""
    error: dict[str, Any] = {"message": message, "name": name, **more}
    if step_id:
        error["step_id"] = step_id
    return {"error": error}


def execution_error(message: str, step_id: str | None = None) -> dict[str, Any]:
    return error_result("ExecutionErr", f"execution error:\n{message}", step_id)
