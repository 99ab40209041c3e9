# requirements:
# psycopg[binary]==3.3.9
# cryptography==50.0.2
# httpx2==2.16.2
# mcp==2.3.0
# pgvector==0.5.1
"""The tools of one turn: the knowledge base, and what the tenant's MCP servers offer and the tenant allows."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from pgvector import Vector

from f.chatbot.mcp_servers import McpError, McpTool, call_tool, discover
from f.chatbot.prompt import as_data
from f.common.database import Connection, as_tenant
from f.common.embeddings import embed

if TYPE_CHECKING:
    from f.common.shapes import Citation, Context, ToolCall

SEARCH = {
    "type": "function",
    "function": {
        "name": "search_knowledge_base",
        "description": "Searches the business's own documents. Use it for every question about the business: its products, prices, terms,"
        " hours, services. Returns passages with an id, the document's title and page.",
        "parameters": {
            "type": "object",
            "properties": {
                "question": {
                    "type": "string",
                    "description": "A complete question, with what the conversation implies",
                }
            },
            "required": ["question"],
        },
    },
}
PASSAGES = 5
MARK = re.compile(r"\s*\[(S\d+)\]")


class Toolbox:
    """Offers the tools, runs the model's calls, and keeps what they returned: the trace and the evidence of a turn."""

    def __init__(
        self,
        conn: Connection,
        context: Context,
        embeddings: dict[str, Any],
        settings: dict[str, Any],
        master_key: str,
    ) -> None:
        self._conn, self._tenant, self._embeddings = conn, context["tenant_id"], embeddings
        self.trace: list[ToolCall] = []
        self.has_evidence = False
        self._sources: dict[str, Citation] = {}
        self._mcp: dict[str, McpTool] = discover(conn, context, settings, master_key)

    def schemas(self) -> list[dict[str, Any]]:
        """The tools in the form that the model's API takes."""
        return [
            SEARCH,
            *({"type": "function", "function": tool.schema(name)} for name, tool in self._mcp.items()),
        ]

    def call(self, name: str, arguments: dict[str, Any] | str) -> str:
        """Runs a call of the model. A failure is an answer, too: the model is told, and can do something else."""
        started = time.monotonic()
        error = False
        try:
            if not isinstance(arguments, dict):
                raise ValueError(f"the arguments are not a JSON object: {arguments[:200]}")
            if name == "search_knowledge_base":
                outcome = self._search(str(arguments.get("question") or ""))
            elif name in self._mcp:
                outcome = call_tool(self._mcp[name], arguments)
                self.has_evidence = True
            else:
                raise ValueError(
                    f"there is no tool {name!r}; there are: {', '.join(['search_knowledge_base', *self._mcp])}"
                )
        except (ValueError, McpError) as problem:
            outcome, error = f"error: {problem}", True
        self.trace.append(
            {
                "tool": name,
                "arguments": arguments if isinstance(arguments, dict) else {"unreadable": arguments[:200]},
                "outcome": outcome[:2000],
                "error": error,
                "ms": round((time.monotonic() - started) * 1000),
            }
        )
        return as_data(outcome)

    def cited(self, reply: str) -> tuple[str, list[Citation]]:
        """The reply without its marks, and the sources that it named, once each, in order."""
        named = [self._sources[mark] for mark in MARK.findall(reply) if mark in self._sources]
        citations = [c for i, c in enumerate(named) if c not in named[:i]]
        return MARK.sub("", reply).strip(), citations

    def _search(self, question: str) -> str:
        if not question.strip():
            raise ValueError("the question is empty")
        with as_tenant(self._conn, self._tenant) as conn:
            model = conn.execute(
                b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
                [self._tenant],
            ).fetchone()
        if model is None:
            raise ValueError("the tenant's embedding model is not known: see the table embedding_models")
        (vector,) = embed([question], self._embeddings, model["query_model"], model["dimensions"])
        with as_tenant(self._conn, self._tenant) as conn:
            rows = conn.execute(
                b"select title, page, heading, passage, relevance from search_chunks(%s, %s::vector, %s, %s)",
                [question, Vector(vector).to_text(), model["id"], PASSAGES],
            ).fetchall()
        fitting = [row for row in rows if row["relevance"] >= model["floor"]]
        self.has_evidence = self.has_evidence or bool(fitting)
        return json.dumps({"passages": [self._passage(row) for row in fitting]}, ensure_ascii=False)

    def _passage(self, row: dict[str, Any]) -> dict[str, Any]:
        mark = f"S{len(self._sources) + 1}"
        self._sources[mark] = {"document": row["title"], "page": row["page"]}
        return {
            "id": mark,
            "document": row["title"],
            "page": row["page"],
            "heading": row["heading"],
            "text": row["passage"],
            "relevance": round(row["relevance"], 3),
        }
