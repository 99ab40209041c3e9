// What the business may put below a message beside buttons and lists: a link, a request for a place, products, a form.

import { $, el, icon } from "./dom.js";

export const PLACE = { latitude: 39.4699, longitude: -0.3763, name: "Plaza del Ayuntamiento", address: "46002 Valencia" };

const tap = (label, used, onclick) => el("button", { class: "tap", type: "button", disabled: used, dir: "auto", onclick }, label);

// Kind → what stands below the bubble; `context.answer(message, answer)` is what the customer sends then.
const KINDS = {
  cta_url: (message) => {
    const { url, display_text } = message.content.action.parameters;
    return el("a", { class: "tap", href: url, target: "_blank", rel: "noopener noreferrer" }, display_text);
  },
  location_request_message: (message, context, used) => tap("Send location", used, () => context.answer(message, { type: "location", location: PLACE })),
  product: (message, context, used) => {
    const { product_retailer_id: id } = message.content.action, product = context.number().products[id];
    return tap(product ? `Order: ${product.name}, ${product.price}` : id, used, () => order(message, context, id));
  },
  product_list: (message, context, used) => tap("View items", used, () => {
    open(message.content.header.text, message.content.action.sections.flatMap((section) => [section.title && el("h3", {}, section.title),
      ...section.product_items.map(({ product_retailer_id: id }) => row(context.number().products[id], id, () => { $("sheet").close(); order(message, context, id); }))]));
  }),
  flow: (message, context, used) => tap(message.content.action.parameters.flow_cta, used, () => form(message, context)),
};

export function control(message, context, used) {
  const made = KINDS[message.content.type]?.(message, context, used);
  return made ? [made] : [];
}

const row = (product, id, onclick) => el("button", { class: "row", type: "button", dir: "auto", onclick }, el("b", {}, product?.name ?? id), el("span", {}, product?.price ?? ""));

function order(message, context, id) {
  const [price, currency] = (context.number().products[id]?.price ?? "0 EUR").split(" ");
  const item = { product_retailer_id: id, quantity: 1, item_price: Number(price), currency };
  context.answer(message, { type: "order", order: { catalog_id: message.content.action.catalog_id, product_items: [item] } });
}

function open(title, nodes) {
  $("sheet-title").textContent = title;
  $("sheet-rows").replaceChildren(...nodes.filter(Boolean));
  $("sheet").showModal();
}

function form(message, context) {
  const { flow_id, flow_token, flow_cta } = message.content.action.parameters, flow = context.number().flows[flow_id];
  const fields = Object.entries(flow?.fields ?? {}).flatMap(([name, label]) => [el("label", { class: "field", for: `form-${name}` }, label),
    el("input", { id: `form-${name}`, name, type: "text", required: true, maxLength: 200, autocomplete: "off", dir: "auto" })]);
  const submit = (event) => {
    event.preventDefault();
    $("sheet").close();
    const answers = { ...Object.fromEntries(new FormData(event.target)), flow_token };
    context.answer(message, { type: "interactive", interactive: { type: "nfm_reply", nfm_reply: { name: "flow", body: "Sent", response_json: JSON.stringify(answers) } } });
  };
  open(flow?.title ?? flow_cta, [el("form", { onsubmit: submit }, ...fields, el("button", { class: "primary", type: "submit" }, "Send"))]);
}

// What a customer has answered in a form.
export function filled(reply) {
  const { flow_token: _, ...answers } = JSON.parse(reply.response_json);
  return [el("div", { class: "rich" }, icon("list"), " Form sent"), ...Object.entries(answers).map(([name, value]) => el("div", { class: "small", dir: "auto" }, `${name}: ${value}`))];
}
