"""What of an app that Dify exported (its DSL, a YAML file) has a counterpart, and a line for each part that has none.

A chat or agent app has its settings in `model_config`; a chatflow or workflow has a graph of nodes, of which prompts, requests and fixed
answers are taken over.
"""

from __future__ import annotations

from typing import Any

import yaml
from deploy.bots.file import MOST_BYTES, BotFileError
from deploy.bots.no_counterpart import DIFY, DIFY_FEATURES
from deploy.bots.requests import NoCounterpart, Variables, action_of
from deploy.bots.taken_over import TakenOver
from deploy.bots.typebot import add_action

VARIABLE = r"\{\{#?([^{}#]{1,200})#?\}\}"
PROVIDERS = {"openai": "openai", "gemini": "gemini", "google": "gemini", "vertex_ai": "gemini"}
PLUGIN = (
    "marketplace_plugin_unique_identifier",
    "plugin_unique_identifier",
    "github_plugin_unique_identifier",
)
SILENT = ("start", "end", "note", "")


def read_dify(content: bytes, name: str) -> TakenOver:
    """Raises BotFileError."""
    if len(content) > MOST_BYTES:
        raise BotFileError([f"{name} is too large for an app's DSL."])
    try:
        text = content.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise BotFileError([f"{name} has references (*name), which no export of Dify has."])
        given = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BotFileError([f"{name} is no YAML: {' '.join(str(error).split())[:200]}"]) from None
    if (
        not isinstance(given, dict)
        or given.get("kind", "app") != "app"
        or not isinstance(given.get("app"), dict)
    ):
        raise BotFileError([f"{name} is no app of Dify: in Dify choose Export DSL, and take that file."])
    try:
        return _Dify(given).made()
    except (AttributeError, TypeError, KeyError) as error:
        raise BotFileError(
            [f"{name} has not the form in which Dify exports an app ({type(error).__name__}: {error})."]
        ) from None


class _Dify:
    def __init__(self, given: dict[str, Any]) -> None:
        self.given, self.app = given, given["app"]
        self.variables = Variables(VARIABLE)
        self.result = TakenOver()

    def made(self) -> TakenOver:
        result, config, workflow = self.result, self.given.get("model_config"), self.given.get("workflow")
        result.recognised.append(
            f"Dify “{self.app.get('name') or 'without a name'}”, mode {self.app.get('mode')}, DSL {self.given.get('version') or 'without a version'}."
        )
        if isinstance(config, dict):
            self._config(config)
        if isinstance(workflow, dict):
            self._workflow(workflow)
        if not isinstance(config, dict) and not isinstance(workflow, dict):
            result.missing.append(
                "the app has neither model_config nor workflow: there is nothing to take over"
            )
        for dependency in self.given.get("dependencies") or []:
            value = dependency.get("value") or {}
            plugin = next(
                (str(value[name]) for name in PLUGIN if value.get(name)), str(dependency.get("type"))
            )
            result.missing.append(f"plugin {plugin.partition('@')[0]}: {DIFY['plugin']}")
        result.recognised.append(
            f"Taken over: {len(result.prompts)} pieces of instructions, {len(result.pairs)} Q&A pairs, {len(result.actions)} HTTP actions,"
            f" {len(result.fields)} details to collect{', the model' if 'model' in result.settings else ''}."
        )
        if result.actions:
            result.to_do.append(
                "HTTP actions are switched off: describe what each does, enter its keys, try it, and switch it on"
            )
        return result

    def _config(self, config: dict[str, Any]) -> None:
        self._prompt("pre_prompt", config.get("pre_prompt"))
        for message in (config.get("chat_prompt_config") or {}).get("prompt") or []:
            self._message("chat_prompt_config", message)
        self._model("model", config.get("model"))
        for field in config.get("user_input_form") or []:
            for about in (one for one in field.values() if isinstance(one, dict)):
                self.result.add_field(str(about.get("label") or about.get("variable") or ""))
        agent = config.get("agent_mode") or {}
        for tool in agent.get("tools") or []:
            label = tool.get("tool_label") or tool.get("tool_name") or next(iter(tool), "")
            self.result.missing.append(f"tool “{label}”: {DIFY['tool']}")
        datasets = (config.get("dataset_configs") or {}).get("datasets") or {}
        count = len(datasets.get("datasets") or []) if isinstance(datasets, dict) else len(datasets)
        if count:
            self.result.missing.append(f"{count} knowledge bases: {DIFY['knowledge-retrieval']}")
        for name in ("external_data_tools", "annotation_reply"):
            value = config.get(name)
            if value and (not isinstance(value, dict) or value.get("enabled")):
                why = (
                    "export the annotations as CSV, and take them with --import-qa"
                    if name == "annotation_reply"
                    else DIFY["tool"]
                )
                self.result.missing.append(f"{name}: {why}")
        self._features(config)

    def _features(self, features: dict[str, Any]) -> None:
        self.result.add_opening(str(features.get("opening_statement") or ""))
        suggested = [question for question in features.get("suggested_questions") or [] if question]
        if suggested:
            self.result.missing.append(
                f"{len(suggested)} suggested questions: WhatsApp shows none before a customer writes"
            )
        for name, why in DIFY_FEATURES.items():
            value = features.get(name)
            image = value.get("image") if isinstance(value, dict) else None
            if isinstance(value, dict) and (
                value.get("enabled") or (isinstance(image, dict) and image.get("enabled"))
            ):
                self.result.missing.append(f"{name}: {why}")

    def _workflow(self, workflow: dict[str, Any]) -> None:
        self._features(workflow.get("features") or {})
        graph = workflow.get("graph") or {}
        nodes = {node["id"]: node.get("data") or {} for node in graph.get("nodes") or []}
        follows: dict[tuple[str, str], list[str]] = {}
        for edge in graph.get("edges") or []:
            follows.setdefault((edge["source"], str(edge.get("sourceHandle") or "source")), []).append(
                edge["target"]
            )
        answers = self._classified(nodes, follows)
        for key, node in nodes.items():
            self._node(key, node, key in answers)
        for variable in workflow.get("environment_variables") or []:
            self.result.missing.append(
                f"environment variable “{variable.get('name')}”: enter it as a key of the action or server that needs it"
            )
        for variable in workflow.get("conversation_variables") or []:
            self.result.missing.append(
                f"conversation variable “{variable.get('name')}”: the model remembers the conversation"
            )

    def _classified(
        self, nodes: dict[str, dict[str, Any]], follows: dict[tuple[str, str], list[str]]
    ) -> set[str]:
        """Classes of questions that lead straight to fixed words are Q&A pairs. Returns the nodes with those words."""
        used = set()
        for key, node in nodes.items():
            for one in (node.get("classes") or []) if node.get("type") == "question-classifier" else []:
                for target in follows.get((key, str(one.get("id"))), []):
                    words = nodes.get(target, {}).get("answer")
                    if (
                        nodes.get(target, {}).get("type") != "answer"
                        or not isinstance(words, str)
                        or self.variables.within(words)
                    ):
                        continue
                    if self.result.add_pair(str(one.get("name") or ""), words, self._title(key, node)):
                        used.add(target)
        return used

    def _node(self, key: str, node: dict[str, Any], used: bool) -> None:
        kind, where = str(node.get("type") or ""), self._title(key, node)
        if kind == "start":
            for variable in node.get("variables") or []:
                self.result.add_field(str(variable.get("label") or variable.get("variable") or ""))
        elif kind == "llm":
            prompt = node.get("prompt_template")
            for message in (
                prompt if isinstance(prompt, list) else [prompt] if isinstance(prompt, dict) else []
            ):
                self._message(where, message)
            self._model(where, node.get("model"))
        elif kind == "http-request":
            self._request(where, node)
        elif kind == "answer":
            if not used and not self.variables.within(str(node.get("answer") or "")):
                self.result.missing.append(
                    f"{where}: fixed words that no question leads to: “{str(node.get('answer') or '')[:80]}”"
                )
        elif kind == "question-classifier":
            self._prompt(where, node.get("instruction"))
            self.result.missing.append(
                f"{where}: the model itself tells questions apart; classes that lead to fixed words became Q&A pairs"
            )
        elif kind not in SILENT:
            instruction = ((node.get("agent_parameters") or {}).get("instruction") or {}).get("value")
            self._prompt(where, instruction)
            self.result.missing.append(f"{where}: {DIFY.get(kind, 'nothing here does this')}")

    def _title(self, key: str, node: dict[str, Any]) -> str:
        return f"node “{node.get('title') or key}” ({node.get('type')})"

    def _message(self, where: str, message: dict[str, Any]) -> None:
        if message.get("role", "system") == "system":
            self._prompt(where, message.get("text"))

    def _prompt(self, where: str, text: Any) -> None:
        if not isinstance(text, str) or not text.strip():
            return
        text = text.replace("{{#context#}}", "").replace("{{#histories#}}", "").replace("{{#query#}}", "")
        self.result.add_prompt(text)
        if self.variables.within(text):
            self.result.missing.append(
                f"{where}: its instructions name variables in {{{{ }}}}, which nobody fills: reword them"
            )

    def _model(self, where: str, model: Any) -> None:
        if not isinstance(model, dict) or not model.get("name"):
            return
        provider = PROVIDERS.get(str(model.get("provider") or "").rpartition("/")[2].lower())
        if provider is None:
            self.result.missing.append(
                f"{where}: the model {model['name']} of {model.get('provider')}: the operator's model is asked"
            )
            return
        if "model" in self.result.settings:
            if self.result.settings["model"] != model["name"]:
                self.result.missing.append(
                    f"{where}: the model {model['name']}: a bot has one model, here {self.result.settings['model']}"
                )
            return
        self.result.settings |= {"provider": provider, "model": str(model["name"])}
        parameters = model.get("completion_params") or {}
        for theirs, ours, least, most in (
            ("temperature", "temperature", 0, 2),
            ("max_tokens", "max_output_tokens", 100, 100_000),
        ):
            value = parameters.get(theirs)
            if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
                self.result.settings[ours] = value
        for name in parameters.keys() - {"temperature", "max_tokens", "stop"}:
            self.result.missing.append(f"{where}: the model's parameter {name}")

    def _request(self, where: str, node: dict[str, Any]) -> None:
        headers = dict(_pairs(node.get("headers")))
        authorization = node.get("authorization") or {}
        if authorization.get("type") == "api-key":
            config = authorization.get("config") or {}
            headers[config.get("header") or "Authorization"] = "a key"  # by its name it becomes a secret
        url = str(node.get("url") or "")
        query = "&".join(f"{name}={value}" for name, value in _pairs(node.get("params")))
        url += ("&" if "?" in url else "?") + query if query else ""
        about = f"{node.get('desc') or node.get('title') or 'A request'} (from Dify; say here what it does and when it is asked)"
        try:
            body = _body(node.get("body") or {})
            name, action = action_of(
                str(node.get("method") or "get"), url, headers, body, about, self.variables
            )
        except NoCounterpart as why:
            self.result.missing.append(f"{where}: {why}")
            return
        add_action(self.result, name, action)


def _pairs(text: Any) -> list[tuple[str, str]]:
    """Lines of `name:value`, as Dify keeps headers and parameters."""
    lines = [line.partition(":") for line in str(text or "").splitlines()]
    return [(name.strip(), value.strip()) for name, colon, value in lines if colon and name.strip()]


def _body(body: dict[str, Any]) -> Any:
    """A request's body: a text for JSON, an object for form fields. Raises NoCounterpart."""
    kind, data = body.get("type") or "none", body.get("data")
    if kind == "none":
        return None
    rows = data if isinstance(data, list) else []
    if kind in ("json", "raw-text"):
        return "".join(str(row.get("value") or "") for row in rows) if rows else str(data or "")
    if kind in ("form-data", "x-www-form-urlencoded"):
        if any(row.get("type") == "file" for row in rows):
            raise NoCounterpart("it sends a file: an action sends JSON or form fields")
        return (
            {row["key"]: row.get("value") or "" for row in rows if row.get("key")}
            if rows
            else dict(_pairs(data))
        )
    raise NoCounterpart(f"its body is {kind}: an action sends JSON or form fields")
