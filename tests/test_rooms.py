"""Which room may import from which: the picture in docs/architecture.md, held against every import, also those inside functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from deploy import locks

ROOT = Path(__file__).resolve().parents[1]
# What each room of windmill/f may import from, beside itself. An arrow leads downwards only.
MAY_IMPORT = {
    "common": set[str](),
    "models": {"common"},
    "documents": {"common"},
    "whatsapp": {"common", "models", "documents"},
    "tools": {"common", "models"},
    "tenant_tools": {"common"},
    "agent": {"common", "models", "whatsapp", "tools"},
    "chatbot": {"common", "models", "documents", "whatsapp", "agent"},
    "ingest": {"common", "models", "documents"},
    "cases": {"common", "models", "documents"},
    "portal_api": {"common", "models", "documents", "whatsapp", "tools", "cases"},
    "portal": set[str](),
}
# The rooms whose scripts run as the user of each group that a deployment makes: what they are asked for, and what those jobs start.
RUN_AS = {
    "ingress": {"chatbot", "tenant_tools"},
    "door": {"portal_api", "ingest", "chatbot", "cases", "tenant_tools"},
}
# What still breaks a rule. An entry that no import needs any more fails, too.
FROM_SCRIPTS = {("f/chatbot/recover", "f/chatbot/on_failure")}
UPWARDS = {("f/whatsapp/canned_replies", "f/agent/language")}


def path_of(file: Path) -> str:
    return file.relative_to(locks.WINDMILL).with_suffix("").as_posix()


def arrows() -> set[tuple[str, str]]:
    """Each import of a deployed file by another one, wherever it stands. A type may come from above: nothing is loaded for it."""
    found = set()
    for script in locks.scripts():
        for name in locks.imported_names(ast.parse(script.read_text())):
            module = locks.WINDMILL / (name.replace(".", "/") + ".py")
            if name.startswith("f.") and module.exists():
                found.add((path_of(script), path_of(module)))
    return found


def test_every_room_has_its_rule() -> None:
    assert {folder.name for folder in (locks.WINDMILL / "f").iterdir() if folder.is_dir()} == set(MAY_IMPORT)


def test_no_rule_leads_in_a_circle() -> None:
    done: set[str] = set()
    while left := [room for room in MAY_IMPORT if room not in done]:
        free = {room for room in left if MAY_IMPORT[room] <= done}
        assert free, f"{', '.join(left)} lead back to each other"
        done |= free


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_from_those_below_it_only(room: str) -> None:
    allowed = {room, *MAY_IMPORT[room]}
    wrong = {
        (importer, module)
        for importer, module in arrows()
        if importer.split("/")[1] == room and module.split("/")[1] not in allowed
    }
    assert wrong - UPWARDS == set()


def test_what_breaks_a_rule_still_does() -> None:
    assert (FROM_SCRIPTS | UPWARDS) - arrows() == set(), "mended: take these away from the lists"


def test_no_script_that_runs_is_imported_by_another_one() -> None:
    wrong = {
        (importer, script)
        for importer, script in arrows()
        if "def main(" in (locks.WINDMILL / f"{script}.py").read_text()
    }
    assert wrong - FROM_SCRIPTS == set()


def imports_of(folder: str) -> set[str]:
    """The top-level names that a folder's files import."""
    files = (ROOT / folder).rglob("*.py")
    return {
        name.split(".")[0] for file in files for name in locks.imported_names(ast.parse(file.read_text()))
    }


@pytest.mark.parametrize("folder", ["ingress", "portal"])
def test_what_faces_the_internet_knows_windmill_as_an_url_only(folder: str) -> None:
    assert imports_of(folder) & {"f", "deploy", "worker", "windmill", "local", "sql", "wmill"} == set()


@pytest.mark.parametrize("folder", ["windmill/f", "windmill/worker", "windmill/deploy", "sql"])
def test_nothing_that_is_deployed_knows_the_stand_ins(folder: str) -> None:
    assert imports_of(folder) & {"local", "tests", "bench"} == set()


@pytest.mark.parametrize("folder", ["windmill/f", "sql"])
def test_what_runs_on_a_server_does_not_know_how_it_got_there(folder: str) -> None:
    assert imports_of(folder) & {"deploy", "ingress"} == set()


@pytest.mark.parametrize("group", RUN_AS)
def test_whoever_runs_a_room_may_read_what_it_imports_and_change_nothing(group: str) -> None:
    """Windmill asks for each module that a job imports whether the job's user may read its folder; false is read, true is write."""
    rooms, more = set[str](), RUN_AS[group]
    while more:
        rooms |= more
        more = set[str]().union(*(MAY_IMPORT[room] for room in rooms)) - rooms
    rights = {
        room: yaml.safe_load((locks.WINDMILL / f"f/{room}/folder.meta.yaml").read_text())["extra_perms"]
        for room in MAY_IMPORT
    }
    granted = {room: of[f"g/{group}"] for room, of in rights.items() if f"g/{group}" in of}
    assert rooms - granted.keys() == set(), f"the group {group} may not read these"
    assert [room for room, may_write in granted.items() if may_write] == []
