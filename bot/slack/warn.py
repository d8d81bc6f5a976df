"""A person who pasted a key reads once per message that it must go, whoever or whatever came across it."""

from bot import alerts
from bot.slack.listeners import Desk
from bot.slack.reading import Heard


async def warn(desk: Desk, message: Heard) -> None:
    """Tells the author, when it is a person and the message held a key."""
    _, found = desk.masker.text(message.text)
    key = f"secret:{alerts.source_id(message.channel, message.ts)}"
    if not found or message.bot_id is not None or await desk.store.surfaces(desk.team, 0, [key]):
        return
    told = {"tokens": [str(one) for one in found], "link": desk.places.link(message.channel, message.ts)}
    now = desk.clock.now()
    await desk.store.transact(lambda tx: tx.want(desk.team, key, f"dm:{message.author}", told, now))
    desk.intake.stir()
