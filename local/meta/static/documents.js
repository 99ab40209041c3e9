// The drawer in which the business' staff adds documents and sees what became of them.

import { $, api, el, icon } from "./dom.js";

const WORDS = { received: "Received", queued: "Received", processing: "Processing", ready: "Ready", failed: "Failed" };
const OPEN = ["received", "queued", "processing", "uploading"];
const PROMPT = "Choose a file, or drop it here";
let number = null, timer = null, sending = null;

const stateOf = (doc) => String(doc.state ?? doc.status ?? "").toLowerCase();

function row(doc) {
  const state = stateOf(doc), why = doc.error ?? doc.reason;
  const pages = doc.pages ? `${doc.pages} ${doc.pages === 1 ? "page" : "pages"}` : null;
  const progress = state === "processing" && doc.chunks ? `${Math.round((100 * (doc.chunks_embedded ?? 0)) / doc.chunks)} %` : null;
  const note = [doc.title && doc.filename !== doc.title ? doc.filename : null, pages, progress].filter(Boolean).join(" · ");
  return el("li", { class: state }, icon("doc"), el("div", {}, el("b", { dir: "auto" }, doc.title || doc.filename || doc.name || "Document"),
    note && el("span", { dir: "auto" }, note), state === "failed" && why && el("p", { class: "why", dir: "auto" }, String(why))),
  el("span", { class: `pill-state ${state}` }, OPEN.includes(state) && el("i", { class: "spin", "aria-hidden": "true" }), WORDS[state] ?? (state === "uploading" ? "Uploading" : state)));
}

async function refresh() {
  clearTimeout(timer);
  if (!$("documents").open || !number?.uploads) return;
  try {
    const { documents } = await api(`/api/documents?phone_number_id=${encodeURIComponent(number.phone_number_id)}`);
    const all = sending ? [sending, ...documents] : documents;
    $("docs").replaceChildren(...(all.length ? all.map(row) : [el("li", { class: "none" }, "No documents yet.")]));
    if (documents.some((doc) => OPEN.includes(stateOf(doc)))) timer = setTimeout(refresh, 1000);
  } catch (error) {
    say(error.message, true);
  }
}

function say(text, bad = false) {
  $("upload-said").textContent = text;
  $("upload-said").classList.toggle("bad", bad);
}

export function openDocuments(business, portal) {
  number = business;
  $("portal-link").hidden = !portal;
  if (portal) $("portal-link").querySelector("a").href = portal;
  $("documents-of").textContent = `${business.name}, as its staff`;
  $("docs").replaceChildren();
  $("upload").classList.toggle("off", !business.uploads);
  $("upload-go").disabled = true;
  say(business.uploads ? "" : "This business has no staff login here, so nothing can be uploaded.");
  choose(null);
  $("documents").showModal();
  refresh();
}

function choose(file) {
  $("drop-name").textContent = file ? file.name : PROMPT;
  $("drop").classList.toggle("chosen", Boolean(file));
  $("upload-go").disabled = !file || !number?.uploads;
  if (!file) $("upload").reset();
}

async function upload(event) {
  event.preventDefault();
  const file = $("file").files[0];
  if (!file) return;
  const form = new FormData();
  form.append("phone_number_id", number.phone_number_id);
  form.append("title", $("title").value.trim());
  form.append("file", file);
  sending = { title: $("title").value.trim() || file.name, state: "uploading" };
  $("upload-go").disabled = true;
  say("Uploading …");
  refresh();
  try {
    const { result } = await api("/api/documents", { method: "POST", body: form });
    choose(null);
    say(result?.known ? `This file is already here, as “${result.known}”.` : "Stored. It can be used as soon as it is read.");
  } catch (error) {
    say(error.message, true);
    $("upload-go").disabled = false;
  }
  sending = null;
  refresh();
}

export function setUpDocuments() {
  const drop = $("drop");
  $("upload").addEventListener("submit", upload);
  $("file").addEventListener("change", () => choose($("file").files[0] ?? null));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.toggle("over", kind === "dragover"); });
  }
  drop.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    $("file").files = event.dataTransfer.files;
    choose($("file").files[0]);
  });
}
