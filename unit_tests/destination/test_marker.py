"""The mark by which a document is found again."""

from hypothesis import given
from hypothesis import strategies as st

from destination_sage_active.record.marker import marked, marker_of, markers, without_markers

STREAM = (None, "invoices")
MARK = marker_of("s", STREAM, ["1"])
PARTS = st.lists(st.text(max_size=4), min_size=1, max_size=3)
TEXT = st.text(st.sampled_from("ab \n[]:ref0"), max_size=20)


@given(source=st.text(max_size=4), namespace=st.none() | st.text(max_size=4), name=st.text(max_size=4), key=PARTS)
def test_a_mark_is_the_same_for_the_same_row_and_is_recognised(
    source: str, namespace: str | None, name: str, key: list[str]
) -> None:
    mark = marker_of(source, (namespace, name), key)
    assert mark == marker_of(source, (namespace, name), key)
    assert markers(mark) == [mark]


@given(one=PARTS, other=PARTS)
def test_different_keys_have_different_marks(one: list[str], other: list[str]) -> None:
    assert (marker_of("s", STREAM, one) == marker_of("s", STREAM, other)) == (one == other)


def test_source_stream_and_namespace_make_a_difference() -> None:
    others = [
        marker_of("t", STREAM, ["1"]),
        marker_of("s", ("n", "invoices"), ["1"]),
        marker_of("s", (None, "x"), ["1"]),
    ]
    assert len({MARK, *others}) == 4


def test_where_one_part_ends_makes_a_difference() -> None:
    assert marker_of("s", STREAM, ["a", "b"]) != marker_of("s", STREAM, ["ab"])
    assert marker_of("s", STREAM, ["ab", ""]) != marker_of("s", STREAM, ["a", "b"])


@given(text=TEXT, number=st.integers(0, 3))
def test_what_a_human_being_wrote_survives(text: str, number: int) -> None:
    marks = [marker_of("s", STREAM, [str(index)]) for index in range(number)]
    whole = marked(text, marks)
    assert markers(whole) == marks
    assert (without_markers(whole) or "").strip() == text.strip()


def test_a_text_of_the_same_shape_is_not_a_mark() -> None:
    assert markers("[ref:123] [REF:0123456789abcdef01234567]") == []
    assert without_markers("[ref:123]") == "[ref:123]"
    assert without_markers(None) is None
