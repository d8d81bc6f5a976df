"""What the house keeps about itself: the pulse, the gaps in it, conversations, small values, how far it is behind."""

import re
from pathlib import Path

from storage.backup import MADE_AT
from storage.rows import Health, Shown
from storage.sql_store import open_store
from storage.store import Store
from tests.contract.builders import NOW, TEAM, minutes, opened
from tests.contract.schema import run

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "back-up-and-restore.md"


async def test_a_long_silence_is_a_gap_and_a_short_one_is_not(store: Store) -> None:
    for at in (0, 0.1, 5, 5.1, 9):
        await store.heartbeat(TEAM, minutes(at), gap_s=30)

    assert await store.gaps(TEAM, NOW) == [(minutes(0.1), minutes(5)), (minutes(5.1), minutes(9))]
    assert await store.gaps(TEAM, minutes(5)) == [(minutes(5.1), minutes(9))]
    assert await store.gaps("T2", NOW) == []


async def test_the_conversation_with_a_person_is_kept(store: Store) -> None:
    await store.keep_conversation(TEAM, "U1", "D1")
    await store.keep_conversation(TEAM, "U1", "D2")

    assert await store.conversations(TEAM) == {"U1": "D2"}
    assert await store.conversations("T2") == {}


async def test_small_values_are_kept(store: Store) -> None:
    await store.set_meta("", "team", "T1")
    await store.set_meta("", "team", "T2")

    assert await store.meta("", "team") == "T2"
    assert await store.meta(TEAM, "team") is None


async def test_health_says_what_is_behind_and_since_when(store: Store) -> None:
    await opened(store, 1, surfaces=("board", "topic"), jobs=("channel",), next_due=minutes(2))
    await store.heartbeat(TEAM, NOW, gap_s=30)

    assert await store.health(TEAM, minutes(3)) == Health(
        open_incidents=1,
        unsent=2,
        unsent_since=NOW,
        waiting_jobs=1,
        waiting_jobs_since=NOW,
        overdue_since=minutes(2),
        last_beat=NOW,
    )
    assert (await store.health(TEAM, minutes(1))).overdue_since is None


async def test_whoever_has_not_been_asked_counts_as_overdue(store: Store) -> None:
    await opened(store, 1, surfaces=("board", "prompt:revoke:dm:U2"))
    assert (await store.health(TEAM, minutes(3))).overdue_since == NOW

    [prompt] = await store.surfaces(TEAM, 1, ["prompt:revoke:dm:U2"])
    await store.note(Shown(id=prompt.id, ts="1.1", version=prompt.wanted))
    assert (await store.health(TEAM, minutes(3))).overdue_since is None


async def test_a_restored_dump_is_told_to_be_one_as_the_page_says(url: str) -> None:
    [statement] = re.findall(r'psql "\$QUARTERDECK_DATABASE_URL" -c "([^"]+)"', HOW_TO.read_text())
    store = open_store(url)
    for _ in range(2):
        await store.set_meta("", MADE_AT, "")  # as the start on an earlier one left it
        run(url, statement)
        assert await store.meta("", MADE_AT)
    await store.close()
