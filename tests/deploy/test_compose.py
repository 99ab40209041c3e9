"""docker-compose.yml, .env.example and the workflows: what no engine is needed for to hold."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy import wmill
from deploy.tags import TAGS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
EXAMPLE = (ROOT / ".env.example").read_text().splitlines()
NAMES = [line.split("=")[0] for line in EXAMPLE if "=" in line and not line.startswith("#")]
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|_KEY$|AUTHTOKEN")


WORKERS = {f"windmill-worker-{tag}" for tag in TAGS}
LASTING = {name: service for name, service in SERVICES.items() if name != "migrations"}


@pytest.mark.parametrize("name", LASTING)
def test_each_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] > 0 and re.search(r"\d[mg]\b", service["mem_limit"])
    assert "privileged" not in service and "network_mode" not in service
    # Only PostgreSQL's image begins as root, to give the data to the role that then serves it.
    assert ("cap_add" in service) == (name in ("postgres", "windmill-postgres"))
    # Windmill and ngrok write where they like; their own images would have to be tried without that.
    assert service.get("read_only", False) == (name not in {"windmill-server", "ngrok", *WORKERS})


def test_each_service_reaches_only_what_it_needs() -> None:
    networks = yaml.safe_load(COMPOSE)["networks"]
    members = {
        network: {name for name, service in SERVICES.items() if network in service["networks"]}
        for network in networks
    }
    assert members == {
        "chatbot": {"postgres", "pooler", "migrations", "ingress", "portal", *WORKERS},
        "windmill": {"windmill-server", "ingress", "portal"},
        "windmill-database": {"windmill-postgres", "windmill-server", *WORKERS},
        "public": {"ingress", "ngrok", "webhook-url"},
        "monitoring": {"ingress", "prometheus"},
        "monitoring-pages": {"prometheus", "grafana"},
    }
    assert networks["windmill-database"] == networks["monitoring"] == {"internal": True}


def test_windmill_is_no_superuser_of_its_database() -> None:
    """A job can read its worker's environment, and a superuser could run programs on the database's machine."""
    database = SERVICES["windmill-postgres"]
    assert "POSTGRES_USER" not in database["environment"]  # so the superuser is postgres
    for name in ("windmill-server", *WORKERS):
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgresql://windmill:")
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in database["volumes"]}
    assert "/docker-entrypoint-initdb.d/init.sh" in mounted
    roles = (ROOT / mounted["/roles.sql"]).read_text()
    assert "create role windmill login password :'password';" in roles
    assert not re.search(r"create role windmill\b[^;]*superuser", roles)
    assert "alter role postgres password null;" in roles  # the two share one at the start


def test_migrations_end_when_they_are_done() -> None:
    migrations = SERVICES["migrations"]
    assert migrations["restart"] == "no" and "healthcheck" not in migrations
    recipe = migrations["build"]["dockerfile_inline"]
    assert "USER nobody" in recipe and recipe.strip().endswith('CMD ["python", "sql/apply.py"]')


def test_each_image_can_be_named_by_digest() -> None:
    """Whole, with its digest, in .env; the tag here is only the default."""
    images = [service["image"] for service in SERVICES.values() if "image" in service]
    bases = [arg for s in SERVICES.values() for arg in s.get("build", {}).get("args", {}).values()]
    for image in images + bases:
        assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[\w./-]+:v?\d[\w.-]*\}", image), image
    for folder in ("ingress", "portal"):
        dockerfile = (ROOT / folder / "Dockerfile").read_text()
        assert re.findall(r"^FROM (.*)", dockerfile, re.MULTILINE) == ["${PYTHON}"]


def test_each_variable_is_explained() -> None:
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE))
    assert used <= set(NAMES), sorted(used - set(NAMES))
    assert bootstrapped() <= set(NAMES)


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return loaded


@pytest.mark.parametrize("name", ["bot", "ci", "deploy"])
def test_workflows_run_actions_of_one_commit_and_may_only_read(name: str) -> None:
    loaded = workflow(name)
    assert loaded["permissions"] == {"contents": "read"}
    for step in (step for job in loaded["jobs"].values() for step in job["steps"]):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40)), step
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_a_pull_requests_own_code_meets_no_secret() -> None:
    """Who may push a branch may change what its checks run: so no run of a pull request has an environment, or a secret."""
    workflows: dict[str, dict[Any, Any]] = {name: workflow(name) for name in ("bot", "ci", "deploy")}
    triggers = {name: loaded[True] for name, loaded in workflows.items()}  # YAML: `on` is true
    assert (
        all("pull_request" in triggers[name] for name in ("bot", "ci"))
        and "pull_request" not in triggers["deploy"]
    )
    assert not any("pull_request_target" in on for on in triggers.values())
    for name in ("bot", "ci"):
        assert "secrets." not in (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
        assert not any("environment" in job for job in workflow(name)["jobs"].values())
    (job,) = workflow("deploy")["jobs"].values()
    assert job["environment"] == "production" and job["if"] == "github.ref == 'refs/heads/main'"


def bootstrapped() -> set[str]:
    """What the variables and resources are made from."""
    files = [ROOT / "windmill" / "resources" / name for name in ("resources.json", "variables.json")]
    return {name for file in files for name in re.findall(r'"env": "([A-Z_]+)"', file.read_text())}


def test_a_deployment_from_ci_says_all_that_one_by_hand_says() -> None:
    (job,) = workflow("deploy")["jobs"].values()
    given = set(job["env"]) | set(job["steps"][-1]["env"])
    assert bootstrapped() | {"JOB_RETENTION_DAYS", "INGRESS_URL", "META_APP_SECRET"} <= given
    assert job["defaults"]["run"]["shell"] == "bash"  # else a check before a pipe can't fail


def test_each_line_of_the_example_belongs_to_an_explanation() -> None:
    """A comment stands above each setting, or above the group of settings that it is in."""
    explained = False
    for line in EXAMPLE:
        explained = line.startswith("#") or (explained and bool(line))
        assert explained or not line, line


def test_no_secret_has_a_value() -> None:
    values = [line.split("=", 1) for line in EXAMPLE if "=" in line and not line.startswith("#")]
    assert [name for name, value in values if SECRET.search(name) and value] == []
    for name in re.findall(r"(?<!\$)\$\{([A-Z_]+):-[^}]+\}", COMPOSE):
        assert not SECRET.search(name) or name.endswith("_WINDMILL_TOKEN")


def test_images_are_pinned_and_one_windmill_is_everywhere() -> None:
    images = [service["image"] for service in SERVICES.values() if "image" in service]
    assert all(re.search(r":v?\d", image) for image in images), images
    assert len(set(re.findall(r"windmill-labs/windmill:([\d.]+)", COMPOSE))) == 1


def test_a_worker_has_time_to_finish_its_longest_step() -> None:
    flows = [yaml.safe_load(path.read_text()) for path in (ROOT / "windmill").glob("f/chatbot/**/flow.yaml")]
    longest = max(m["timeout"]["value"] for f in flows for m in f["value"]["modules"] if "timeout" in m)
    for name in WORKERS:
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > longest


def test_each_kind_of_work_has_workers_that_take_nothing_else() -> None:
    """And what the server queues by itself has some, too."""
    taken = {name: SERVICES[name]["environment"]["WORKER_TAGS"].split(",") for name in WORKERS}
    by_hand = ["dependency", "flow", "python3"]
    assert taken == {
        f"windmill-worker-{tag}": [tag, *(by_hand if tag == "background" else [])] for tag in TAGS
    }
    groups = {name: SERVICES[name]["environment"]["WORKER_GROUP"] for name in WORKERS}
    assert groups["windmill-worker-background"] == "default" and len(set(groups.values())) == len(TAGS)


def test_the_bound_of_turns_in_flight_follows_the_chat_workers() -> None:
    told = SERVICES["migrations"]["environment"]
    chat = SERVICES["windmill-worker-chat"]["environment"]
    assert told["CHAT_WORKERS"] == chat["NUM_WORKERS"] and chat["I_ACK_NUM_WORKERS_IS_UNSAFE"] == "1"
    settings = dict(line.split("=", 1) for line in EXAMPLE if "=" in line and not line.startswith("#"))
    assert chat["NUM_WORKERS"] == f"${{CHAT_WORKERS:-{settings['CHAT_WORKERS']}}}"
    assert "TURNS_IN_FLIGHT" in told


def test_no_port_is_on_another_address_than_this_machine() -> None:
    settings = dict(line.split("=", 1) for line in EXAMPLE if "=" in line and not line.startswith("#"))
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"postgres", "windmill-server", "ingress", "portal", "prometheus", "grafana"}
    for port in (port for ports in published.values() for port in ports):
        as_shipped = re.sub(r"\$\{(\w+):-[^}]*\}", lambda found: settings[found[1]], port)
        without_a_line = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", port)
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", as_shipped) and as_shipped == without_a_line


def test_what_was_running_comes_back_after_a_restart_of_the_machine() -> None:
    assert {service.get("restart") for service in LASTING.values()} == {"unless-stopped"}


def test_the_two_databases_know_nothing_of_each_other() -> None:
    """What Windmill's services are told, a job can read: so it must not lead to the chatbots' database."""
    ours, windmills = SERVICES["postgres"], SERVICES["windmill-postgres"]
    assert "windmill" not in json.dumps(ours).lower()
    assert "ports" not in windmills
    mounted = [volume.split(":")[0] for service in (ours, windmills) for volume in service["volumes"]]
    volumes = [volume for volume in mounted if not volume.startswith("./")]
    assert len(set(volumes)) == 2 and set(volumes) <= set(yaml.safe_load(COMPOSE)["volumes"])
    for name in ("windmill-postgres", "windmill-server", *WORKERS):
        told = json.dumps(SERVICES[name]["environment"])
        assert not re.search(
            r"@postgres\b|POSTGRES_PASSWORD\}|POSTGRES_PASSWORD:\?|CHATBOT_|MASTER_KEY", told
        )
        assert "WINDMILL_DB_PASSWORD" in told
    for name in ("migrations", "ingress", "portal"):
        assert "WINDMILL_DB_PASSWORD" not in json.dumps(SERVICES[name])


def test_what_waits_for_a_service_waits_until_it_is_healthy_or_done() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            ends = name == "migrations"
            condition = "service_completed_successfully" if ends else "service_healthy"
            assert name in SERVICES and how == {"condition": condition}


DOCUMENTS = [
    "README.md",
    "docs/alerts.md",
    *(f"windmill/{name}" for name in ("README.md", "OPERATING.md")),
    ".env.example",
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_the_documents_tell_to_type_is_there(name: str) -> None:
    """Services, variables, targets of make and files of the repository."""
    text = (ROOT / name).read_text()
    command = r"docker compose (?:--profile (?:ngrok|monitoring) )?(exec|stop|logs|up)((?: --?\w+(?: 10m)?)*)((?: [\w-]+)?)"
    for verb, _, service in re.findall(command, text):
        assert service.strip() in SERVICES or (verb == "up" and not service), (verb, service)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / name).parent / path).exists(), path


def test_workflows_are_yaml_and_lint_runs_the_pinned_cli() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert yaml.safe_load(path.read_text())["jobs"]
    assert wmill.CLI in (ROOT / "Makefile").read_text()
    assert json.dumps(SERVICES)


def test_the_pooler_lends_connections_for_a_transaction_to_the_steps_login_alone(tmp_path: Path) -> None:
    """Its start, with a stand-in for PgBouncer that shows what it would read."""
    for name in ("pgbouncer.ini", "pgbouncer.sh"):
        text = (ROOT / "windmill" / "postgres" / name).read_text()
        text = text.replace("/tmp/", f"{tmp_path}/run/").replace("/etc/pgbouncer", str(tmp_path))
        (tmp_path / name).write_text(text)
    (tmp_path / "run").mkdir()
    program = tmp_path / "pgbouncer"
    program.write_text(
        '#!/bin/sh\ncat "$1"; cat "$(dirname "$1")/users.txt"; env; stat -c %a "$(dirname "$1")/users.txt"\n'
    )
    program.chmod(0o755)
    told = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "CHATBOT_APP_PASSWORD": "planted0",
        "POOL_SIZE": "9",
        "CHATBOT_DB_HOST": "db.example.com",
        "CHATBOT_DB_SSLMODE": "require",
    }
    shown = subprocess.run(
        ["sh", str(tmp_path / "pgbouncer.sh")], env=told, capture_output=True, text=True, check=True
    ).stdout
    assert "pool_mode = transaction\n" in shown and "default_pool_size = 9\n" in shown
    assert shown.startswith("[databases]\nchatbot = host=db.example.com port=5432\n")
    assert "server_tls_sslmode = require\n" in shown
    assert shown.count("planted0") == 1 and '"chatbot_app" "planted0"\n' in shown and shown.endswith("600\n")
    assert SERVICES["pooler"]["networks"] == ["chatbot"] and "ports" not in SERVICES["pooler"]
