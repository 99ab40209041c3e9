"""Reads a flow's definition and refuses, by name, every feature that the engine doesn't know.

A flow that quietly does something else here than on the server is worse than one that doesn't start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.runner.errors import BadRequest

FILE_KEYS = {
    "summary",
    "description",
    "value",
    "schema",
    "ws_error_handler_muted",
    "visible_to_runner_only",
    "labels",
}
VALUE_KEYS = {"modules", "failure_module", "same_worker"}
MODULE_KEYS = {"id", "value", "summary", "stop_after_if", "skip_if", "retry", "timeout", "continue_on_error"}
SCRIPT_KEYS = {"type", "path", "input_transforms"}
NOT_OPEN_SOURCE = {
    "concurrent_limit", "concurrency_key", "concurrency_time_window_s", "debounce_key", "debounce_delay_s",
    "priority", "delete_after_use", "delete_after_secs",
}  # fmt: skip


@dataclass(frozen=True)
class Transform:
    kind: str  # "static" or "javascript"
    value: Any = None
    expr: str = ""


@dataclass(frozen=True)
class StopAfterIf:
    expr: str
    skip: bool
    error_message: str | None


@dataclass(frozen=True)
class Retry:
    constant_attempts: int = 0
    constant_seconds: float = 0
    exponential_attempts: int = 0
    exponential_seconds: float = 0
    multiplier: float = 1
    random_factor: float = 0
    retry_if: str | None = None

    def delay(self, failures: int, jitter: float) -> float | None:
        """Seconds to wait before the next try, None when there is none left; jitter is between -1 and 1."""
        if failures < self.constant_attempts:
            return self.constant_seconds
        if failures - self.constant_attempts < self.exponential_attempts:
            seconds = self.multiplier * self.exponential_seconds ** (failures + 1)
            return float(min(seconds * (1 + jitter * min(self.random_factor, 100) / 100), 6 * 3600))
        return None


@dataclass(frozen=True)
class Module:
    id: str
    kind: str  # "script" or "identity"
    path: str = ""
    inputs: dict[str, Transform] = field(default_factory=dict)
    stop_after_if: StopAfterIf | None = None
    skip_if: str | None = None
    retry: Retry = Retry()
    timeout: Transform | None = None
    continue_on_error: bool = False


@dataclass(frozen=True)
class Flow:
    modules: tuple[Module, ...]
    failure: Module | None


def _refuse_unknown(where: str, data: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BadRequest(f"{where} must be a mapping")
    for key in data:
        if key in NOT_OPEN_SOURCE:
            raise BadRequest(f"{where} uses `{key}`, which Windmill's open-source edition does not have")
        if key not in known:
            raise BadRequest(f"{where} uses `{key}`, which the local runner does not know")
    return data


def _transform(where: str, data: Any) -> Transform:
    data = _refuse_unknown(where, data, {"type", "value", "expr"})
    kind = data.get("type")
    if kind not in ("static", "javascript"):
        raise BadRequest(f"{where} has type {kind!r}; the local runner knows `static` and `javascript`")
    return Transform(kind, data.get("value"), str(data.get("expr") or ""))


def _retry(where: str, data: Any) -> Retry:
    data = _refuse_unknown(where, data, {"constant", "exponential", "retry_if"})
    constant = _refuse_unknown(f"{where}.constant", data.get("constant") or {}, {"attempts", "seconds"})
    exponential = _refuse_unknown(
        f"{where}.exponential",
        data.get("exponential") or {},
        {"attempts", "multiplier", "seconds", "random_factor"},
    )
    condition = _refuse_unknown(f"{where}.retry_if", data.get("retry_if") or {}, {"expr"})
    if exponential.get("attempts", 0) > 0 and exponential.get("seconds", 0) == 0:
        raise BadRequest(f"{where}: exponential back-off needs `seconds` above 0")
    return Retry(
        constant_attempts=constant.get("attempts", 0),
        constant_seconds=constant.get("seconds", 0),
        exponential_attempts=exponential.get("attempts", 0),
        exponential_seconds=exponential.get("seconds", 0),
        multiplier=exponential.get("multiplier", 1),
        random_factor=exponential.get("random_factor") or 0,
        retry_if=condition.get("expr"),
    )


def _timeout(where: str, data: Any) -> Transform:
    return Transform("static", data) if isinstance(data, int | float) else _transform(where, data)


def _module(data: Any, position: str) -> Module:
    data = _refuse_unknown(f"Module {position}", data, MODULE_KEYS)
    module_id = str(data.get("id") or position)
    where = f"Module `{module_id}`"
    value = data.get("value") or {}
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("script", "identity"):
        raise BadRequest(f"{where} has type `{kind}`, which the local runner does not know")
    value = _refuse_unknown(where, value, SCRIPT_KEYS if kind == "script" else {"type"})
    stop = data.get("stop_after_if")
    if stop is not None:
        stop = _refuse_unknown(f"{where}: stop_after_if", stop, {"expr", "skip_if_stopped", "error_message"})
    skip = data.get("skip_if")
    if skip is not None:
        skip = _refuse_unknown(f"{where}: skip_if", skip, {"expr"})
    inputs = value.get("input_transforms") or {}
    return Module(
        id=module_id,
        kind=kind,
        path=str(value.get("path") or ""),
        inputs={name: _transform(f"{where}: input `{name}`", item) for name, item in inputs.items()},
        stop_after_if=StopAfterIf(stop["expr"], bool(stop.get("skip_if_stopped")), stop.get("error_message"))
        if stop
        else None,
        skip_if=skip["expr"] if skip else None,
        retry=_retry(f"{where}: retry", data["retry"]) if data.get("retry") is not None else Retry(),
        timeout=_timeout(f"{where}: timeout", data["timeout"]) if data.get("timeout") is not None else None,
        continue_on_error=bool(data.get("continue_on_error")),
    )


def parse_flow(path: str, data: dict[str, Any]) -> Flow:
    """The flow of a whole flow.yaml, or of the `value` that a job keeps."""
    data = _refuse_unknown(f"Flow {path}", data, FILE_KEYS)
    value = _refuse_unknown(f"Flow {path}", data.get("value"), VALUE_KEYS)
    if value.get("same_worker"):
        raise BadRequest(f"Flow {path} uses `same_worker: true`, which the local runner does not know")
    modules = value.get("modules")
    if not isinstance(modules, list):
        raise BadRequest(f"Flow {path} has no list of modules")
    parsed = tuple(_module(item, str(index)) for index, item in enumerate(modules))
    ids = [module.id for module in parsed]
    if len(set(ids)) != len(ids):
        raise BadRequest(
            f"Flow {path} has two modules with one id: {sorted(i for i in ids if ids.count(i) > 1)[0]}"
        )
    failure = value.get("failure_module")
    return Flow(parsed, _module(failure, "failure") if failure else None)
