"""Messages find the incidents whose record they are in."""

from datetime import timedelta

from playbooks.incident import Captured
from storage.store import Store, Tx
from tests.contract.builders import NOW, TEAM, after, closed, opened

AT = ("C1", "1.5")


def message(**changes: object) -> Captured:
    plain = Captured(channel=AT[0], ts=AT[1], author="B1", seq=1, sha256="0" * 64, origin=True)
    return plain.model_copy(update=changes)


async def open_from(store: Store, *, drill: bool = False, team: str = TEAM) -> int | None:
    return await store.transact(lambda tx: tx.open_from(team, *AT, drill))


async def test_the_open_incident_of_a_message_is_found(store: Store) -> None:
    await opened(store, 1, captured=(message(),))
    await opened(store, 2, captured=(message(),), drill=True)
    await opened(store, 3, captured=(message(origin=False, pinned_by=("U1",)),))

    assert await open_from(store) == 1
    assert await open_from(store, drill=True) == 2
    assert await open_from(store, team="T2") is None
    assert await store.followed_at(TEAM, *AT) == [1, 2, 3]
    assert await store.followed_at(TEAM, "C1", "9.9") == []


async def test_a_closed_incident_is_joined_no_more_but_followed(store: Store) -> None:
    await opened(store, 1, captured=(message(),))
    await store.transact(lambda tx: tx.commit(closed(tx.incident(TEAM, 1)), source_id="", now=NOW))

    assert await open_from(store) is None
    assert await store.followed_at(TEAM, *AT) == [1]


async def test_what_is_followed_changes_with_the_state(store: Store) -> None:
    await opened(store, 1, captured=(message(),))

    def delete(tx: Tx) -> None:
        changed = tx.incident(TEAM, 1).capturing(message(gone=True))
        tx.commit(after(changed), source_id="", now=NOW)

    await store.transact(delete)
    assert await store.followed_at(TEAM, *AT) == []
    assert await open_from(store) == 1


async def test_what_a_sender_opened_by_itself_is_counted_newest_first(store: Store) -> None:
    await opened(store, 1, captured=(message(auto=True),), t0=NOW - timedelta(hours=2))
    await opened(store, 2, captured=(message(auto=True),))
    await opened(store, 3, captured=(message(auto=True),))
    await opened(store, 4, captured=(message(auto=True, author="B2"),))
    await opened(store, 5, captured=(message(),))
    since = NOW - timedelta(hours=1)

    assert await store.transact(lambda tx: tx.opened_by(TEAM, "B1", since)) == [3, 2]
    assert await store.transact(lambda tx: tx.opened_by("T2", "B1", since)) == []
