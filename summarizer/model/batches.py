"""Which articles a model reads together: those of like length, so that little is padding."""

from collections.abc import Sequence


def batches(lengths: Sequence[int], most: int, rows: int) -> list[list[int]]:
    """Positions in `lengths`, in groups; the longest first, so that too little memory shows early.

    A group times its longest is at most `most` tokens, and at most `rows` members; one that is
    longer than that stands alone.
    """
    groups: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        group = groups[-1] if groups else []
        if not group or len(group) == rows or lengths[group[0]] * (len(group) + 1) > most:
            groups.append(group := [])
        group.append(position)
    return groups
