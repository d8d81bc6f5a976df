"""What is noted of a message that its surface has left meanwhile is void."""

from storage.rows import Gone, Shown
from storage.store import Store
from tests.contract.test_courier import ATTEMPTED, NOW, SHOWN, TEAM, board, keys_to_send, row_of


async def test_a_first_post_whose_place_was_left_meanwhile_is_void(store: Store) -> None:
    await board(store, ATTEMPTED, Gone(id=1))
    await store.note(Shown(id=1, ts="1.1", version=1, channel="C1", first=True))
    assert await keys_to_send(store) == ["board"]

    await store.note(ATTEMPTED, Shown(id=1, ts="2.1", version=1, channel="C2", first=True))
    assert ((row := await row_of(store)).ts, row.channel) == ("2.1", "C2")


async def test_one_that_is_posted_anew_is_not_lost_with_the_message_before(store: Store) -> None:
    await board(store, ATTEMPTED, SHOWN, Gone(id=1, ts="5.1"), ATTEMPTED)
    await store.note(Gone(id=1, ts="5.1"))
    assert [row.key for row in await store.in_doubt(TEAM, NOW)] == ["board"]

    await store.note(Shown(id=1, ts="6.1", version=1, first=True), Gone(id=1, ts="5.1"))
    assert (await row_of(store)).ts == "6.1"
