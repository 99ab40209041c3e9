"""Counters of the process, written in the text format that Prometheus reads."""

from __future__ import annotations

from collections import Counter

_HELP = {
    "webhooks_accepted": "Webhooks answered with 200",
    "webhooks_rejected": "Webhooks answered with anything else, by reason",
    "events_stored": "Events written to the inbox",
    "events_duplicate": "Events that were in the inbox already",
    "dispatched": "Messages that Windmill has taken",
    "dispatch_failures": "Tries to dispatch that failed, by reason",
    "events_applied": "Statuses and echoes that were settled",
}


class Metrics:
    """What has happened since the start. Plain integers: everything runs on one event loop."""

    def __init__(self) -> None:
        self.webhooks_accepted = 0
        self.events_stored = 0
        self.events_duplicate = 0
        self.dispatched = 0
        self.events_applied = 0
        self.webhooks_rejected: Counter[str] = Counter()
        self.dispatch_failures: Counter[str] = Counter()

    def render(self, gauges: dict[str, float]) -> str:
        """The whole page."""
        lines: list[str] = []
        for name, text in _HELP.items():
            lines += [f"# HELP ingress_{name}_total {text}", f"# TYPE ingress_{name}_total counter"]
            value = getattr(self, name)
            if isinstance(value, Counter):
                lines += [
                    f'ingress_{name}_total{{reason="{reason}"}} {count}'
                    for reason, count in sorted(value.items())
                ]
            else:
                lines.append(f"ingress_{name}_total {value}")
        for name, number in gauges.items():
            lines += [f"# TYPE ingress_{name} gauge", f"ingress_{name} {number:g}"]
        return "\n".join(lines) + "\n"
