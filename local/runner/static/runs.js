// The runs of the local runner: a list with a search, and everything about one run. Reads Windmill's JSON API with the token of the link.

const MOST_RUNS = 300, MOST_REASONS = 20, MOST_CHARS = 20000;
const place = new URL(location.href), main = document.getElementById("main");
if (place.searchParams.has("token")) {
  localStorage.token = place.searchParams.get("token");
  place.searchParams.delete("token");
  history.replaceState(null, "", place);
}
const workspace = place.searchParams.get("workspace") ?? "demo";

async function api(path, body) {
  const headers = { authorization: `Bearer ${localStorage.token ?? ""}` };
  const response = await fetch(`/api/w/${workspace}/${path}`, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  if (response.status === 401) throw new Error("Open this page with the link that `make demo` prints: it has the token in it.");
  if (!response.ok) throw new Error(await response.text());
  const text = await response.text();
  return response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : text;
}

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (key === "onclick") node.onclick = value; else if (value != null) node.setAttribute(key, value);
  node.append(...children.filter((child) => child != null));
  return node;
}

const time = (text) => (text ? new Date(text).toLocaleString(undefined, { dateStyle: "short", timeStyle: "medium" }) : "");
const state = (job) => (job.type === "QueuedJob" ? (job.running ? "running" : "queued") : job.canceled ? "canceled" : job.is_skipped ? "skipped" : job.success ? "success" : "failure");
const shown = (job) => el("span", { class: `state ${state(job)}` }, state(job));
const took = (job) => (job.duration_ms == null ? "" : job.duration_ms < 1000 ? `${job.duration_ms} ms` : `${(job.duration_ms / 1000).toFixed(1)} s`);
const block = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "null";
  return el("pre", { tabindex: "0" }, text.slice(0, MOST_CHARS) + (text.length > MOST_CHARS ? `\n… ${text.length - MOST_CHARS} more characters` : ""));
};

// Whose message a run is about, and its words.
function about(job) {
  const value = job.args?.entry?.[0]?.changes?.[0]?.value, message = value?.messages?.[0] ?? value?.statuses?.[0];
  if (!message) return job.schedule_path ? `schedule ${job.schedule_path}` : "";
  const who = [value.contacts?.[0]?.profile?.name, message.from ?? message.recipient_id].filter(Boolean).join(" ");
  return `${who}: ${message.text?.body ?? message.status ?? message.type ?? ""} (${message.id})`;
}

// The list

let jobs = [];
const reasons = new Map(); // why a run was skipped, by its id; lists leave results out
async function readReasons(some) {
  const unread = some.filter((job) => state(job) === "skipped" && !reasons.has(job.id)).slice(0, MOST_REASONS);
  await Promise.all(unread.map(async (job) => reasons.set(job.id, (await api(`jobs_u/completed/get_result_maybe/${job.id}`)).result?.reason ?? "")));
  return unread.length > 0;
}
async function list() {
  const search = el("input", { type: "search", "aria-label": "Search runs", placeholder: "Path, name, number, words or id" });
  const scheduled = el("input", { type: "checkbox" }), rows = el("div", {}), count = el("p", { class: "soft", role: "status" });
  main.replaceChildren(el("h1", {}, "Runs"), el("div", { class: "bar" }, search, el("label", {}, scheduled, " scheduled runs, too")), count, rows);
  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = jobs.filter((job) => (scheduled.checked || !job.schedule_path) && words.every((word) => job.text.includes(word)));
    count.textContent = jobs.length ? `${fitting.length} of the newest ${jobs.length} runs` : "No runs yet. The first message or document shows up here.";
    rows.replaceChildren(...fitting.map((job) => el("a", { class: "card run", href: `/run/${job.id}` },
      el("span", { class: "soft" }, time(job.created_at)), el("b", {}, job.script_path), shown(job), el("span", { class: "soft" }, took(job)), el("span", { class: "soft about" }, [about(job), reasons.get(job.id)].filter(Boolean).join(" → ")))));
  };
  search.oninput = scheduled.onchange = draw;
  for (;;) {
    const fresh = await api(`jobs/list?has_null_parent=true&include_args=true&per_page=${MOST_RUNS}`);
    for (const job of fresh) job.text = `${job.id} ${job.script_path} ${state(job)} ${JSON.stringify(job.args)}`.toLowerCase();
    if (JSON.stringify(fresh) !== JSON.stringify(jobs)) { jobs = fresh; draw(); } else if (!rows.children.length) draw();
    if (await readReasons(jobs)) draw();
    await new Promise((done) => setTimeout(done, 2000));
  }
}

// One run

function facts(job) {
  const rows = { state: shown(job), id: job.id, created: time(job.created_at), started: time(job.started_at) || "not yet", took: took(job) || "-", by: job.email, "part of": job.parent_job && el("a", { href: `/run/${job.parent_job}` }, job.parent_job),
    about: about(job), canceled: job.canceled_reason && `by ${job.canceled_by}: ${job.canceled_reason}`, "why it was skipped": job.is_skipped && (job.result?.reason ?? null) };
  return el("dl", {}, ...Object.entries(rows).filter(([, value]) => value).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function parts(job) {
  if (job.deleted) return [el("p", { class: "soft" }, "Arguments, result and log were deleted.")];
  const error = state(job) === "failure" && job.result?.error;
  return [error && el("div", { class: "card error" }, el("strong", {}, `${error.name}: ${error.message}`), error.stack ? block(error.stack) : null), el("h2", {}, "Arguments"), block(job.args),
    ...(job.type === "CompletedJob" ? [el("h2", {}, "Result"), block(job.result)] : []), ...(job.logs?.trim() ? [el("h2", {}, "Log"), block(job.logs)] : [])].filter(Boolean);
}

function step(job, open) {
  const notes = [job.starts > 1 && `started ${job.starts} times: the runner was lost in between`, job.job_kind === "identity" && "skipped"].filter(Boolean).join(", ");
  return el("details", { class: "card", "data-id": job.id, open: open ? "" : null }, el("summary", {}, el("strong", {}, job.flow_step_id), " ", el("span", { class: "soft" }, job.script_path), " ", shown(job), ` ${took(job)} ${notes}`), ...parts(job));
}

async function run(id) {
  const job = await api(`jobs_u/get/${id}`);
  document.title = `${job.script_path} ${state(job)}`;
  const listed = job.job_kind === "flow" ? await api(`jobs/list?parent_job=${id}&per_page=100`) : [];
  const steps = await Promise.all(listed.reverse().map((one) => api(`jobs_u/get/${one.id}`)));
  const waiting = (job.flow_status?.modules ?? []).filter((module) => module.type === "WaitingForPriorSteps").map((module) => module.id);
  const open = new Set([...main.querySelectorAll("details[open]")].map((details) => details.dataset.id));
  const act = job.type === "QueuedJob" ? el("button", { onclick: () => api(`jobs_u/queue/cancel/${id}`, { reason: "canceled on the run's page" }).then(() => run(id)) }, "Cancel")
    : el("button", { onclick: () => api(`jobs/run/${job.job_kind === "flow" ? "f" : "p"}/${job.script_path}`, job.args).then((next) => location.assign(`/run/${next}`)) }, "Run again");
  main.replaceChildren(el("h1", {}, job.script_path), el("div", { class: "card" }, facts(job)), job.deleted || job.flow_step_id ? "" : act, ...(steps.length ? [el("h2", {}, "Steps")] : []),
    ...steps.map((one) => step(one, open.has(one.id) || state(one) === "failure")), waiting.length ? el("p", { class: "soft" }, `${job.type === "QueuedJob" ? "Still to come" : "Not reached"}: ${waiting.join(", ")}`) : "", ...parts(job));
  if (job.type === "QueuedJob") setTimeout(() => run(id).catch(fail), 1000);
}

function fail(error) {
  main.replaceChildren(el("div", { class: "card error", role: "alert" }, error.message));
}

const id = place.pathname.match(/^\/run\/([^/]+)/)?.[1];
(id ? run(id) : list()).catch(fail);
