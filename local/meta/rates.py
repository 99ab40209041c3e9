"""Meta's two rates: so many messages a second for a number, and few in a row to one person."""

from dataclasses import dataclass

from local.meta.config import Limits
from local.meta.errors import GraphError


@dataclass
class Bucket:
    """A token bucket: `size` at once, then `per_second`."""

    tokens: float
    at: float

    def take(self, now: float, size: float, per_second: float) -> bool:
        self.tokens = min(size, self.tokens + max(0.0, now - self.at) * per_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Rates:
    """Counts accepted sends. A refused one costs nothing."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.numbers: dict[str, Bucket] = {}
        self.pairs: dict[tuple[str, str], Bucket] = {}

    def take(self, phone_number_id: str, recipient: str, now: float) -> None:
        """Count one send or refuse it as Meta does."""
        limits = self.limits
        number = self.numbers.setdefault(phone_number_id, Bucket(limits.number_per_second, now))
        pair = self.pairs.setdefault((phone_number_id, recipient), Bucket(limits.pair_burst, now))
        if not number.take(now, limits.number_per_second, limits.number_per_second):
            raise GraphError(130429, subcode=2494055)
        if not pair.take(now, limits.pair_burst, 1 / limits.pair_every_s):
            number.tokens += 1
            raise GraphError(131056)

    def clear(self) -> None:
        self.numbers.clear()
        self.pairs.clear()
