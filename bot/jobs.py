"""Deeds with a result: make the channel, invite people, pin the board, send a file. Each may be begun again safely."""

from datetime import timedelta
from typing import Any

import structlog

from bot import wording
from bot.clock import Clock
from bot.crashpoints import passing
from bot.errors import Limited, NotSent, Rejected, Unclear
from bot.exporting import NotInstalled, export
from bot.intake import Intake
from bot.losses import Losses
from bot.observability import of_incident
from bot.places import Places
from bot.slack.gateway import Gateway
from bot.troubles import PLACE_GONE, place_lost, why
from playbooks.commands import ChannelReady, ChannelRefused, Exported, JobFailed
from playbooks.incident import Incident, label_of
from storage import rows
from storage.rows import JobAttempted, JobDelayed, JobDone, JobProgress, JobRow, Note, SurfaceState
from storage.store import Store

log = structlog.get_logger()
MOST_SUFFIXES = 20
RETRY_S = 2.0
PERMISSION_AGAIN = timedelta(minutes=5)


class Jobs:
    """`do` runs one job as far as it goes; its result comes back as a command, in the transaction that ends the job."""

    def __init__(
        self, store: Store, intake: Intake, gateway: Gateway, places: Places, losses: Losses, clock: Clock, bot: str
    ) -> None:
        self._store = store
        self._intake = intake
        self._gateway = gateway
        self._places = places
        self._losses = losses
        self._clock = clock
        self._bot = bot
        self._said: dict[int, str] = {}  # job id → the trouble that was logged, until it worked
        self._kinds = {"channel": self._channel, "invite": self._invite, "pin": self._pin, "export": self._export}

    async def do(self, job: JobRow) -> None:
        incident = await self._store.incident(job.team, job.number)
        await self._store.note(JobAttempted(id=job.id, at=self._clock.now()))
        passing("before-job")
        try:
            await self._kinds[job.kind](job, incident)
        except Limited as error:
            await self._delay(job, error.retry_after)
        except (NotSent, Unclear) as error:
            self._say(job, str(error))
            await self._delay(job, RETRY_S)
        except Rejected as error:
            self._said.pop(job.id, None)
            await self._rejected(job, incident, error, at=incident.home.channel)
        else:
            self._said.pop(job.id, None)

    def _say(self, job: JobRow, why: str) -> None:
        """Each trouble once, however often it is tried again."""
        if self._said.get(job.id) != why:
            self._said[job.id] = why
            log.warning("will be tried again", action="job_retry", key=job.key, why=why, **of_incident(job.number))

    async def _rejected(self, job: JobRow, incident: Incident, error: Rejected, *, at: str | None) -> None:
        """What the channel needs ends with the channel, and waits for a permission that may be given back.

        `at` is the channel that refused.
        """
        of_channel = job.kind in ("invite", "pin")
        # Who may not pin may post all the same; a channel that nobody can be invited to is none.
        lost = of_channel and (error.error in PLACE_GONE if job.kind == "pin" else place_lost(error.error))
        if lost and (await self._losses.place(job.number, error.error, at=at) or await self._left(job, at)):
            await self._store.note(JobDone(id=job.id))
        elif of_channel and error.error == "missing_scope" and incident.is_open:
            await self._failed(job, error, JobDelayed(id=job.id, not_before=self._clock.now() + PERMISSION_AGAIN))
        else:
            await self._failed(job, error, rows.JobFailed(id=job.id))

    async def _left(self, job: JobRow, channel: str | None) -> bool:
        """The incident went on elsewhere while the job was asking there."""
        return channel != self._losses.where(await self._store.incident(job.team, job.number))

    async def _delay(self, job: JobRow, seconds: float) -> None:
        await self._store.note(JobDelayed(id=job.id, not_before=self._clock.now() + timedelta(seconds=seconds)))

    def _about(self, job: JobRow) -> dict[str, Any]:
        facts = {"team": job.team, "number": job.number, "at": self._clock.now()}
        return {**facts, "source_id": f"job:{job.team}:{job.number}:{job.key}"}

    async def _failed(self, job: JobRow, error: Rejected, note: Note) -> None:
        """Said once, however often it is tried."""
        facts = {**self._about(job), "error": error.error, "why": why(error.error, error.needed)}
        command = ChannelRefused(**facts) if job.kind == "channel" else JobFailed(**facts, job=job.key)
        result = await self._intake.submit(command, note)
        if result.repeated:
            return
        about = of_incident(job.number)
        log.warning("refused for good", action="job_refused", key=job.key, error=error.error, **about)
        if job.kind == "export":
            await self._tell(job, wording.export_refused(label_of(job.number), facts["why"]))

    async def _tell(self, job: JobRow, text: str) -> None:
        """Whoever wanted it reads why it does not come."""
        place, now = f"dm:{job.args['to']}", self._clock.now()
        key = f"told:job:{job.id}"
        await self._store.transact(lambda tx: tx.want(job.team, key, place, {"text": text}, now))
        self._intake.stir()

    async def _channel(self, job: JobRow, incident: Incident) -> None:
        """One private channel; a name that is taken is ours from an earlier try, or gets a suffix."""
        if incident.home.thread or incident.home.channel:
            await self._store.note(JobDone(id=job.id))
            return
        channel, name = await self._create(channel_name(incident), again=job.attempts > 0)
        passing("after-job")
        await self._intake.submit(ChannelReady(**self._about(job), channel=channel, name=name), JobDone(id=job.id))

    async def _create(self, wanted: str, *, again: bool) -> tuple[str, str]:
        for suffix in range(1, MOST_SUFFIXES + 1):
            name = wanted if suffix == 1 else f"{wanted[:76]}-{suffix}"
            try:
                made = (await self._gateway.call("conversations.create", name=name, is_private=True))["channel"]
                return str(made["id"]), str(made["name"])
            except Rejected as error:
                if error.error != "name_taken":
                    raise
                if again and (found := await self._own_channel(name)):
                    return found, name
        raise Rejected("conversations.create", "name_taken")

    async def _own_channel(self, name: str) -> str | None:
        """The channel of that name that we made ourselves: its answer was lost.

        Nobody wrote into it yet, since nobody knew of it; one in which somebody did belongs to another record.
        """
        async for channel in self._gateway.own_channels("private_channel"):
            ours = channel.get("creator") == self._bot and not channel.get("is_archived")
            if channel.get("name") == name and ours and await self._gateway.is_blank(str(channel["id"])):
                return str(channel["id"])
        return None

    async def _invite(self, job: JobRow, incident: Incident) -> None:
        users: list[str] = list(job.args["users"])
        if incident.home.channel is None:  # it was lost meanwhile
            await self._store.note(JobDone(id=job.id))
            return
        try:
            await self._invite_all(incident.home.channel, users)
        except Rejected as error:
            if place_lost(error.error) or error.error == "missing_scope":
                raise
            await self._invite_each(job, incident, users)
            return
        await self._store.note(JobDone(id=job.id))

    async def _invite_all(self, channel: str, users: list[str]) -> None:
        try:
            await self._gateway.call("conversations.invite", channel=channel, users=",".join(users))
        except Rejected as error:
            if error.error not in ("already_in_channel", "cant_invite_self") or len(users) > 1:
                raise

    async def _invite_each(self, job: JobRow, incident: Incident, users: list[str]) -> None:
        """One that cannot be invited must not keep the others out."""
        failed: Rejected | None = None
        for user in users:
            try:
                await self._invite_all(incident.home.channel or "", [user])
            except Rejected as error:
                failed = error
        if failed:
            raise failed
        await self._store.note(JobDone(id=job.id))

    async def _pin(self, job: JobRow, incident: Incident) -> None:
        board = (await self._store.surfaces(job.team, incident.number, ["board"]))[0]
        if board.ts is None:  # it is to be posted anew, and pinned then
            coming = board.state is SurfaceState.LIVE
            await (self._delay(job, RETRY_S) if coming else self._store.note(JobDone(id=job.id)))
            return
        try:
            await self._gateway.call("pins.add", channel=board.channel, timestamp=board.ts)
        except Rejected as error:
            if error.error != "already_pinned":  # in its own channel, wherever the incident is by now
                await self._rejected(job, incident, error, at=board.channel)
                return
        await self._store.note(JobDone(id=job.id))

    async def _export(self, job: JobRow, _: Incident) -> None:
        """The files flow: a place for the bytes, the bytes, then the sharing, which is done once only."""
        entries = await self._store.entries(job.team, job.number, job.args["as_of_seq"])
        try:
            name, content = await export(job.args["format"], entries)
        except NotInstalled as error:  # wanted where it is installed, done where it is not
            raise Rejected("export", "not_installed") from error
        channel = await self._places.dm(job.team, job.args["to"])
        file = job.progress.get("file")
        if file is None or not await self._shared(file, channel):
            file = await self._upload(name, content)
            await self._store.note(JobProgress(id=job.id, progress={"file": file}))
            await self._gateway.call(
                "files.completeUploadExternal", files=[{"id": file, "title": name}], channel_id=channel
            )
        passing("after-job")
        facts = {"job": job.key, "format": job.args["format"], "as_of_seq": job.args["as_of_seq"]}
        command = Exported(**self._about(job), **facts, to=job.args["to"], file=name)
        await self._intake.submit(command, JobDone(id=job.id))

    async def _upload(self, name: str, content: bytes) -> str:
        place = await self._gateway.call("files.getUploadURLExternal", filename=name, length=len(content))
        await self._gateway.upload(place["upload_url"], name, content)
        return str(place["file_id"])

    async def _shared(self, file: str, channel: str) -> bool:
        """Whether the sharing whose answer was lost has happened."""
        try:
            info = (await self._gateway.call("files.info", file=file))["file"]
        except Rejected:
            return False
        return channel in info.get("ims", []) or channel in (info.get("shares") or {}).get("private", {})


def channel_name(incident: Incident) -> str:
    """`inc-0007-key-committed`: lower case, digits and dashes, at most 80 characters."""
    kind = "drill-" if incident.drill else ""
    return f"{incident.label.lower()}-{kind}{incident.trigger.value.replace('_', '-')}"[:80]
