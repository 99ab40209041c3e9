// "What happened": what a run searched, called and cost, and a link to it.

import { api, el, icon, milliseconds } from "./dom.js";
import { sourceLink } from "./sources.js";

const short = (value) => { const text = typeof value === "string" ? value : JSON.stringify(value) ?? ""; return text.length > 220 ? text.slice(0, 219) + "…" : text; };

function section(title, ...content) {
  return el("section", {}, el("h2", {}, title), ...content);
}

// run: whose passages can be opened in the portal; undefined where there is none.
function passages(citations, run) {
  if (!citations.length) return null;
  const rows = citations.map((c, place) => el("li", {}, icon("doc"), el("div", {}, run && c.id && !c.url ? sourceLink(run, place, c.document) : el("b", { dir: "auto" }, c.document),
    c.page !== undefined && c.page !== null && el("span", { class: "page" }, `page ${c.page}`),
    c.url && el("a", { href: c.url, target: "_blank", rel: "noopener" }, c.url))));
  return section("Passages", el("ul", { class: "passages" }, ...rows));
}

// linked: whether a job can be opened. A script that was called as a tool has one of its own.
function tools(trace, linked) {
  if (!trace.length) return null;
  const rows = trace.map((t) => el("li", { class: t.error ? "bad" : null }, el("div", { class: "toolline" }, icon("search"), el("b", {}, String(t.tool ?? t.name ?? "tool")), el("span", { class: "ms" }, milliseconds(t.ms))),
    t.arguments && el("code", { dir: "auto" }, short(t.arguments)), t.outcome && el("p", { dir: "auto" }, short(t.outcome)),
    linked && t.job && el("a", { class: "runlink", href: `/open/${t.job}`, target: "_blank", rel: "noopener" }, "Open its job ↗")));
  return section("Tools called", el("ol", { class: "tools" }, ...rows));
}

function steps(list, total) {
  if (!list.length) return null;
  const longest = Math.max(1, ...list.map((s) => s.ms ?? 0));
  const rows = list.map((s) => {
    const bar = el("i", { class: s.state === "Failure" ? "bad" : "" });
    bar.style.width = `${Math.max(2, (100 * (s.ms ?? 0)) / longest)}%`;
    return el("li", {}, el("span", {}, String(s.id ?? "")), el("span", { class: "bar" }, bar), el("span", { class: "ms" }, milliseconds(s.ms)));
  });
  return section(total ? `Steps, ${milliseconds(total)} in all` : "Steps", el("ul", { class: "steps" }, ...rows));
}

function usage(values, model) {
  const parts = [model, ...Object.entries(values).filter(([, v]) => typeof v === "number" || typeof v === "string").map(([k, v]) => `${k.replaceAll("_", " ")} ${v}`)].filter(Boolean);
  return parts.length ? el("p", { class: "usage" }, parts.join(" · ")) : null;
}

function fill(box, run) {
  const answered = run.answered === false ? el("p", { class: "unanswered" }, "The bot could not answer this from the documents.") : null;
  const human = run.by_human ? el("p", {}, "A person of the business wrote this in the portal. No model was asked.") : null;
  const failed = run.success === false ? el("p", { class: "trouble" }, icon("alert"), "The run failed.") : null;
  const link = run.link && el("a", { class: "runlink", href: `/open/${run.run}`, target: "_blank", rel: "noopener" }, "Open the run ↗");
  const trace = run.trace_id && el("p", { class: "usage" }, `trace ${run.trace_id}`);
  const parts = [human, answered, failed, run.error && el("p", { class: "trouble" }, icon("alert"), String(run.error)), passages(run.citations, run.link && run.run), tools(run.tools, run.link), steps(run.steps, run.ms), usage(run.usage, run.model), trace, link].filter(Boolean);
  box.replaceChildren(...parts);
}

async function load(box, run, tries = 0) {
  try {
    const found = await api(`/api/runs/${encodeURIComponent(run)}`);
    fill(box, found);
    if (!found.finished && tries < 40) setTimeout(() => load(box, run, tries + 1), 500);
  } catch (error) {
    box.replaceChildren(el("p", { class: "trouble" }, icon("alert"), error.message));
  }
}

export function happened(run) {
  const box = el("div", { class: "box" }, el("p", { class: "small" }, "Reading the run …"));
  const details = el("details", {}, el("summary", {}, "What happened"), box);
  details.addEventListener("toggle", () => { if (details.open) load(box, run).then(() => details.scrollIntoView({ block: "nearest", behavior: "smooth" })); });
  return el("li", { class: "happened", data: { run } }, details);
}
