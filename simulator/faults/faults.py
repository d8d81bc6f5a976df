"""What the seed decides.

Each decision hangs only on the seed, the fault, what it might strike and how often that came by, never on the order in
which different things happen. So the same seed hurts the same calls even when they overlap differently.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.faults.kinds import FAULTS, OUTAGE

OUTAGE_WINDOW_S = 600.0
"""The rate of outages is the chance that ten minutes hold one."""

PROFILES: Mapping[str, Mapping[str, float]] = {
    "calm": {"slow": 0.02, "event_twice": 0.01, "event_late": 0.01, "socket_refresh_requested": 0.002},
    "rough": {
        OUTAGE: 0.2,
        "slow": 0.05,
        "limited": 0.02,
        **dict.fromkeys(("lost_before", "lost_after", "error_before", "error_after"), 0.01),
        "proxy_page": 0.005,
        **dict.fromkeys(("event_twice", "event_late", "event_overtaken", "event_again"), 0.02),
        **dict.fromkeys(("interaction_lost", "interaction_unheard", "socket_cut"), 0.01),
        **dict.fromkeys(("socket_warning", "socket_refresh_requested", "handshake_refused"), 0.02),
    },
    "storm": {
        **dict.fromkeys(FAULTS, 0.05),
        OUTAGE: 0.6,
        **dict.fromkeys(("slow", "limited"), 0.1),
        **dict.fromkeys(("event_lost", "socket_zombie", "socket_link_disabled"), 0.02),
        **dict.fromkeys(("handshake_refused", "handshake_lost"), 0.2),
    },
}
"""Name → rates. `calm` is a good day, `rough` a bad one, `storm` worse than any day Slack has had."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """`rates`: fault → how likely it strikes each time it could, from 0 to 1; an outage, each ten minutes.

    Raises ValueError for a fault that there is not and for a rate outside 0 to 1.
    """

    seed: str | None = None
    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, rate in self.rates.items():
            if name not in FAULTS:
                raise ValueError(f"there is no fault {name!r}; there are {', '.join(FAULTS)}")
            if not 0 <= rate <= 1:
                raise ValueError(f"the rate of {name} is {rate}; it goes from 0 to 1")

    @classmethod
    def none(cls) -> "Faults":
        """Nothing goes wrong by itself."""
        return cls()

    @classmethod
    def profile(cls, text: str) -> "Faults":
        """Read `SEED` or `SEED:profile`; without a profile it is `rough`. Raises ValueError with a sentence."""
        seed, _, name = text.partition(":")
        if not seed or (name or "rough") not in PROFILES:
            raise ValueError(f"{text!r} is no SEED[:profile]; the profiles are {', '.join(PROFILES)}")
        return cls(seed=seed, rates=PROFILES[name or "rough"])

    def chance(self, *parts: object) -> random.Random:
        """Give the source of chance for one decision, the same one each time."""
        return random.Random(":".join(map(str, (self.seed, *parts))))  # noqa: S311, because it has to be repeatable

    def roll(self, fault: str, key: str, nth: int) -> random.Random | None:
        """Decide whether `fault` strikes the `nth` time that `key` comes by; if so, the rest is up to what returns."""
        chance = self.chance(fault, key, nth)
        return chance if chance.random() < self.rates.get(fault, 0.0) else None

    def is_out(self, elapsed_s: float) -> bool:
        """Whether there is an outage so many seconds after the workspace began."""
        window, at = divmod(elapsed_s, OUTAGE_WINDOW_S)
        chance = self.roll(OUTAGE, "", int(window))
        if chance is None:
            return False
        length = chance.uniform(*FAULTS[OUTAGE].seconds)
        begins = chance.uniform(0, OUTAGE_WINDOW_S - length)
        return begins <= at < begins + length
