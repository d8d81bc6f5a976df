"""The life of surfaces and jobs: wanted, attempted, in doubt, shown, dropped, failed, wanted again."""

from dataclasses import replace

from playbooks.outcome import Job, Surface
from storage.rows import (
    Attempted,
    Delayed,
    Dropped,
    Failed,
    Gone,
    JobAttempted,
    JobDelayed,
    JobDone,
    JobFailed,
    JobProgress,
    JobState,
    Note,
    NotPosted,
    Shown,
    SurfaceRow,
    SurfaceState,
)
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, after, minutes, opened


async def want(store: Store, key: str = "board", place: str = "dm:U2", at: float = 0) -> SurfaceRow:
    """Wants it with a new entry, and returns its row."""

    def commit(tx: Tx) -> None:
        outcome = after(tx.incident(TEAM, 1), surfaces=(Surface(key=key, place=place),))
        tx.commit(outcome, source_id="", now=minutes(at))

    await store.transact(commit)
    return await row_of(store, key)


async def row_of(store: Store, key: str = "board") -> SurfaceRow:
    [row] = await store.surfaces(TEAM, 1, [key])
    return row


async def board(store: Store, *notes: Note) -> SurfaceRow:
    """An incident with a surface `board`, once the notes are written."""
    await opened(store, surfaces=("board",))
    await store.note(*notes)
    return await row_of(store)


async def keys_to_send(store: Store, at: float = 0) -> list[str]:
    return [row.key for row in await store.surfaces_to_send(TEAM, minutes(at))]


ATTEMPTED = Attempted(id=1, at=NOW, channel="D2", thread_ts="1.0")
SHOWN = Shown(id=1, ts="5.1", version=1)


async def test_a_wanted_surface_is_sent_until_its_version_is_shown(store: Store) -> None:
    row = await board(store)
    assert (row.wanted, row.shown, row.kind, row.place, row.number) == (1, 0, "board", "dm:U2", 1)
    assert await store.surfaces_to_send(TEAM, NOW) == [row]

    await store.note(ATTEMPTED, SHOWN)

    row = await row_of(store)
    assert (row.channel, row.thread_ts, row.ts, row.shown, row.attempted_at) == ("D2", "1.0", "5.1", 1, NOW)
    assert await keys_to_send(store) == []


async def test_the_wanted_version_always_rises_and_remembers_since_when(store: Store) -> None:
    await board(store)
    assert ((row := await want(store, at=1)).wanted, row.wanted_at) == (2, NOW)
    await store.note(Shown(id=1, ts="5.1", version=2))
    assert ((row := await want(store, at=2)).wanted, row.wanted_at) == (3, minutes(2))

    await store.transact(lambda tx: tx.want(TEAM, "door:1", "dm:U1", {"step": 1}, NOW))
    wanted = await store.transact(lambda tx: tx.want(TEAM, "door:1", "dm:U1", {"step": 2}, NOW))

    [door] = await store.surfaces(TEAM, 0)
    assert wanted == door
    assert (door.number, door.wanted, door.payload, door.kind) == (0, 2, {"step": 2}, "door")


async def test_an_outcome_without_entries_may_still_want_something(store: Store) -> None:
    await board(store)

    def commit(tx: Tx) -> None:
        same = after(tx.incident(TEAM, 1), surfaces=(Surface(key="board", place="dm:U2"),), jobs=(Job(key="mail:1"),))
        bare = type(same)(incident=tx.incident(TEAM, 1), surfaces=same.surfaces, jobs=same.jobs)
        tx.commit(bare, source_id="", now=NOW)

    await store.transact(commit)

    assert (await row_of(store)).wanted == 2
    assert [job.key for job in await store.jobs_to_do(TEAM, NOW)] == ["mail:1"]
    assert len(await store.entries(TEAM, 1)) == 1


async def test_what_is_only_wanted_again_is_not_made(store: Store) -> None:
    await board(store)
    both = (Surface(key="board", place="dm:U2"), Surface(key="joined:dm:U2", place="dm:U2"))

    await store.transact(lambda tx: tx.commit(replace(after(tx.incident(TEAM, 1)), again=both), source_id="", now=NOW))

    assert [(row.key, row.wanted) for row in await store.surfaces(TEAM, 1)] == [("board", 2)]


async def test_an_older_note_does_not_hide_a_newer_version(store: Store) -> None:
    await board(store)
    await want(store)

    await store.note(Shown(id=1, ts="5.1", version=2), SHOWN)
    assert (await row_of(store)).shown == 2

    await want(store)
    await store.note(Dropped(id=1, version=2), Failed(id=1, version=2))
    assert await keys_to_send(store) == ["board"]


async def test_what_its_place_refused_is_not_tried_there_again_in_a_newer_version(store: Store) -> None:
    await board(store, ATTEMPTED)
    await want(store)
    await store.note(Failed(id=1, version=1, place="alerts"))
    assert (await row_of(store)).state is SurfaceState.LIVE, "it was to go elsewhere meanwhile"

    await store.note(Failed(id=1, version=1, place="dm:U2"))
    row = await row_of(store)
    assert (row.state, row.attempted_at) == (SurfaceState.FAILED, None)
    assert [await keys_to_send(store), await store.in_doubt(TEAM, NOW)] == [[], []]


async def test_a_first_post_without_an_answer_is_in_doubt_and_not_sent_again(store: Store) -> None:
    row = await board(store, ATTEMPTED)

    assert await store.in_doubt(TEAM, NOW) == [row]
    assert await store.in_doubt(TEAM, NOW, busy=[row.id]) == []
    assert await keys_to_send(store) == []
    assert await store.surface_delivered(TEAM, row.delivery_id) == row
    assert await store.surface_delivered("T2", row.delivery_id) is None


async def test_what_the_look_back_does_not_find_may_be_posted_again(store: Store) -> None:
    await board(store, ATTEMPTED, NotPosted(id=1))

    assert await keys_to_send(store) == ["board"]
    assert await store.in_doubt(TEAM, NOW) == []


async def test_what_is_posted_again_without_a_look_stays_marked(store: Store) -> None:
    row = await board(store, ATTEMPTED)
    assert not row.maybe_repeat
    await store.note(NotPosted(id=row.id, blind=True), ATTEMPTED, NotPosted(id=row.id))

    marked = await store.surface(row.id)
    assert marked is not None
    assert marked.maybe_repeat


async def test_a_refused_post_waits_without_doubt_and_a_lost_one_with(store: Store) -> None:
    await board(store, ATTEMPTED, Delayed(id=1, not_before=minutes(1)))
    assert [await keys_to_send(store, 0), await keys_to_send(store, 1)] == [[], ["board"]]

    await store.note(ATTEMPTED, Delayed(id=1, not_before=minutes(2), in_doubt=True))
    assert await keys_to_send(store, 2) == []
    assert await store.in_doubt(TEAM, minutes(1)) == []
    assert [row.key for row in await store.in_doubt(TEAM, minutes(2))] == ["board"]


async def test_a_dropped_surface_lives_when_it_is_wanted_again(store: Store) -> None:
    row = await board(store, ATTEMPTED, Dropped(id=1, version=1))
    assert (row.state, row.attempted_at) == (SurfaceState.DROPPED, None)
    assert [await keys_to_send(store), await store.in_doubt(TEAM, NOW)] == [[], []]

    assert (await want(store)).state is SurfaceState.LIVE
    assert await keys_to_send(store) == ["board"]


async def test_a_failed_surface_lives_only_at_another_place(store: Store) -> None:
    await board(store, ATTEMPTED, SHOWN)
    await want(store)
    await store.note(Failed(id=1, version=2))
    assert (await want(store)).state is SurfaceState.FAILED
    assert await keys_to_send(store) == []

    row = await want(store, place="alerts")
    assert (row.state, row.place, row.ts, row.channel, row.shown) == (SurfaceState.LIVE, "alerts", None, None, 0)
    assert await keys_to_send(store) == ["board"]


async def test_a_message_stays_where_it_is(store: Store) -> None:
    await board(store)
    assert (await want(store, place="incident")).place == "incident"
    await store.note(ATTEMPTED, SHOWN)
    assert (await want(store, place="alerts")).place == "incident"


async def test_a_press_leads_to_the_surfaces_of_its_message(store: Store) -> None:
    await opened(store, surfaces=("list:U2", "prompt:revoke:dm:U2", "prompt:review:dm:U2"))
    merged = [Shown(id=n, ts="5.1", version=1, channel="D2", place="list:U2") for n in (2, 3)]
    await store.note(Shown(id=1, ts="5.1", version=1, channel="D2"), *merged)

    found = await store.surfaces_at(TEAM, "D2", "5.1")
    assert [row.key for row in found] == ["list:U2", "prompt:revoke:dm:U2", "prompt:review:dm:U2"]
    assert [row.place for row in found] == ["dm:U2", "list:U2", "list:U2"]
    assert await store.surfaces_at("T2", "D2", "5.1") == await store.surfaces_at(TEAM, "D2", "9.9") == []


async def test_a_list_and_what_stands_in_it_are_in_doubt_together(store: Store) -> None:
    await opened(store, surfaces=("prompt:revoke:dm:U2", "prompt:review:dm:U2"))

    def begin(tx: Tx) -> SurfaceRow:
        row = tx.want(TEAM, "list:1", "dm:U2", {"members": [1, 2]}, NOW)
        tx.note(*(Attempted(id=one, at=NOW, channel="D2") for one in (row.id, 1, 2)))
        return row

    listed = await store.transact(begin)
    assert {row.id for row in await store.in_doubt(TEAM, NOW)} == {1, 2, listed.id}
    await store.note(Dropped(id=listed.id, version=listed.wanted), NotPosted(id=1), NotPosted(id=2))
    assert await keys_to_send(store) == ["prompt:revoke:dm:U2", "prompt:review:dm:U2"]


async def test_what_matters_more_is_sent_first(store: Store) -> None:
    await opened(store, surfaces=("topic", "board", "prompt:a", "prompt:b"))
    rank = {"prompt": 0, "board": 1}

    async def order(**options: object) -> list[str]:
        rows = await store.surfaces_to_send(TEAM, NOW, priority=rank, **options)
        return [row.key for row in rows]

    assert await order() == ["prompt:a", "prompt:b", "board", "topic"]
    assert await order(limit=1) == ["prompt:a"]
    assert await order(busy={3, 2}) == ["prompt:b", "topic"]
    assert await store.surfaces_to_send("T2", NOW) == []


async def test_what_is_under_way_in_a_place_keeps_the_others_there_back(store: Store) -> None:
    await opened(store)
    for key, place in {"board": "incident", "topic": "incident", "prompt:a": "dm:U1", "prompt:b": "dm:U2"}.items():
        await want(store, key, place)
    await store.note(Shown(id=1, ts="5.1", version=0, channel="C1"))

    async def keys(**options: object) -> list[str]:
        return [row.key for row in await store.surfaces_to_send(TEAM, NOW, **options)]

    assert await keys(lanes=["1:incident", "dm:U2"]) == ["prompt:a"]
    assert await keys(lanes=["1:incident"], first=["5.1"]) == ["board", "prompt:a", "prompt:b"]
    assert await keys(first=["5.1"], priority={"prompt": 0}) == ["board", "prompt:a", "prompt:b", "topic"]


async def test_what_nobody_has_seen_goes_before_what_is_to_change(store: Store) -> None:
    await opened(store, surfaces=("prompt:a", "board"))
    await store.note(Shown(id=1, ts="5.1", version=0, channel="D2"))

    rows = await store.surfaces_to_send(TEAM, NOW, priority={"prompt": 0, "board": 1}, limit=1)
    assert [row.key for row in rows] == ["board"]


async def test_what_a_post_leads_to_is_written_with_its_note(store: Store) -> None:
    await board(store, ATTEMPTED)

    def arrived(tx: Tx) -> None:
        tx.commit(after(tx.incident(TEAM, 1), text="posted"), source_id="posted:1", now=NOW)
        tx.note(SHOWN)

    await store.transact(arrived)

    assert await store.surface(1) == await row_of(store)
    assert (await row_of(store)).ts == "5.1"
    assert [entry.text for entry in await store.entries(TEAM, 1)] == ["", "posted"]


async def test_a_note_about_nothing_is_ignored(store: Store) -> None:
    await store.note(SHOWN, JobDone(id=7))

    assert await store.surface(1) is None


async def test_a_job_is_taken_in_once_and_remembers_how_far_it_came(store: Store) -> None:
    await opened(store, jobs=("export:1:json",))
    [job] = await store.jobs_to_do(TEAM, NOW)
    assert (job.kind, job.args, job.progress, job.attempts) == ("export", {"name": "export:1:json"}, {}, 0)

    await store.note(JobAttempted(id=job.id, at=NOW), JobProgress(id=job.id, progress={"file": "F1"}))

    def want_again(tx: Tx) -> None:
        again = Job(key="export:1:json", args={"name": "other"})
        tx.commit(after(tx.incident(TEAM, 1), jobs=(again,)), source_id="", now=NOW)

    await store.transact(want_again)
    [job] = await store.jobs_to_do(TEAM, NOW)
    assert (job.args, job.progress, job.attempts) == ({"name": "export:1:json"}, {"file": "F1"}, 1)
    assert job.attempted_at == NOW


async def test_a_job_waits_is_left_alone_and_ends(store: Store) -> None:
    await opened(store, jobs=("a", "b", "c"))

    await store.note(JobDelayed(id=1, not_before=minutes(1)))
    assert [job.key for job in await store.jobs_to_do(TEAM, NOW)] == ["b", "c"]
    assert [job.key for job in await store.jobs_to_do(TEAM, minutes(1), busy=[2], limit=1)] == ["a"]

    await store.note(JobDone(id=1), JobFailed(id=2))
    assert [job.key for job in await store.jobs_to_do(TEAM, minutes(1))] == ["c"]
    assert [job.state for job in await store.jobs(TEAM, 1)] == [JobState.DONE, JobState.FAILED, JobState.WAITING]
    assert [job.key for job in await store.jobs(TEAM, 1, ["b"])] == ["b"]


async def test_a_change_of_a_message_that_was_left_meanwhile_is_void(store: Store) -> None:
    await board(store, ATTEMPTED, Shown(id=1, ts="1.1", version=1, channel="C1"), Gone(id=1))
    await store.note(Shown(id=1, ts="1.1", version=1, again=True))

    assert await keys_to_send(store) == ["board"]
    assert (await store.surfaces(TEAM, 1))[0].ts is None


async def test_a_message_that_is_gone_is_posted_anew(store: Store) -> None:
    await board(store, ATTEMPTED, Shown(id=1, ts="1.1", version=1, channel="C1"), Gone(id=1))

    assert await keys_to_send(store) == ["board"]
    assert await store.in_doubt(TEAM, NOW) == []
    assert await store.surfaces_at(TEAM, "C1", "1.1") == []
