// What a phone can send beside text and files: voice notes, places, cards, stickers, orders, reactions, deletions.

import { PLACE } from "./controls.js";
import { $, api, el } from "./dom.js";

const CARD = [{ name: { formatted_name: "Ana Ruiz", first_name: "Ana" }, phones: [{ phone: "+34 600 111 333", type: "MOBILE" }] }];
const ORDER = { catalog_id: "194836987003835", product_items: [{ product_retailer_id: "lamp-brass", quantity: 1, item_price: 89, currency: "EUR" }] };
// A yellow face as WebP.
const STICKER = "UklGRqwEAABXRUJQVlA4WAoAAAAQAAAAXwAAXwAAQUxQSKAAAAABgCTAbdxm/v9p3BISALO1h4iYAL6oeryNpltoN0+OUXKNkXOE3P3k76ZEK6X6KNdFyR7KdlD6nvK31HBHHTfU8i71nFLTGXW9SG3vUd9r1Pi9UOd3Qq2/B+r9bwi1+B5QineCSrwXFOIa6nAPZbiIKgwXYbwGd1GC1QosF2A9DsMwLKMwDcI2BucIzAOwtyPRilQbki2IX6LkGGWf4HMMVlA4IOYDAABQFQCdASpgAGAAPrVMokunJCMhqPmbYOAWiWwIcAFzrhS5PIr8l5yFmfxvFXouhK7anzAfst61Ho+9AD/AdRX6AH63enB7Gv9q85zVlvEH9J/DOSY/YBOS1LnxEJjv7AMxTvVA03pLnL7Gny+gwZyviel9Lo2qXRGE9ipep25ZICE2/62WCyqK8FFDx2m4iwbfKL3w9jelRszSRC/SzWoe+Ca1FB8H4R3G6ZpTuhc5Jr6oAAD+0cZb3T1eXk6Fxs800B5IN6zIUeUA0mJbfKDjni3ufCfB4L9Wp8m0uMBKfCsGaS/P+lrTDR/Be1AarX8uN5lnl+nta98N/Sa+CP+PCS5csQXpe3Z7wut8t/+Iy5PPg/yqmVVR3syuHTEqDK30+dTx0qATS3W+FnbD3+bF/4CJv9g+s8sZG/+O+gCn5qXSsiUir0R4dfZy+bEhsdnq5f/ARN/sD3XNeYKuvT6PnllMcaezjnEZl/tdIo/zvyij13GDdzZH5NmuAXrHTqmNbGkk9daOFO3rvDVE46Lcz/D/AGzdr7ytYAXKTrybkkhXHBoE0KUbQrALm+a5Irm42zrhE4jVgq/7HZG2z78ZP36q/ftpNveDz2fB51nHXd6q9JBZvfqV5tCO5b/zaL23MhjsAD0hfXnm7G+7paGezSbYN+tf8gQhVI0ussHAC4ftW3ctkuZE8MLL/E3qptGlaXJryn+rXrfcpmyk08SVlcRzAx/yTQ/GEp+rGCj7zO6VTH0R77mhnSD2gd/SSEDJ+YE3l4u8HJOF/tG2/bkOc6X6k+f0zQmUbJi9BgwnAbXyFtTus1ZPPUC8uQSO2VwKC65boP9xsb+9UxCLNrUSlOrDEVvVtwAPiDfmG/jeYjOxLoKM0kb4HnXsL98Nm+B+pjDfGSEiqVO+8gDmZC3J2Bjkqc7B6IwpR4mytSZU0v3aY1O1gwFd9FWpYhFuDMaEimHOA3kNIReIKC9ifEiy5kL4g6N50syBUhMPig6upKN/MRE9o4SwRcP7mVDC+vJkndyavSrUS1kqIq9fseRA6kwlQfm1xPchIbShI9F0DVJkr19t7junNgf4gSZcW6fV1pJXZHd7aSdbJ3OVtqZkj9x8jdb29vfmm+0FvGqiwc7MPTYmIXBgO1k///UHf/0+l//1CR5svqdzZ1IWOewnNUd2gaSi1NMNIzPP0CJPjJBlA4eBfUfLgefVFStcxAhHUtVDpf8uSi11nPVDbztc2bknn/xfyYTLvzkwp0L9E7gNnxsAu/XD9ob+T/toc06OLGfu3moa2YgSea29YQlX+vSTakQXKdcKUP7Fv/X8oN1AtOsAAA==";

export function setUpMore({ write, last, where }) {
  const rows = [
    ["Location", "Plaza del Ayuntamiento, Valencia", () => write({ type: "location", location: PLACE })],
    ["Contact card", "Ana Ruiz", () => write({ type: "contacts", contacts: CARD })],
    ["Order from the catalog", "1 lamp", () => write({ type: "order", order: ORDER })],
    ["Sticker", "A smile", () => write({ type: "sticker", sticker: { mime_type: "image/webp", data: STICKER } })],
    ["React with a thumb", "to the last answer", () => react("👍")],
    ["Delete my last message", "as 'delete for everyone'", () => revoke()],
    ["A type nobody knows", "as a new feature of WhatsApp would come", () => write({ type: "unsupported", errors: [{ code: 131051, title: "Message type unknown" }] })],
  ];
  const react = (emoji) => { const message = last("out"); if (message) write({ type: "reaction", reaction: { message_id: message.wamid, emoji } }); };
  const revoke = () => { const message = last("in"); if (message) write({ type: "revoke", revoke: { original_message_id: message.wamid } }); };
  $("more-rows").replaceChildren(...rows.map(([title, words, send]) => el("button", { class: "row", type: "button", onclick: () => { $("more").close(); send(); } }, el("b", {}, title), el("span", {}, words))));
  $("open-more").addEventListener("click", () => $("more").showModal());
  $("open-voice").addEventListener("click", () => { $("voice").showModal(); $("voice-text").focus(); });
  $("voice-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await api("/api/voice", { json: { ...where(), text: $("voice-text").value.trim() } });
      event.target.reset();
      $("voice").close();
    } catch (error) { event.target.querySelector(".said").textContent = error.message; }
  });
}
