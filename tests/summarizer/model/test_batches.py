"""Articles of like length are read together, within bounds."""

from hypothesis import given
from hypothesis import strategies as st

from summarizer.model.writer import batches


@given(st.lists(st.integers(1, 3000), max_size=60), st.integers(1, 9000), st.integers(1, 9))
def test_every_article_is_in_one_batch_within_its_bounds(
    lengths: list[int], most: int, rows: int
) -> None:
    groups = batches(lengths, most, rows)
    assert sorted(at for group in groups for at in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) <= rows
        assert len(group) == 1 or len(group) * max(lengths[at] for at in group) <= most
    firsts = [lengths[group[0]] for group in groups]
    assert firsts == sorted(firsts, reverse=True)


def test_like_lengths_stand_together_and_the_longest_first() -> None:
    assert batches([10, 900, 11, 880, 12], 2000, 8) == [[1, 3], [4, 2, 0]]
