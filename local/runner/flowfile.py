"""Reads a flow's definition and refuses, by name, every feature that the engine doesn't know.

A flow that quietly does something else here than on the server is worse than one that doesn't start.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from local.runner.errors import BadRequest

NOT_OPEN_SOURCE = {
    "concurrent_limit", "concurrency_key", "concurrency_time_window_s", "debounce_key", "debounce_delay_s",
    "priority", "delete_after_use", "delete_after_secs",
}  # fmt: skip


class Part(BaseModel):
    """A part of a definition: a key that is not named in its class is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Transform(Part):
    type: Literal["static", "javascript"]
    value: Any = None
    expr: str = ""


class Condition(Part):
    expr: str


class StopAfterIf(Condition):
    skip_if_stopped: bool = False
    error_message: str | None = None


class Constant(Part):
    attempts: int = 0
    seconds: float = 0


class Exponential(Constant):
    multiplier: float = 1
    random_factor: float | None = 0

    @model_validator(mode="after")
    def needs_seconds(self) -> Exponential:
        if self.attempts > 0 and self.seconds == 0:
            raise ValueError("exponential back-off needs `seconds` above 0")
        return self


class Retry(Part):
    constant: Constant = Constant()
    exponential: Exponential = Exponential()
    retry_if: Condition | None = None

    def delay(self, failures: int, jitter: float) -> float | None:
        """Seconds to wait before the next try, None when there is none left; jitter is between -1 and 1."""
        if failures < self.constant.attempts:
            return self.constant.seconds
        growing = self.exponential
        if failures - self.constant.attempts < growing.attempts:
            seconds = growing.multiplier * growing.seconds ** (failures + 1)
            spread = min(growing.random_factor or 0, 100) / 100
            return float(min(seconds * (1 + jitter * spread), 6 * 3600))
        return None


class Work(Part):
    """What a module runs; `identity` runs nothing and passes on what came before it."""

    type: Literal["script", "identity"]
    path: str = ""
    input_transforms: dict[str, Transform] = {}


class Module(Part):
    id: str
    value: Work
    summary: str = ""
    stop_after_if: StopAfterIf | None = None
    skip_if: Condition | None = None
    retry: Retry | None = None
    timeout: Transform | None = None
    continue_on_error: bool = False

    @field_validator("timeout", mode="before")
    @classmethod
    def plain_number(cls, value: Any) -> Any:
        return {"type": "static", "value": value} if isinstance(value, int | float) else value


class Flow(Part):
    modules: list[Module]
    failure: Module | None = Field(None, alias="failure_module")
    same_worker: Literal[False] = False

    @model_validator(mode="after")
    def ids_differ(self) -> Flow:
        ids = [module.id for module in self.modules]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"two modules have the id {name}")
        return self


class FlowFile(Part):
    value: Flow
    tag: str | None = None
    summary: str = ""
    description: str = ""
    schema_: Any = Field(None, alias="schema")
    ws_error_handler_muted: bool | None = None
    visible_to_runner_only: bool | None = None
    labels: Any = None


def parse_flow(path: str, data: dict[str, Any]) -> Flow:
    """The flow of a whole flow.yaml, or of the `value` that a job keeps."""
    try:
        return FlowFile.model_validate(data).value
    except ValidationError as error:
        raise BadRequest(f"Flow {path}: {_words(error)}") from error


def _words(error: ValidationError) -> str:
    """The first problem, by the name of what the engine does not know."""
    first = error.errors()[0]
    *where, last = map(str, first["loc"]) if first["loc"] else [""]
    place = ".".join(where)
    if first["type"] == "extra_forbidden" and last in NOT_OPEN_SOURCE:
        return f"{place} uses `{last}`, which Windmill's open-source edition does not have"
    if first["type"] == "extra_forbidden":
        return f"{place} uses `{last}`, which the local runner does not know"
    if first["type"] == "literal_error":
        value = str(first["input"]).lower() if isinstance(first["input"], bool) else first["input"]
        return f"{place} uses `{value if last == 'type' else f'{last}: {value}'}`, which the local runner does not know"
    return f"{place}.{last}: {first['msg']}"
