"""Which publication of a text is the original, whatever the order they came in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.sameness.lineage import Lineage, Publication, trace

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of(number: int, publisher: str, origin: str = "", **fields: object) -> Publication:
    """The publication with this number, seen as many hours after noon."""
    at = NOON + number * HOUR
    given = {"published_at": at, "date_precision": "minute", "first_seen": at, "length": 500}
    kind = "credit" if origin else ""
    return Publication(
        **{"id": number, "publisher": publisher, "origin": origin, "origin_kind": kind}
        | given
        | fields
    )


def test_the_origins_own_publication_is_the_original_though_it_came_last() -> None:
    told = trace([of(1, "月黎网", "星河科技报"), of(2, "江城商报"), of(3, "星河科技报")])
    assert told == Lineage(3, "星河科技报", True)


def test_an_origin_that_was_never_seen_is_named_all_the_same() -> None:
    told = trace([of(1, "江城商报"), of(2, "月黎网", "东岸日报"), of(3, "智点", "東岸日報網")])
    assert told == Lineage(2, "东岸日报", False)
    assert trace([of(1, "月黎网", "新华社北京7月13日电")]) == Lineage(1, "新华社", False)
    # As most write it.
    spelt = [
        of(1, "月黎网", "东岸日报"),
        of(2, "江城商报", "东岸日报网"),
        of(3, "智点", "东岸日报网"),
    ]
    assert trace(spelt) == Lineage(1, "东岸日报网", False)


def test_a_text_that_names_nobody_is_of_who_had_it_first() -> None:
    assert trace([of(2, "江城商报"), of(1, "月黎网")]) == Lineage(1, "月黎网", True)


def test_a_name_of_the_publisher_itself_is_no_other_origin() -> None:
    told = trace([of(1, "新华网科技", "新华社"), of(2, "月黎网", "新华社记者李四")])
    assert told == Lineage(1, "新华网科技", True)


def test_a_reprint_of_a_reprint_leads_to_the_first_of_the_chain() -> None:
    chain = [of(1, "月黎网", "江城商报"), of(2, "江城商报", "星河科技报"), of(3, "智点", "月黎网")]
    assert trace([*chain, of(4, "星河科技报")]) == Lineage(4, "星河科技报", True)
    # The nearest to an origin that was never seen stands for all.
    assert trace(chain) == Lineage(2, "星河科技报", False)


def test_most_publishers_are_believed_however_often_one_repeats_itself() -> None:
    loud = [of(number, "月黎网", "东岸日报") for number in (1, 2, 3)]
    most = [of(4, "江城商报", "星河科技报"), of(5, "智点", "星河科技报")]
    assert trace([*loud, *most]).origin == "星河科技报"


def test_of_as_many_the_one_that_the_text_itself_names_is_believed() -> None:
    credit, byline = of(1, "月黎网", "某门户"), of(2, "智点", "东岸日报", origin_kind="byline")
    assert trace([credit, byline]) == Lineage(2, "东岸日报", False)
    assert trace([credit, replace(byline, origin_kind="credit")]).origin == "某门户"


def test_publishers_that_name_each_other_go_back_to_the_earlier() -> None:
    circle = [of(2, "月黎网", "江城商报"), of(1, "江城商报", "月黎网"), of(3, "智点", "月黎网")]
    assert trace(circle) == Lineage(1, "江城商报", True)
    assert trace(circle[:2]) == Lineage(1, "江城商报", True)


def test_of_one_day_the_publication_with_a_time_is_the_earlier() -> None:
    midnight = NOON.replace(hour=0)
    only_day = of(1, "月黎网", published_at=midnight, date_precision="day", first_seen=NOON + HOUR)
    assert trace([only_day, of(0, "江城商报")]).original == 0
    # The day before is earlier all the same, and nothing is published after it was seen.
    yesterday = replace(only_day, published_at=midnight - 24 * HOUR)
    assert trace([yesterday, of(0, "江城商报")]).original == 1
    late = of(0, "江城商报", published_at=NOON + 9 * HOUR)
    assert trace([late, of(2, "月黎网")]).original == 0


def test_of_the_same_time_the_longest_then_the_first() -> None:
    short, long = of(1, "月黎网", length=80), of(1, "江城商报", id=2)
    assert trace([short, long]).original == 2
    assert trace([replace(short, length=500), long]).original == 1


names = st.sampled_from(["甲报", "甲报网", "乙报（丙网）", "丙网", "丁刊", "", "科技"])
publications = st.builds(
    Publication,
    id=st.integers(1, 10**6),
    publisher=names.filter(bool),
    origin=names,
    origin_kind=st.sampled_from(["credit", "dateline", "byline", "copyright"]),
    published_at=st.none() | st.integers(0, 3).map(lambda n: NOON + n * HOUR),
    date_precision=st.sampled_from(["day", "minute"]),
    first_seen=st.integers(0, 3).map(lambda n: NOON + n * HOUR),
    length=st.integers(1, 3),
)


@given(
    st.lists(publications, min_size=1, max_size=7, unique_by=lambda each: each.id).flatmap(
        lambda each: st.tuples(st.just(each), st.permutations(each))
    )
)
def test_the_order_of_arrival_does_not_count(
    orders: tuple[list[Publication], list[Publication]],
) -> None:
    one, other = map(trace, orders)
    assert one == other
    assert one.original in {each.id for each in orders[0]}
    assert one.origin
