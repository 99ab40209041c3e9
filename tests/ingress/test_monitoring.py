"""The alert rules and the dashboard: each expression names what /metrics prints, and each alert has a place that says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from tests.ingress.support import Database, Ingress

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "ingress" / "monitoring"
GROUPS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
RULES = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
RUNBOOK = (ROOT / "docs" / "alerts.md").read_text()
# Of PromQL, and what Prometheus itself knows of a target.
WORDS = {"max", "sum", "by", "rate", "absent", "or", "and", "unless", "offset", "histogram_quantile"}
WORDS |= {"up", "job", "instance", "le", "ALERTS", "alertstate"}
LABELS = {"tenant", "outcome", "vendor", "code", "tag", "reason"}
SUFFIX = re.compile(r"_(total|bucket|sum|count)$")


def expressions() -> Iterator[tuple[str, str]]:
    for name, rule in RULES.items():
        yield name, rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def names(expression: str) -> set[str]:
    """The metrics and labels of an expression, without the strings and durations in it."""
    bare = re.sub(r'"[^"]*"|\[\w+\]|\b\d[\w.]*', "", expression)
    return set(re.findall(r"[A-Za-z_]\w*", bare)) - WORDS


@pytest.fixture(scope="module")
def printed(database: Database, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The metrics of a real page."""
    process = Ingress(database.ingress_url, tmp_path_factory.mktemp("ingress") / "log")
    try:
        page = process.wait().admin.get("/metrics").text
    finally:
        process.stop()
    return set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))


def test_each_expression_names_what_the_page_prints(printed: set[str]) -> None:
    assert len(RULES) > 15 and len(list(expressions())) > 40
    for place, expression in expressions():
        wanted = names(expression) - LABELS - printed
        unknown = {name for name in wanted if SUFFIX.sub("", name) not in printed}
        assert unknown == set(), f"{place}: {expression}"


def test_prometheus_can_read_each_expression() -> None:
    """With the types of PromQL: a rate is of a range, a comparison of vectors."""
    for place, expression in expressions():
        try:
            promql_parser.parse(expression)
        except ValueError as problem:
            pytest.fail(f"{place}: {problem}: {expression}")
    with pytest.raises(ValueError, match="expected type matrix"):
        promql_parser.parse("sum(rate(ingress_webhooks_rejected_total))")


def test_each_rule_has_what_prometheus_lets_a_rule_have() -> None:
    for name, rule in RULES.items():
        assert set(rule) <= {"alert", "expr", "for", "keep_firing_for", "labels", "annotations"}, name
        assert re.fullmatch(r"(\d+(ms|[smhdwy]))+", rule.get("for", "1m")), name
        assert all(re.fullmatch(r"[A-Za-z_]\w*", label) for label in rule["labels"]), name
        texts = [*rule["labels"].values(), *rule["annotations"].values()]
        named = {label for text in texts for label in re.findall(r"\$labels\.(\w+)", text)}
        assert named <= set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", rule["expr"])))), name
    assert len(RULES) == sum(len(group["rules"]) for group in GROUPS), "no two of one name"


def test_the_panels_ask_the_source_that_grafana_is_given() -> None:
    (source,) = yaml.safe_load((FOLDER / "grafana" / "datasource.yml").read_text())["datasources"]
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["query"]) == ("datasource", source["type"])
    asked = [panel["datasource"] for panel in DASHBOARD["panels"] if panel.get("targets")]
    assert asked and all(
        each == {"type": source["type"], "uid": f"${{{variable['name']}}}"} for each in asked
    )
    (provider,) = yaml.safe_load((FOLDER / "grafana" / "dashboards.yml").read_text())["providers"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    mounted = [volume.split(":")[1] for volume in compose["volumes"] if "dashboard.json" in volume]
    assert mounted == [f"{provider['options']['path']}/dashboard.json"]


def test_each_figure_of_the_platform_is_looked_at_by_somebody(printed: set[str]) -> None:
    used = set().union(*(names(expression) for _, expression in expressions()))
    assert {name for name in printed if name.startswith("chatmill_")} - used == set()


def test_figures_of_the_platform_are_never_summed_over_replicas() -> None:
    for place, expression in expressions():
        for name in re.findall(r"\bchatmill_\w+", expression):
            assert re.search(rf"max( by \([a-z, ]+\))? \({name}|max\({name}", expression), (place, expression)


@pytest.mark.parametrize("name", RULES)
def test_each_alert_says_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert path == "docs/alerts.md" and anchor == name.lower()
    section = RUNBOOK.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert len(section.split()) > 20, "a heading with something below it"


def test_each_section_belongs_to_an_alert() -> None:
    assert set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == set(RULES)


def test_the_alert_about_workers_names_the_tag() -> None:
    assert "by (tag)" in RULES["NoWorkerForTag"]["expr"]
    assert "$labels.tag" in RULES["NoWorkerForTag"]["annotations"]["summary"]


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
