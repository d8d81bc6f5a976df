"""How long to wait before what failed is tried again."""

MOST_DELAY_S = 300.0
_ENOUGH = 30  # doublings: whatever fails for days on end must not become a number too large


def longer(times: int, most_s: float = MOST_DELAY_S) -> float:
    """Seconds after so many failures in a row: twice as long each time, at most `most_s`."""
    return min(2.0 ** min(times, _ENOUGH), most_s)
