"""The wire as it is now: what the seed decides, what was ordered, and the record of what struck."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from simulator.faults.faults import Faults
from simulator.faults.kinds import FAULTS, OUTAGE
from simulator.ledger import Ledger
from simulator.model import Json

ORDERED_STATUS = 500


@dataclass(kw_only=True)
class Order:
    """A fault that somebody asked for: for the next `count` chances, until a moment, or both.

    `names` narrows it to some methods, events or commands; none means all. `seconds` is the delay or the `Retry-After`,
    `status` the HTTP status of an error. `since` and `until` are seconds since 1970.
    """

    fault: str
    since: float
    until: float | None = None
    count: int | None = None
    names: tuple[str, ...] = ()
    seconds: float = 1.0
    status: int = ORDERED_STATUS

    def applies(self, fault: str, name: str, now: float) -> bool:
        return fault == self.fault and self.since <= now and (not self.names or name in self.names)

    def is_over(self, now: float) -> bool:
        return (self.count is not None and self.count <= 0) or (self.until is not None and now >= self.until)


@dataclass(frozen=True, kw_only=True)
class Blow:
    """One fault that strikes. `by` is the seed's decision (`seed:nth`) or `order`."""

    fault: str
    by: str
    seconds: float
    status: int = ORDERED_STATUS


class Network:
    """Asked at each place where something can go wrong; every fault that strikes is an entry of the ledger."""

    def __init__(self, now: Callable[[], float], ledger: Ledger, faults: Faults) -> None:
        self._now, self._ledger, self._began = now, ledger, now()
        self.faults = faults
        self._orders: list[Order] = []
        self._seen: Counter[tuple[str, str]] = Counter()

    @property
    def calm(self) -> bool:
        """Nothing can strike, so nobody needs to ask further."""
        return not self.faults.rates and not self._orders

    def order(
        self,
        fault: str,
        *,
        count: int | None = None,
        lasting_s: float | None = None,
        after_s: float = 0.0,
        names: Sequence[str] = (),
        seconds: float = 1.0,
        status: int = ORDERED_STATUS,
    ) -> Order:
        """Ask for a fault, from `after_s` seconds on. The rest is as in `Order`. Raises ValueError with a sentence."""
        if fault not in FAULTS:
            raise ValueError(f"there is no fault {fault!r}; there are {', '.join(FAULTS)}")
        if count is None and lasting_s is None:
            raise ValueError("say how often (count), how long (lasting_s), or both")
        if isinstance(names, str):
            raise ValueError("names is a list")
        since = self._now() + after_s
        order = Order(
            fault=fault,
            since=since,
            until=None if lasting_s is None else since + lasting_s,
            count=count,
            names=tuple(names),
            seconds=seconds,
            status=status,
        )
        self._orders.append(order)
        return order

    def clear(self) -> None:
        """Take back every order, and let the seed decide nothing from now on."""
        self._orders.clear()
        self.faults = Faults.none()

    def is_out(self) -> bool:
        """Whether there is an outage; asking is no strike."""
        if self.calm:
            return False
        return self._standing(OUTAGE, "") is not None or self.faults.is_out(self._now() - self._began)

    def strike(self, fault: str, name: str, key: str = "", **facts: Any) -> Blow | None:
        """Decide whether `fault` strikes this call, event or connection, and write it down if it does.

        `name` is the method, the event or the command; `key` tells those of one name apart, such as by channel.
        """
        if self.calm:
            return None
        rolled = self._rolled(fault, f"{name} {key}")
        blow = self._ordered(fault, name) or rolled
        if blow is not None:
            self.note(fault, of=name, key=key, by=blow.by, seconds=blow.seconds, **facts)
        return blow

    def first(self, faults: Iterable[str], name: str, key: str = "", **facts: Any) -> Blow | None:
        """The first of several faults that strikes."""
        return next((blow for fault in faults if (blow := self.strike(fault, name, key, **facts))), None)

    def note(self, fault: str, **facts: Any) -> None:
        """Write down that something was hurt."""
        self._ledger.append("fault", fault, self._now(), **facts)

    def active(self) -> Json:
        """What could strike now."""
        self._drop_what_is_over()
        return {"seed": self.faults.seed, "rates": dict(self.faults.rates), "orders": [asdict(o) for o in self._orders]}

    def _rolled(self, fault: str, key: str) -> Blow | None:
        if not self.faults.rates.get(fault):
            return None
        if fault == OUTAGE:
            return Blow(fault=fault, by="seed", seconds=0.0) if self.faults.is_out(self._now() - self._began) else None
        nth = self._seen[fault, key] = self._seen[fault, key] + 1
        chance = self.faults.roll(fault, key, nth)
        if chance is None:
            return None
        return Blow(fault=fault, by=f"seed:{nth}", seconds=round(chance.uniform(*FAULTS[fault].seconds), 2))

    def _ordered(self, fault: str, name: str) -> Blow | None:
        order = self._standing(fault, name)
        if order is None:
            return None
        if order.count is not None:
            order.count -= 1
        return Blow(fault=fault, by="order", seconds=order.seconds, status=order.status)

    def _standing(self, fault: str, name: str) -> Order | None:
        self._drop_what_is_over()
        return next((order for order in self._orders if order.applies(fault, name, self._now())), None)

    def _drop_what_is_over(self) -> None:
        now = self._now()
        self._orders = [order for order in self._orders if not order.is_over(now)]
