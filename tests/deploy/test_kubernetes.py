"""windmill/kubernetes: the manifests fit Kubernetes' own schemas, hold no secret, and say the same as docker-compose.yml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from deploy.tags import TAGS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "windmill" / "kubernetes"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
VALUES: dict[str, Any] = yaml.safe_load((FOLDER / "windmill.values.yaml").read_text())
GROUPS = {group["name"]: group for group in VALUES["windmill"]["workerGroups"]}


def manifests() -> Iterator[dict[str, Any]]:
    for name in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((FOLDER / name).read_text())


OBJECTS = {f"{each['kind']} {each['metadata']['name']}": each for each in manifests()}
INGRESS = OBJECTS["Deployment ingress"]["spec"]["template"]["spec"]
JOB = OBJECTS["Job migrations"]["spec"]["template"]["spec"]
POOLER = OBJECTS["Deployment pooler"]["spec"]["template"]["spec"]
PORTAL = OBJECTS["Deployment portal"]["spec"]["template"]["spec"]
PODS = [(INGRESS, "ingress"), (PORTAL, "portal"), (JOB, "migrations"), (POOLER, "pooler")]
SECRET_NAME = re.compile(r"PASSWORD|TOKEN|SECRET|KEY|HEADERS|DATABASE_URL|PROVIDERS")


def variables(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (container,) = pod["containers"]
    return {variable["name"]: variable for variable in container["env"]}


@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
@pytest.mark.parametrize("name", OBJECTS)
def test_each_manifest_fits_the_schemas(name: str, version: str) -> None:
    kubernetes_validate.validate(OBJECTS[name], version, strict=True)


def test_the_schemas_refuse_a_word_that_is_not_there() -> None:
    wrong = json.loads(json.dumps(OBJECTS["Deployment ingress"]).replace("readinessProbe", "readyProbe"))
    with pytest.raises(kubernetes_validate.ValidationError, match="readyProbe"):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_file_of_the_folder_is_applied_or_named() -> None:
    readme = (FOLDER / "README.md").read_text()
    for path in FOLDER.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in readme, path.name


@pytest.mark.parametrize(("pod", "service"), PODS)
def test_it_gets_what_compose_gives_it_and_each_secret_by_reference(
    pod: dict[str, Any], service: str
) -> None:
    given, same = variables(pod), set(SERVICES[service]["environment"])
    ports = {
        f"{prefix}_{what}" for prefix in ("INGRESS", "INGRESS_ADMIN", "PORTAL") for what in ("HOST", "PORT")
    }  # the image's own
    assert set(given) == same - ports - {"TURNS_IN_FLIGHT"}
    for name, variable in given.items():
        by_reference = "secretKeyRef" in variable.get("valueFrom", {})
        assert by_reference == bool(SECRET_NAME.search(name)), name


@pytest.mark.parametrize(("pod", "service"), PODS)
def test_a_pod_has_no_more_rights_than_its_container_in_compose(pod: dict[str, Any], service: str) -> None:
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False and pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"]["memory"] == SERVICES[service]["mem_limit"].upper() + "i"


def test_the_probes_ask_what_the_ingress_answers() -> None:
    (container,) = INGRESS["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"webhook": 8080, "admin": 8081}
    asked = {name: container[name]["httpGet"] for name in ("livenessProbe", "readinessProbe", "startupProbe")}
    assert asked["livenessProbe"] == asked["startupProbe"] == {"path": "/healthz", "port": "webhook"}
    assert asked["readinessProbe"] == {"path": "/readyz", "port": "admin"}, "it knows of the database"
    (rule,) = OBJECTS["Ingress webhook"]["spec"]["rules"]
    assert [path["path"] for path in rule["http"]["paths"]] == ["/webhook", "/oauth/callback"], (
        "the internet reaches nothing else"
    )


def test_what_points_at_something_points_at_what_is_there() -> None:
    labels = OBJECTS["Deployment ingress"]["spec"]["template"]["metadata"]["labels"]
    groups = [{"app": "windmill-workers", "workerGroup": name} for name in GROUPS]
    pooler = OBJECTS["Deployment pooler"]["spec"]["template"]["metadata"]["labels"]
    portal = OBJECTS["Deployment portal"]["spec"]["template"]["metadata"]["labels"]
    assert OBJECTS["Service portal"]["spec"]["selector"].items() <= portal.items()
    known = [labels, pooler, portal, {"app": "windmill-app"}, {"app": "windmill-workers"}, *groups]
    for name, each in OBJECTS.items():
        if each["kind"] in ("PodDisruptionBudget", "NetworkPolicy"):
            selector = each["spec"].get("selector") or each["spec"]["podSelector"]
            assert any(selector["matchLabels"].items() <= one.items() for one in known), name
    assert OBJECTS["Service ingress"]["spec"]["selector"].items() <= labels.items()
    assert OBJECTS["Service pooler"]["spec"]["selector"].items() <= pooler.items()
    assert OBJECTS["HorizontalPodAutoscaler ingress"]["spec"]["scaleTargetRef"]["name"] == "ingress"
    assert "replicas" not in OBJECTS["Deployment ingress"]["spec"], "the autoscaler's"
    images = {container["image"] for pod, _ in PODS for container in pod["containers"]}
    assert images == {image["name"] for image in KUSTOMIZATION["images"]}


def test_each_kind_of_work_has_the_workers_that_compose_gives_it() -> None:
    for tag in TAGS:
        compose = SERVICES[f"windmill-worker-{tag}"]
        group = GROUPS[compose["environment"]["WORKER_GROUP"]]
        given = {variable["name"]: variable["value"] for variable in group["extraEnv"]}
        assert given["WORKER_TAGS"] == compose["environment"]["WORKER_TAGS"]
        assert f"{group['terminationGracePeriodSeconds']}s" == compose["stop_grace_period"]
        assert group["privileged"] is False and group["containerSecurityContext"]["capabilities"] == {
            "drop": ["ALL"]
        }
        assert group["resources"]["limits"]["memory"] == "3Gi" and group["replicas"] >= 1
        assert group["tag"] == KUSTOMIZATION["images"][0]["newTag"]
    assert len(GROUPS) == len(TAGS)


def test_there_are_as_many_places_for_turns_as_chat_workers() -> None:
    chat = {variable["name"]: variable["value"] for variable in GROUPS["chat"]["extraEnv"]}
    places = GROUPS["chat"]["replicas"] * int(chat["NUM_WORKERS"])
    assert places == int(variables(JOB)["CHAT_WORKERS"]["value"])
    same = SERVICES["windmill-worker-chat"]["environment"]
    for name in ("I_ACK_NUM_WORKERS_IS_UNSAFE", "DATABASE_CONNECTIONS"):
        assert chat[name] == same[name]


def test_the_workers_reach_the_pooler_and_it_the_database() -> None:
    """By the name and port that make deploy is told (README.md)."""
    (port,) = OBJECTS["Service pooler"]["spec"]["ports"]
    settings = (ROOT / ".env.example").read_text()
    assert f"CHATBOT_POOL_HOST=pooler\nCHATBOT_POOL_PORT={port['port']}\n" in settings
    policy = OBJECTS["NetworkPolicy pooler"]["spec"]
    assert policy["ingress"] == [
        {
            "from": [{"podSelector": {"matchLabels": {"app": "windmill-workers"}}}],
            "ports": [{"port": "postgresql"}],
        }
    ]
    assert {"ports": [{"port": int(variables(POOLER)["CHATBOT_DB_PORT"]["value"])}]} in policy["egress"]


def test_windmill_is_the_version_that_compose_has_and_its_database_a_secret() -> None:
    windmill = VALUES["windmill"]
    assert SERVICES["windmill-server"]["image"].endswith(f":{windmill['tag']}}}")
    assert windmill["databaseUrlSecretName"] and "databaseUrl" not in windmill
    assert VALUES["postgresql"]["enabled"] is VALUES["enterprise"]["enabled"] is False
