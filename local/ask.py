"""Asks the running demo one question from the terminal: python -m local.ask "How long do I have to return an item?"

One signed message goes to the ingress, the way Meta delivers it; the reply is printed as the phone would get it.
"""

from __future__ import annotations

import argparse
import json
import sys

import httpx2

from local import seed, state


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("question")
    parser.add_argument("--tenant", choices=[t.slug for t in seed.TENANTS], default="shop")
    parser.add_argument(
        "--customer", choices=[str(c["name"]) for c in seed.CUSTOMERS], default=seed.CUSTOMERS[0]["name"]
    )
    arguments = parser.parse_args()
    if not arguments.question.strip():
        print('Ask something: make ask Q="How long do I have to return an item?"', file=sys.stderr)
        return 2
    address = state.folder() / "demo.json"
    if not address.exists():
        print(
            "The demo is not running (or not ready yet). Start it in another terminal: make demo",
            file=sys.stderr,
        )
        return 1
    number = next(t.phone_number_id for t in seed.TENANTS if t.slug == arguments.tenant)
    body = {
        "phone_number_id": number,
        "customer": arguments.customer,
        "text": arguments.question,
        "timeout_s": 60,
        "quiet_s": 0.2,
    }
    demo = json.loads(address.read_text())
    page = demo["page"]
    try:
        response = httpx2.post(f"{page}/control/ask", json=body, timeout=90)
    except httpx2.TransportError as error:
        print(f"The demo does not answer ({type(error).__name__}). Is it still running?", file=sys.stderr)
        return 1
    answer = response.json()
    if "with a human" in (answer.get("reason") or ""):
        where = f"{demo['portal']}/#conversations"
        print(
            f"The message is there. {arguments.customer}'s conversation is with a person of the business or waits for one, so the bot is silent."
            f" Answer, or resume the bot, at {where}",
            file=sys.stderr,
        )
        return 1
    if not answer.get("reply"):
        why = (
            answer.get("reason")
            or f"nothing came within {answer.get('seconds', 60):.0f} s: {json.dumps(answer)}"
        )
        print(f"The bot does not answer: {why}", file=sys.stderr)
        return 1
    print("\n\n".join(answer["reply"]))
    print(f"\n({answer['seconds']:.1f} s; the run: {page}/open/{answer.get('run')})", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
