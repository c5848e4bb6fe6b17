from datetime import UTC, date, datetime

from lxml import etree

from digest.feed import atom

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 11, 21, 23, 15, tzinfo=UTC)
EDITIONS = [
    (date(2026, 11, 22), "简报｜<22日>", AT, "<p>甲 & 乙</p>"),
    (date(2026, 11, 21), "简报｜21日", AT, "<p>丙</p>"),
]


def parsed(*args: object) -> etree._Element:
    return etree.fromstring(atom("晨读 & 简报", "1763", *args))


def test_a_feed_has_what_rfc_4287_asks_for() -> None:
    feed = parsed(EDITIONS, "https://brief.test/")
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title") == "晨读 & 简报"
    assert feed.findtext(f"{ATOM}updated") == "2026-11-21T23:15:00+00:00"
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert feed.find(f"{ATOM}link").attrib == {
        "rel": "self",
        "type": "application/atom+xml",
        "href": "https://brief.test/feed.atom",
    }
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["简报｜<22日>", "简报｜21日"]
    assert entries[0].findtext(f"{ATOM}content") == "<p>甲 & 乙</p>"
    assert entries[0].find(f"{ATOM}content").get("type") == "html"


def test_ids_stay_the_same_and_are_those_of_one_archive() -> None:
    def ids(key: str, editions: list[tuple[date, str, datetime, str]]) -> list[str]:
        return [
            element.text for element in etree.fromstring(atom("x", key, editions)).iter(f"{ATOM}id")
        ]

    first = ids("1763", EDITIONS)
    assert len(set(first)) == 3
    assert all(id.startswith("urn:uuid:") for id in first)
    assert ids("1763", [(day, "另名", AT, "") for day, *_ in EDITIONS]) == first
    assert not set(ids("1764", EDITIONS)) & set(first)


def test_without_editions_and_address_it_is_a_feed_still() -> None:
    feed = parsed([])
    assert feed.findtext(f"{ATOM}updated")
    assert feed.find(f"{ATOM}link") is None


def test_controls_make_no_broken_feed() -> None:
    feed = parsed([(date(2026, 11, 22), "a\x0bb\ud800", AT, "c\x00d\ufffe")])
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "ab"
