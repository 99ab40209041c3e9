// The chat page: pick a business and a person, write, and watch the answer come.

import { $, api, clock, day, el, hue, initials } from "./dom.js";
import { bubble, runOf, summary } from "./bubble.js";
import { happened } from "./happened.js";
import { live } from "./live.js";
import { setUpMore } from "./more.js";
import { sourcesOf } from "./sources.js";

const state = { numbers: [], customers: [], last: {}, unread: {}, number: null, customer: null, messages: new Map(), unsent: new Map(), silent: new Map(), model: "", portal: "", quoting: null, panels: new Map() };
const key = (message) => `${message.phone_number_id}/${message.customer}`;
const current = () => state.number && state.customer && `${state.number.phone_number_id}/${state.customer.id}`;
const handle = (person) => (person.phone ? `+${person.phone}` : person.username ? `@${person.username.replace(/^@/, "")}` : "no visible phone");

const context = {
  find: (wamid) => state.messages.get(wamid),
  business: () => state.number.name,
  answered: (wamid) => [...state.messages.values()].some((m) => m.direction === "in" && m.context === wamid && ["interactive", "location", "order"].includes(m.type)),
  number: () => state.number,
  sources: (run) => (state.portal ? sourcesOf(run, thread) : []),
  answer: (message, answer) => write({ ...answer, context: message.wamid }),
  reactions: (wamid) => {
    const emojis = {};
    for (const m of state.messages.values()) if (m.type === "reaction" && m.content.message_id === wamid) emojis[m.direction] = m.content.emoji;
    return Object.values(emojis).filter(Boolean).join("") || null;
  },
  tap: (message, reply) => write({ type: "interactive", interactive: reply, context: message.wamid }),
  quote: (message) => quote(message),
  again: (message) => { state.messages.delete(message.wamid); state.unsent.delete(message.wamid); write(message.given); },
};

// Which conversation

function choose(number, customer) {
  state.number = number;
  state.customer = customer;
  quote(null);
  typing(0);
  delete state.unread[current()];
  history.replaceState(null, "", `#${number.phone_number_id}/${encodeURIComponent(customer?.id ?? "")}`);
  document.title = `${number.name} – Chatmill demo`;
  $("business").value = number.phone_number_id;
  $("head-name").textContent = number.name;
  $("head-avatar").textContent = initials(number.name);
  $("head-avatar").className = `avatar ${hue(number.name)}`;
  people();
  return load();
}

async function load() {
  const wanted = current();
  state.messages = new Map();
  state.panels = new Map();
  $("thread").replaceChildren();
  if (!state.customer) return;
  const query = new URLSearchParams({ phone_number_id: state.number.phone_number_id, customer: state.customer.id });
  const { messages } = await api(`/api/conversation?${query}`);
  if (wanted !== current()) return;
  for (const message of [...messages, ...[...state.unsent.values()].filter((m) => key(m) === wanted)]) state.messages.set(message.wamid, message);
  thread();
  bottom(true);
  const last = messages.at(-1);
  if (last?.direction === "in" && last.type !== "reaction") explainSilence(last.wamid, [0]);
}

function people() {
  const rows = state.customers.map((person, index) => {
    const where = `${state.number.phone_number_id}/${person.id}`, last = state.last[where], unread = state.unread[where];
    const chosen = person.id === state.customer?.id;
    return el("li", {}, el("button", { class: "person", type: "button", "aria-current": chosen ? "true" : null, onclick: () => { $("shell").classList.add("open"); choose(state.number, person).then(focus); } },
      el("span", { class: `avatar hue${(index + 2) % 8}`, "aria-hidden": "true" }, initials(person.name)),
      el("span", { class: "lines" }, el("b", { dir: "auto" }, person.name), el("small", { dir: "auto" }, last ? (last.direction === "in" ? "You: " : "") + summary(last) : handle(person))),
      el("span", { class: "when" }, last && el("time", {}, clock(last.time)), unread && el("em", { "aria-label": `${unread} new` }, String(unread)))));
  });
  $("people").replaceChildren(...rows);
}

// The thread

function thread() {
  const nodes = [], messages = [...state.messages.values()].filter((m) => m.type !== "reaction").sort((a, b) => a.seq - b.seq);
  let date = "", before = null;
  messages.forEach((message, index) => {
    if (day(message.time) !== date) nodes.push(el("li", { class: "day" }, el("span", {}, (date = day(message.time)))));
    const node = bubble(message, context);
    if (before?.direction !== message.direction) node.classList.add("first");
    nodes.push(node);
    before = message;
    if (state.silent.has(message.wamid)) nodes.push(silence(state.silent.get(message.wamid)));
    const run = message.direction === "out" && runOf(message);
    if (run && !messages.slice(index + 1).some((m) => runOf(m) === run)) {
      if (!state.panels.has(run)) state.panels.set(run, happened(run));
      nodes.push(state.panels.get(run));
      before = null;
    }
  });
  const box = $("thread"), focused = box.contains(document.activeElement) ? document.activeElement.closest("[data-wamid]")?.dataset.wamid : null;
  if (!messages.length && state.customer) nodes.push(welcome());
  merge(box, nodes);
  if (focused) box.querySelector(`[data-wamid="${CSS.escape(focused)}"] button`)?.focus();
  chips(!messages.length && state.customer);
}

// Replace what changed only, so that open panels stay and nothing flickers.
function merge(box, nodes) {
  nodes.forEach((node, index) => {
    const old = box.children[index];
    if (!old) box.append(node);
    else if (old !== node && !old.isEqualNode(node)) {
      if (state.panels.get(old.dataset.run) === old) box.insertBefore(node, old); else old.replaceWith(node);
    }
  });
  while (box.children.length > nodes.length) box.lastChild.remove();
}

// Why nobody answers: asked a few times, as the run of a message takes a moment.
async function explainSilence(wamid, seconds = [1.5, 4, 10]) {
  const where = current();
  for (const pause of seconds) {
    await new Promise((done) => setTimeout(done, pause * 1000));
    const message = state.messages.get(wamid);
    if (current() !== where || [...state.messages.values()].some((m) => m.direction === "out" && m.seq > (message?.seq ?? 0))) return;
    const { reason } = await api(`/api/silence/${encodeURIComponent(wamid)}`).catch(() => ({}));
    if (reason) { state.silent.set(wamid, reason); thread(); bottom(); return; }
  }
}

function silence(reason) {
  const link = state.portal && el("a", { href: state.portal.replace(/#.*/, "#conversations"), target: "_blank", rel: "noopener" }, "the portal, under Conversations");
  return reason.includes("with a human")
    ? el("li", { class: "silence" }, "A person of the business has this conversation, so the bot is silent. To hear the bot again, give the conversation back to it in ", link || "the portal", ".")
    : el("li", { class: "silence" }, `The bot does not answer this message: ${reason}.`);
}

function welcome() {
  return el("li", { class: "welcome" }, el("span", { class: `avatar big ${hue(state.number.name)}`, "aria-hidden": "true" }, initials(state.number.name)),
    el("h2", {}, state.number.name), el("p", {}, state.number.about || state.number.display_phone_number),
    el("p", { class: "small" }, `Write as ${state.customer.name}: the bot answers from this business' documents.`), modelNote() && el("p", { class: "small" }, modelNote()));
}

const modelNote = () => state.model && `The bot's model here: ${state.model}${state.model.startsWith("offline-") ? ". It is a set of rules that quotes documents, not a language model." : "."}`;

function chips(shown) {
  const box = $("chips"), examples = state.number.examples ?? [];
  box.hidden = !shown || !examples.length;
  box.replaceChildren(...(box.hidden ? [] : examples.map((text) => el("button", { class: "chip", type: "button", dir: "auto", onclick: () => say(text) }, text))));
}

// Stay at the newest message while the reader is there, also when a picture arrives late.
let stuck = true;
function bottom(force = false) {
  stuck ||= force;
  if (stuck) requestAnimationFrame(() => { $("scroll").scrollTop = $("scroll").scrollHeight; });
}

function followBottom() {
  const box = $("scroll");
  box.addEventListener("scroll", () => { stuck = box.scrollHeight - box.scrollTop - box.clientHeight < 60; }, { passive: true });
  new ResizeObserver(() => bottom()).observe($("thread"));
}

let typingTimer = 0;
function typing(seconds) {
  clearTimeout(typingTimer);
  $("typing").hidden = !(seconds > 0);
  $("head-state").textContent = seconds > 0 ? "typing …" : [state.number?.about, state.number?.display_phone_number].filter(Boolean).join(" · ");
  $("head-state").classList.toggle("busy", seconds > 0);
  if (seconds > 0) { typingTimer = setTimeout(() => typing(0), seconds * 1000); bottom(); }
}

// Writing

const say = (text) => write({ type: "text", text: { body: text }, ...(state.quoting ? { context: state.quoting.wamid } : {}) });

async function write(message) {
  const id = `local-${performance.now()}`;
  const shown = { ...message, given: message, wamid: id, phone_number_id: state.number.phone_number_id, customer: state.customer.id, direction: "in", content: message[message.type], time: Date.now() / 1000, state: "pending", seq: Number.MAX_SAFE_INTEGER };
  state.messages.set(id, shown);
  quote(null);
  thread();
  bottom(true);
  try {
    const { wamid } = await api("/api/messages", { json: { phone_number_id: shown.phone_number_id, customer: shown.customer, message } });
    state.messages.delete(id);
    if (!["reaction", "revoke"].includes(message.type)) explainSilence(wamid);
  } catch (error) {
    Object.assign(shown, { state: "unsent", error: error.message });
    state.unsent.set(id, shown);
  }
  thread();
}

function quote(message) {
  state.quoting = message;
  $("quoting").hidden = !message;
  if (!message) return;
  $("quoting").querySelector("b").textContent = state.number.name;
  $("quoting").querySelector("span").textContent = summary(message);
  focus();
}

async function attach() {
  const file = $("attach").files[0];
  if (!file) return;
  const form = new FormData();
  for (const [name, value] of Object.entries({ phone_number_id: state.number.phone_number_id, customer: state.customer.id, caption: $("text").value.trim(), file })) form.append(name, value);
  $("compose").reset();
  try { await api("/api/attachments", { method: "POST", body: form }); } catch (error) { problem(error.message); }
}

function problem(text) {
  $("offline").textContent = text;
  $("offline").hidden = false;
  setTimeout(() => { $("offline").hidden = true; }, 6000);
}

const focus = () => { if (matchMedia("(hover: hover)").matches) $("text").focus(); };

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 140)}px`;
}

// What comes from the server

function arrived(message) {
  const where = key(message);
  if (message.lost) return;
  if (!state.last[where] || message.seq >= state.last[where].seq) state.last[where] = message;
  if (where === current()) {
    const known = state.messages.has(message.wamid);
    if (!known && message.direction === "in") for (const m of state.messages.values()) if (m.state === "pending" && summary(m) === summary(message)) { state.messages.delete(m.wamid); break; }
    state.messages.set(message.wamid, message);
    thread();
    bottom(!known);
  } else if (message.direction === "out" && message.state === "accepted") state.unread[where] = (state.unread[where] ?? 0) + 1;
  people();
}

function onEvent(event) {
  if (event.kind === "message") arrived(event.message);
  if (event.kind === "typing" && `${event.phone_number_id}/${event.customer}` === current()) typing(event.seconds);
  if (event.kind === "reset") start();
  if (event.kind === "customer") {
    const known = state.customers.find((person) => person.id === event.customer.id);
    if (known) Object.assign(known, event.customer); else state.customers.push(event.customer);
    if (state.number) people();
  }
}

// Starting

function nothing(title, text) {
  $("shell").hidden = true;
  $("nothing").hidden = false;
  $("nothing").querySelector("h1").textContent = title;
  $("nothing").querySelector("p").textContent = text;
}

async function start() {
  let found;
  try { found = await api("/api/overview"); } catch (error) { nothing("The demo does not answer", error.message); return null; }
  Object.assign(state, { numbers: found.numbers, customers: found.customers, last: found.last, unread: {}, portal: found.portal, model: found.model });
  $("portal").hidden = !found.portal;
  if (found.portal) $("portal").href = found.portal;
  $("model").textContent = modelNote();
  if (!found.numbers.length) { nothing("No business is set up yet", "Add a tenant and its WhatsApp number to the demo, then start it again."); return found.event; }
  $("nothing").hidden = true;
  $("shell").hidden = false;
  $("business").replaceChildren(...found.numbers.map((number) => el("option", { value: number.phone_number_id }, number.name)));
  const [wantedNumber, wantedCustomer] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const number = found.numbers.find((n) => n.phone_number_id === wantedNumber) ?? found.numbers[0];
  await choose(number, found.customers.find((person) => person.id === wantedCustomer) ?? found.customers[0] ?? null);
  return found.event;
}

async function addPerson(event) {
  event.preventDefault();
  try {
    const { customer } = await api("/api/customers", { json: { name: $("person-name").value.trim(), phone: $("person-phone").value.trim() } });
    $("person").close();
    event.target.reset();
    onEvent({ kind: "customer", customer });
    choose(state.number, state.customers.find((person) => person.id === customer.id)).then(focus);
  } catch (error) { event.target.querySelector(".said").textContent = error.message; }
}

function setUp() {
  $("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (!text || !state.customer) return;
    $("text").value = "";
    grow();
    say(text);
  });
  $("text").addEventListener("input", grow);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("compose").requestSubmit(); }
    if (event.key === "Escape") quote(null);
  });
  $("attach").addEventListener("change", attach);
  $("quote-off").addEventListener("click", () => quote(null));
  $("business").addEventListener("change", () => choose(state.numbers.find((n) => n.phone_number_id === $("business").value), state.customer));
  $("back").addEventListener("click", () => $("shell").classList.remove("open"));
  $("add-person").addEventListener("click", () => $("person").showModal());
  $("person-form").addEventListener("submit", addPerson);
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  followBottom();
  setUpMore({ write, last: (direction) => [...state.messages.values()].filter((m) => m.direction === direction && !["reaction", "deleted"].includes(m.type)).sort((a, b) => a.seq - b.seq).at(-1),
    where: () => ({ phone_number_id: state.number.phone_number_id, customer: state.customer.id }) });
}

setUp();
$("shell").classList.add("open");
start().then((event) => live({ from: event, onEvent, onLine: (up) => { $("offline").textContent = "No connection to the demo. Trying again …"; $("offline").hidden = up; if (!up) typing(0); }, onGap: start }));
