// Shows WhatsApp's formatting. Everything becomes text nodes: nothing from a message is ever read as HTML.

const INLINE = [
  { mark: "`", tag: "code", plain: true },
  { mark: "*", tag: "strong" },
  { mark: "_", tag: "em" },
  { mark: "~", tag: "s" },
];
const URL = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]']/;
const wordy = (char) => char !== undefined && /[\p{L}\p{N}]/u.test(char);

// Where a marked piece ends, or -1: marks hug their text and stand at the edge of words.
function closing(text, start, mark) {
  if (wordy(text[start - 1]) || text[start + 1] === undefined || /\s/.test(text[start + 1]) || text[start + 1] === mark) return -1;
  for (let at = text.indexOf(mark, start + 2); at > 0; at = text.indexOf(mark, at + 1)) {
    if (!/\s/.test(text[at - 1]) && !wordy(text[at + 1])) return at;
  }
  return -1;
}

export function inline(text, parent) {
  let plain = "";
  const flush = () => { if (plain) links(plain, parent); plain = ""; };
  for (let at = 0; at < text.length; at++) {
    const rule = INLINE.find((r) => r.mark === text[at]);
    const end = rule ? closing(text, at, rule.mark) : -1;
    if (end < 0) { plain += text[at]; continue; }
    flush();
    const node = document.createElement(rule.tag);
    const inner = text.slice(at + 1, end);
    if (rule.plain) node.textContent = inner; else inline(inner, node);
    parent.append(node);
    at = end;
  }
  flush();
}

function links(text, parent) {
  for (let found; (found = URL.exec(text)); text = text.slice(found.index + found[0].length)) {
    parent.append(text.slice(0, found.index));
    const link = document.createElement("a");
    Object.assign(link, { href: found[0], textContent: found[0], target: "_blank", rel: "noopener noreferrer" });
    parent.append(link);
  }
  parent.append(text);
}

const KINDS = [
  { kind: "quote", tag: "blockquote", test: /^>\s?(.*)$/ },
  { kind: "bullet", tag: "ul", item: "li", test: /^[-*]\s+(.+)$/ },
  { kind: "number", tag: "ol", item: "li", test: /^(\d{1,3})\.\s+(.+)$/ },
];

function lineOf(line) {
  for (const rule of KINDS) {
    const found = rule.test.exec(line);
    if (found) return { ...rule, text: found.at(-1), first: found[1] };
  }
  return { kind: "text", tag: "p", text: line };
}

function lines(text, parent) {
  let block = null, kind = "", empty = 0;
  for (const line of text.split("\n")) {
    const found = lineOf(line);
    if (found.kind === "text" && !line.trim()) { empty++; block = null; continue; }
    if (!block || found.kind !== kind) {
      block = document.createElement(found.tag);
      if (found.kind === "number") block.start = Number(found.first);
      if (empty) block.className = "gap";
      parent.append(block);
    } else if (!found.item) block.append(document.createElement("br"));
    const into = found.item ? block.appendChild(document.createElement(found.item)) : block;
    inline(found.text, into);
    kind = found.kind;
    empty = 0;
  }
}

export function formatted(text) {
  const node = document.createElement("div");
  node.className = "rich";
  node.dir = "auto";
  text.split("```").forEach((part, index, all) => {
    const mono = index % 2 === 1 && index < all.length - 1;
    if (mono) node.append(Object.assign(document.createElement("pre"), { textContent: part.replace(/^\n|\n$/g, "") }));
    else if (index % 2 === 1) lines("```" + part, node);
    else if (part.trim()) lines(index ? part.trimStart() : part, node);
  });
  return node;
}

export const plainText = (text) => text.replace(/```/g, "").replace(/(^|[^\p{L}\p{N}])[*_~`](\S[^*_~`]*?)[*_~`](?![\p{L}\p{N}])/gu, "$1$2").replace(/\s+/g, " ").trim();
