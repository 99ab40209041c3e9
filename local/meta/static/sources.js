// The sources that a reply names: each opens its passages in the portal.

import { api, el } from "./dom.js";

const found = new Map();

export const sourceLink = (run, place, words) => el("a", { class: "source", href: `/source/${encodeURIComponent(run)}/${place}`, target: "_blank", rel: "noopener", dir: "auto" }, words);

// What a run's reply comes from, as far as it is known; `then` is called when it has become known.
export function sourcesOf(run, then) {
  if (!found.has(run)) {
    found.set(run, []);
    api(`/api/sources/${encodeURIComponent(run)}`).then(({ citations }) => { found.set(run, citations); if (citations.length) then(); }).catch(() => found.delete(run));
  }
  return found.get(run);
}

// The line under a reply, "Returns, p. 2; Prices", with a link for each of them. Whatever else is in italics stays as it is.
export function linkSources(node, run, citations) {
  const documents = citations.map((cited, place) => ({ ...cited, place, words: cited.page ? `${cited.document}, p. ${cited.page}` : cited.document })).filter((cited) => !cited.url && cited.id);
  const line = [...node.querySelectorAll("em")].reverse().find((em) => documents.length && em.textContent === documents.map(({ words }) => words).join("; "));
  line?.replaceChildren(...documents.flatMap(({ place, words }, i) => [i ? "; " : "", sourceLink(run, place, words)]));
  return node;
}
