// One message as a bubble: text, media, buttons, lists, quotes, ticks.

import { control, filled } from "./controls.js";
import { $, clock, el, icon } from "./dom.js";
import { formatted, plainText } from "./format.js";
import { linkSources } from "./sources.js";

const WORDS = { image: "Photo", video: "Video", audio: "Voice message", document: "Document", sticker: "Sticker", location: "Location",
  contacts: "Contact", template: "Template", reaction: "Reaction", order: "Order", unsupported: "Unsupported message", deleted: "You deleted this message" };

export function summary(message) {
  const c = message.content ?? {};
  if (message.type === "text") return plainText(c.body ?? "");
  if (message.type === "interactive") return plainText(c.body?.text ?? c.button_reply?.title ?? c.list_reply?.title ?? (c.nfm_reply ? "Form" : ""));
  if (message.type === "button") return c.text ?? "";
  if (message.type === "reaction") return c.emoji ? `Reacted ${c.emoji}` : "Took a reaction back";
  return c.caption ? `${WORDS[message.type] ?? message.type}: ${c.caption}` : c.filename ? c.filename : WORDS[message.type] ?? message.type;
}

export const runOf = (message) => {
  try { const run = JSON.parse(message.biz ?? "null")?.run; return typeof run === "string" ? run : null; } catch { return null; }
};

function ticks(message) {
  if (message.direction !== "in") return null;
  const mark = { pending: ["clock", "Sending"], sending: ["tick", "Sent"], retrying: ["alert", "Not delivered yet"], lost: ["alert", "Not delivered"],
    unsent: ["alert", "Not sent"], delivered: ["ticks", "Delivered"], read: ["ticks", "Read"] }[message.state];
  return mark && el("span", { class: `state ${message.state}` }, icon(...mark));
}

function media(message) {
  const part = message.content, source = part.id ? `/api/media/${encodeURIComponent(part.id)}` : null;
  const remote = !source && part.link ? part.link : null;
  const caption = part.caption ? formatted(part.caption) : null;
  if (remote) return [el("a", { class: "file", href: remote, target: "_blank", rel: "noopener noreferrer" }, icon("doc"), el("span", {}, part.filename ?? remote)), caption];
  if (message.type === "image" || message.type === "sticker") return [el("img", { class: "photo", src: source, alt: part.caption ?? "Photo", loading: "lazy" }), caption];
  if (message.type === "audio") return [el("audio", { src: source, controls: true })];
  if (message.type === "video") return [el("video", { class: "photo", src: source, controls: true }), caption];
  return [el("a", { class: "file", href: source, target: "_blank", rel: "noopener" }, icon("doc"), el("span", {}, part.filename ?? "Document")), caption];
}

function header(part) {
  if (!part) return null;
  return part.type === "text" ? el("div", { class: "title", dir: "auto" }, part.text) : el("div", {}, ...media({ type: part.type, content: part[part.type] }).filter(Boolean));
}

function words(message, text, context) {
  const run = message.direction === "out" && runOf(message);
  return run && /(^|\n)_.+_/.test(text) ? linkSources(formatted(text), run, context.sources(run)) : formatted(text);
}

function interactive(message, context) {
  const c = message.content;
  if (c.button_reply || c.list_reply) {
    const reply = c.button_reply ?? c.list_reply;
    return [el("div", { class: "rich", dir: "auto" }, reply.title), reply.description && el("div", { class: "small" }, reply.description)];
  }
  if (c.nfm_reply) return filled(c.nfm_reply);
  return [header(c.header), words(message, c.body?.text ?? "", context), c.footer && el("div", { class: "small", dir: "auto" }, c.footer.text)];
}

function content(message, context) {
  const c = message.content;
  switch (message.type) {
    case "text": return [words(message, c.body ?? "", context)];
    case "interactive": return interactive(message, context);
    case "image": case "video": case "audio": case "document": case "sticker": return media(message);
    case "location": return [el("div", { class: "rich" }, `${c.name ?? ""} ${c.address ?? ""}`.trim() || "Location", el("div", { class: "small" }, `${c.latitude}, ${c.longitude}`))];
    case "contacts": return (c.items ?? []).map((card) => el("div", { class: "rich", dir: "auto" }, card.name?.formatted_name ?? "Contact",
      el("div", { class: "small" }, (card.phones ?? []).map((entry) => entry.phone ?? entry.wa_id).join(", "))));
    case "order": return (c.product_items ?? []).map((entry) => el("div", { class: "rich", dir: "auto" }, `${entry.quantity} x ${entry.product_retailer_id}`,
      el("div", { class: "small" }, `${entry.item_price} ${entry.currency}`)));
    case "template": return [el("div", { class: "small" }, "Template"), el("div", { class: "rich" }, `${c.name} (${c.language?.code ?? ""})`)];
    case "button": return [el("div", { class: "rich", dir: "auto" }, c.text ?? "")];
    default: return [el("div", { class: "small" }, WORDS[message.type] ?? `A message of the type "${message.type}"`)];
  }
}

// Buttons and lists below a bubble; `actions.tap(message, reply)` answers for the customer.
function actions(message, context) {
  const c = message.content;
  if (message.type !== "interactive" || message.direction !== "out") return [];
  const used = context.answered(message.wamid);
  if (c.type === "button") {
    return c.action.buttons.map(({ reply }) => el("button", { class: "tap", type: "button", disabled: used, dir: "auto",
      onclick: () => context.tap(message, { type: "button_reply", button_reply: { id: reply.id, title: reply.title } }) }, icon("reply"), reply.title));
  }
  if (c.type === "list") return [el("button", { class: "tap", type: "button", disabled: used, dir: "auto", onclick: () => sheet(message, context) }, icon("list"), c.action.button)];
  return control(message, context, used);
}

function sheet(message, context) {
  const dialog = $("sheet"), action = message.content.action;
  $("sheet-title").textContent = action.button;
  const row = (entry) => el("button", { class: "row", type: "button", dir: "auto", onclick: () => { dialog.close(); context.tap(message, { type: "list_reply", list_reply: entry }); } },
    el("b", {}, entry.title), entry.description && el("span", {}, entry.description));
  $("sheet-rows").replaceChildren(...action.sections.flatMap((section) => [section.title && el("h3", {}, section.title), ...section.rows.map(row)].filter(Boolean)));
  dialog.showModal();
}

function trouble(message, context) {
  if (message.state === "retrying") return el("div", { class: "trouble", role: "status" }, icon("alert"), `${message.error} Meta will deliver again.`);
  if (message.state === "lost") return el("div", { class: "trouble" }, icon("alert"), `${message.error} Meta has given up.`);
  if (message.state === "unsent") return el("div", { class: "trouble", role: "alert" }, icon("alert"), message.error,
    el("button", { class: "again", type: "button", onclick: () => context.again(message) }, "Send again"));
  if (message.state === "failed") return el("div", { class: "trouble" }, icon("alert"), `Not shown to the customer: ${message.error}`);
  return null;
}

export function bubble(message, context) {
  const quoted = message.context && context.find(message.context);
  const reactions = context.reactions(message.wamid);
  const box = el("div", { class: "bubble" },
    quoted && el("div", { class: `quoted ${quoted.direction}` }, el("b", {}, quoted.direction === "in" ? "You" : context.business()), el("span", { dir: "auto" }, summary(quoted))),
    ...content(message, context).filter(Boolean),
    el("span", { class: "meta" }, el("time", {}, clock(message.time)), ticks(message)),
    reactions && el("span", { class: "reaction" }, reactions));
  const reply = message.direction === "out" && el("button", { class: "icon quote", type: "button", title: "Reply to this message", "aria-label": "Reply to this message", onclick: () => context.quote(message) }, icon("reply"));
  return el("li", { class: `msg ${message.direction} ${message.state} is-${message.type}`, data: { wamid: message.wamid } },
    el("div", { class: "line" }, box, reply), ...actions(message, context), trouble(message, context));
}
