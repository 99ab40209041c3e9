// Events as they happen: by Server-Sent Events, or by polling where those don't get through.

import { api } from "./dom.js";

export function live({ from, onEvent, onLine, onGap }) {
  let last = from ?? 0, failures = 0, down = false;

  const up = () => {
    failures = 0;
    onLine(true);
    if (down) { down = false; onGap().then((event) => { last = event ?? last; }); }
  };
  const take = (event) => { if (event.id > last) { last = event.id; onEvent(event); } };

  function stream() {
    const source = new EventSource(`/api/events?since=${last}`);
    source.onopen = up;
    source.onmessage = (message) => take(JSON.parse(message.data));
    source.onerror = () => {
      source.close();
      down = true;
      onLine(false);
      setTimeout(++failures % 4 === 3 ? poll : stream, Math.min(5000, 500 * failures));
    };
  }

  async function poll() {
    try {
      const { events, event } = await api(`/api/events?once=1&since=${last}`);
      up();
      if (event < last) last = event;
      events.forEach(take);
      setTimeout(poll, 50);
    } catch {
      down = true;
      onLine(false);
      setTimeout(stream, 2000);
    }
  }

  if ("EventSource" in window) stream(); else poll();
}
