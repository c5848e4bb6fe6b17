"""A day's edition from the day's material: pure, so that composing twice gives the same bytes."""

from collections.abc import Iterator, Sequence
from typing import Any

from archive.edition_models import Edition, Material, Part, Story
from digest import entries, figures, ledger, ranking
from digest.assembling import assemble
from digest.lines import line
from digest.rendering import part
from digest.sections import OTHER, Section, groups, sections
from digest.words import Language, Words

TOTAL = 40
HTML_BYTES = 70_000
"""Gmail cuts a message at about 100 kB; what does not fit is left to the archive."""


def compose(material: Material, name: str, language: Language = "zh") -> Edition:
    """The edition of `material`, under the product's `name`.

    Too much for a mail gets less detail, and only then fewer stories, of which it says how many
    are left. `counts`: see `ledger.counts`; and the stories `shown`.
    """
    say = Words(language, material.window.end)
    name = line(name, 40)
    rising = {each.term: _surplus(each.articles, each.expected) for each in material.rising}
    grouped = groups(material.stories, material.topics, rising)
    edition = Edition(material.window.day, "", "", "")
    for total, detail in _sizes(len(material.stories)):
        chosen = sections(grouped, total)
        shown = [story for section in chosen for story in section.stories]
        parts = (
            *_frame(material, name, chosen, say),
            *_told(chosen, say, detail),
            *_numbers(sorted(shown, key=lambda each: ranking.order(each, rising)), say),
            *_changes(material, say),
            *_chart(material, say),
            part("ledger", say, ledger.lines(material, shown, say)),
            part("unsubscribe", say),
            part("closing"),
        )
        counts = ledger.counts(material) | {"shown": len(shown)}
        edition = assemble(Edition(edition.day, "", "", "", counts, parts))
        if len(edition.html.encode()) <= HTML_BYTES:
            break
    return edition


def _sizes(found: int) -> Iterator[tuple[int, entries.Detail]]:
    """How many stories are shown in which detail, from the most to the least."""
    for detail in entries.DETAILS:
        yield TOTAL, detail
    for total in range(min(found, TOTAL) - 1, 0, -1):
        yield total, entries.DETAILS[-1]


def _frame(material: Material, name: str, chosen: Sequence[Section], say: Words) -> Iterator[Part]:
    day, counts = material.window.day, ledger.counts(material)
    shown_day = f"{say.day(day)} {say.weekday(day)}"
    yield part(
        "opening", say, name, shown_day, title=f"{name}｜{say.day(day)}", section=say.topic(OTHER)
    )
    topics = [say("topic_count", topic=say.topic(s.topic), n=s.found) for s in chosen]
    counted = say("counts", **counts) if material.stories else ""
    asides = (ledger.older(material, say), ledger.missed(material, say))
    yield part("head", say, counted, topics, *asides)
    if not material.stories:
        why = ledger.why_empty(material, say)
        yield _without("empty", say("empty"), why, say("empty_title"))
        return
    yield part("choice", say("choice", shown="{shown}", **counts))
    yield _without("nothing", say("nothing_title"), say("nothing", **counts), say("nothing_title"))


def _without(kind: str, heading: str, why: str, title: str) -> Part:
    made = part("nothing", heading, why)
    return Part(kind, made.html, made.text, title)


def _told(chosen: Sequence[Section], say: Words, detail: entries.Detail) -> Iterator[Part]:
    for section in chosen:
        topic = say.topic(section.topic)
        yield part("heading", topic, section=topic)
        for number, story in enumerate(section.stories, 1):
            lead = section is chosen[0] and number == 1
            shown = entries.entry(story, say, detail)
            yield part("story", say, shown, number, lead, section=topic, **_about(story))
        if section.left:
            yield part("more", say("more", n=section.left), section=topic)


def _about(story: Story) -> dict[str, Any]:
    tags = dict.fromkeys((*story.technologies, *story.industries, *story.keywords))
    return {
        "title": line(story.title, 100),
        "topic": line(story.topic, 20) or OTHER,
        "articles": story.articles or (story.article_id,),
        "words": tuple(filter(None, (line(tag, 40) for tag in tags))),
    }


def _numbers(stories: Sequence[Story], say: Words) -> Iterator[Part]:
    section, told = say("figures_section"), figures.of_the_day(stories)
    if told:
        yield part("heading", section, section=section)
    for place, (story, figure) in enumerate(told, 1):
        number = entries.number(figure, story, say)
        yield part("figure", say, number, place, section=section, **_about(story))


def _changes(material: Material, say: Words) -> Iterator[Part]:
    section = say("corrections_section")
    if material.corrections:
        yield part("heading", section, section=section)
    for place, corrected in enumerate(material.corrections, 1):
        about = {"title": line(corrected.title, 100), "topic": corrected.topic}
        yield part(
            "correction",
            say,
            entries.change(corrected, say),
            place,
            section=section,
            articles=(corrected.article_id,),
            words=corrected.words,
            **about,
        )


def _chart(material: Material, say: Words) -> Iterator[Part]:
    if material.rising:
        known = any(each.expected for each in material.rising)
        title = say("rising_section" if known else "frequent_section")
        yield part("rising", say, title, entries.bars(material.rising, say))


def _surplus(articles: int, expected: float) -> float:
    """As `news.rising` scores."""
    return float((articles - expected) / (expected + 1) ** 0.5)
