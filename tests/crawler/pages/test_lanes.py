from archive.models import Link
from crawler.pages.lanes import Lane, Look, Turn
from crawler.sources.source import Entry, Source


def source(name: str, *paths: str) -> Source:
    home = f"https://{name}.example/"
    entries = tuple(Entry(kind="feed", url=home + path) for path in paths)
    return Source(id=name, name=name, homepage=home, article=r".*/a/(\d+)", entry=entries)


def turn(of: Source) -> Turn:
    return Turn(of, [Look(of, entry) for entry in of.entry])


def links(of: Source) -> list[Link]:
    return [Link(n, of.id, f"{of.homepage}a/{n}", f"{of.id}:{n}") for n in (1, 2)]


def only_new(of: Source) -> tuple[list[Link], list[Link]]:
    return links(of), []


def drawn(lane: Lane) -> list[str]:
    found = []
    while task := lane.draw():
        found.append(task[1].url)
    return found


def test_a_source_is_looked_at_before_its_links_are_fetched() -> None:
    lane = Lane(only_new)
    lane.turns.append(turn(source("jia", "feed", "list")))
    here = "https://jia.example/"
    assert drawn(lane) == [f"{here}feed", f"{here}list", f"{here}a/1", f"{here}a/2"]


def test_sources_of_one_domain_take_turns() -> None:
    lane = Lane(only_new)
    lane.turns.extend((turn(source("jia", "feed", "list")), turn(source("yi", "feed"))))
    order = [url.removeprefix("https://").partition(".")[0] for url in drawn(lane)]
    assert order == ["jia", "yi", "jia", "yi", "jia", "yi", "jia"]


def test_what_a_look_leads_to_comes_before_the_links() -> None:
    lane = Lane(only_new)
    jia = source("jia", "feed")
    lane.turns.append(turn(jia))
    first = lane.draw()
    assert first is not None
    first[0].looks.append(Look(jia, Entry(kind="sitemap", url="https://jia.example/2"), depth=1))
    assert drawn(lane)[0] == "https://jia.example/2"


def test_links_without_a_source_ask_for_no_more() -> None:
    lane = Lane(only_new)
    lane.turns.append(Turn(None, links=links(source("jia", "feed"))))
    assert len(drawn(lane)) == 2


def test_what_is_stored_comes_after_the_links_of_all_sources() -> None:
    jia, yi = source("jia", "feed"), source("yi", "feed")
    stored = [Link(9, "jia", "https://jia.example/a/9", "jia:9")]
    lane = Lane(lambda of: (links(of), stored if of is jia else []))
    lane.turns.extend((turn(jia), turn(yi)))
    assert drawn(lane)[-3:] == [
        "https://jia.example/a/2",
        "https://yi.example/a/2",
        "https://jia.example/a/9",
    ]


def test_a_turn_that_is_dropped_leaves_its_stored_links_too() -> None:
    lane = Lane(lambda of: (links(of)[:1], links(of)))
    lane.turns.extend((Turn(source("jia", "feed")), Turn(source("yi", "feed"))))
    first, second = lane.draw(), lane.draw()
    assert first is not None
    assert second is not None
    lane.drop(first[0])
    assert drawn(lane) == ["https://yi.example/a/1", "https://yi.example/a/2"]
