"""Every fault of the wire by name. How each looks from outside stands in docs/reference/simulator.md."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a fault strikes, and between which bounds its `seconds` lie when the seed chooses them."""

    on: str
    seconds: tuple[float, float] = (0.0, 0.0)


OUTAGE = "outage"

FAULTS = {
    OUTAGE: Kind(on="everything", seconds=(5, 60)),
    "slow": Kind(on="calls", seconds=(0.2, 4)),
    "limited": Kind(on="calls", seconds=(1, 30)),
    "lost_before": Kind(on="calls"),
    "error_before": Kind(on="calls"),
    "proxy_page": Kind(on="calls"),
    "lost_after": Kind(on="calls"),
    "error_after": Kind(on="calls"),
    "event_lost": Kind(on="events"),
    "event_late": Kind(on="events", seconds=(1, 90)),
    "event_overtaken": Kind(on="events", seconds=(5, 5)),
    "event_twice": Kind(on="events"),
    "event_again": Kind(on="events"),
    "interaction_lost": Kind(on="interactions"),
    "interaction_unheard": Kind(on="interactions"),
    "socket_cut": Kind(on="sockets"),
    "socket_zombie": Kind(on="sockets"),
    "socket_warning": Kind(on="sockets"),
    "socket_refresh_requested": Kind(on="sockets"),
    "socket_link_disabled": Kind(on="sockets"),
    "handshake_refused": Kind(on="handshakes"),
    "handshake_lost": Kind(on="handshakes"),
}

BEFORE = ("limited", "lost_before", "error_before", "proxy_page")
AFTER = ("lost_after", "error_after")
SOCKETS = tuple(name for name, kind in FAULTS.items() if kind.on == "sockets")
HANDSHAKES = tuple(name for name, kind in FAULTS.items() if kind.on == "handshakes")
