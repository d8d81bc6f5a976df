"""The sentences about what goes away: places, people, messages, pins."""

from playbooks.exports.teller import Teller

_SURFACES = {
    "announcement": "the announcement",
    "board": "the board",
    "thread": "what belongs into the announcement's thread",
    "topic": "the topic of the channel",
}


def send_failed(t: Teller) -> str:
    kind = str(t.data["surface"]).split(":")[0]
    about = f"the {kind} for {t.step}" if t.entry.step else _SURFACES.get(kind, f"the {kind} message")
    about += f" to {t.addressee}" if t.addressee else f" in {t.place}" if t.entry.step else ""
    return f"Could not deliver {about} ({t.data['error']}){t.why}{_instead(t)}"


def unreachable(t: Teller) -> str:
    heirs: dict[str | None, list[str]] = {}
    for one in t.data["steps"]:
        heirs.setdefault(one["to"], []).append(t.step_named(one["step"]))
    goes = [f"{t.name(to) if to else 'nobody'} owns {', '.join(steps)} now" for to, steps in heirs.items()]
    more = f": {'; '.join(goes)}" if goes else ""
    return f"{t.name(t.data['user'])} cannot be reached any more ({t.data['error']}){more}{t.why}"


def removed(t: Teller) -> str:
    surface, times = str(t.data["surface"]), int(t.data["times"])
    if surface == "pin":
        after = "it is put back" if t.data["anew"] else "it stays off"
        return f"Somebody took the pin off the board; {after}."
    kind = surface.split(":")[0]
    about = f"the {kind} for {t.step}" if t.entry.step else _SURFACES.get(kind, f"the {kind} message")
    again = f" for the {times}th time" if times > 3 else ""
    after = "it is posted again" if t.data["anew"] else "it is not posted again"
    return f"Somebody deleted {about}{again}; {after}."


def thread_serves(t: Teller) -> str:
    missing = "The incident channel is lost" if t.data.get("left") else "There is no incident channel"
    return f"{missing}, so the announcement's thread serves: {t.data['why']} ({t.data['error']})."


def _instead(t: Teller) -> str:
    """Who got it, when the alerts channel did not take it."""
    users = [key.rpartition(":dm:")[2] for key in t.data.get("instead", ())]
    return f" It goes to {', '.join(t.name(user) for user in users)} by direct message." if users else ""
