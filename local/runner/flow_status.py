"""The shape of a flow's status, as Windmill's own tools read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from local.runner.flowfile import Flow

# A slot is a module's index; None is the failure module.
Slot = int | None


def waiting(module_id: str) -> dict[str, Any]:
    return {"type": "WaitingForPriorSteps", "id": module_id}


def new_status(flow: Flow) -> dict[str, Any]:
    return {
        "step": 0,
        "modules": [waiting(module.id) for module in flow.modules],
        "failure_module": waiting(flow.failure.id if flow.failure else "failure"),
        "preprocessor_module": None,
        "cleanup_module": {},
    }


def slot_of(status: dict[str, Any], slot: Slot) -> dict[str, Any]:
    state: dict[str, Any] = status["failure_module"] if slot is None else status["modules"][slot]
    return state


def set_slot(status: dict[str, Any], slot: Slot, state: dict[str, Any]) -> None:
    if slot is None:
        parent = status["failure_module"].get("parent_module")
        status["failure_module"] = {**state, **({"parent_module": parent} if parent else {})}
    else:
        status["modules"][slot] = state


def queued(module_id: str, job_id: UUID) -> dict[str, Any]:
    return {"type": "WaitingForExecutor", "id": module_id, "job": str(job_id)}


def in_progress(module_id: str, job_id: UUID) -> dict[str, Any]:
    return {"type": "InProgress", "id": module_id, "job": str(job_id)}


def success(module_id: str, job_id: UUID, failed: list[str], skipped: bool) -> dict[str, Any]:
    return _ended("Success", module_id, job_id, failed) | {"skipped": skipped}


def failure(module_id: str, job_id: UUID, failed: list[str]) -> dict[str, Any]:
    return _ended("Failure", module_id, job_id, failed)


def _ended(kind: str, module_id: str, job_id: UUID, failed: list[str]) -> dict[str, Any]:
    state: dict[str, Any] = {"type": kind, "id": module_id, "job": str(job_id)}
    return state | {"failed_retries": failed} if failed else state
