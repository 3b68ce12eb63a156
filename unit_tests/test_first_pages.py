"""The room for pages that wait for their turn."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from sage_active.first_pages import FirstPageCache


@given(room=st.integers(0, 20), sizes=st.lists(st.integers(0, 8), max_size=12))
def test_never_more_bytes_than_there_is_room_for(room: int, sizes: list[int]) -> None:
    cache = FirstPageCache(room)
    takers = [cache.keep(size, size) for size in sizes]
    kept = [page for take in takers if (page := take()) is not None]
    assert sum(kept) <= room
    assert [take() for take in takers] == [None] * len(sizes)


@given(room=st.integers(1, 20), sizes=st.lists(st.integers(1, 8), max_size=12))
def test_a_page_that_was_taken_makes_room_for_another_one(room: int, sizes: list[int]) -> None:
    cache = FirstPageCache(room)
    assert [cache.keep(size, size)() for size in sizes] == [size if size <= room else None for size in sizes]


def test_of_several_threads_one_receives_a_page() -> None:
    cache = FirstPageCache(1000)
    takers = [cache.keep(number, 1) for number in range(1000)] * 4
    with ThreadPoolExecutor(8) as pool:
        taken = [page for page in pool.map(lambda take: take(), takers) if page is not None]
    assert sorted(taken) == list(range(1000))
