"""One reader's mail from the parts of a frozen edition: the same choice gives the same bytes.

Fragments are put together as they were frozen; what depends on the choice stands in braces in
parts of the frame, which hold no text from outside: {subject} and {preheader} in the opening,
{shown} in the choice, {unsubscribe} in the link to stop.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from archive.edition_models import Edition, Part

_BRACES = re.compile(r"\{(subject|preheader|shown|unsubscribe)\}")
_FILLED = {"opening", "choice", "unsubscribe"}


def assemble(
    edition: Edition, wanted: Callable[[Part], bool] | None = None, unsubscribe: str = ""
) -> Edition:
    """The edition with the stories, figures and corrections that are `wanted`; None for all.

    All of it is `edition.html` and `edition.text`, byte for byte. Who wants nothing that is there
    gets the day's counts. `unsubscribe` is an https address of this reader's own; empty for none.
    An edition that was frozen before there were parts is the same for everybody.
    """
    if not edition.parts:
        return edition
    wants = wanted or (lambda _: True)
    chosen = {n for n, part in enumerate(edition.parts) if part.articles and wants(part)}
    sections = {edition.parts[n].section for n in chosen}
    cut = {p.section for n, p in enumerate(edition.parts) if p.articles and n not in chosen}
    parts = [
        part
        for n, part in enumerate(edition.parts)
        if (n in chosen if part.articles else _stays(part, sections, cut, wanted is not None))
        and (unsubscribe or part.kind != "unsubscribe")
    ]
    shown = [part for part in parts if part.kind == "story"]
    subject = _subject(parts, shown)
    given = {
        "subject": subject,
        "preheader": _preheader(parts, shown),
        "shown": str(len(shown)),
        "unsubscribe": unsubscribe,
    }
    return replace(
        edition,
        subject=subject,
        html="".join(_filled(part, part.html, given, html.escape) for part in parts),
        text="".join(_filled(part, part.text, given, str) for part in parts),
    )


def _stays(part: Part, sections: set[str], cut: set[str], is_choice: bool) -> bool:
    """Whether a piece of the frame has a place among what was chosen."""
    match part.kind:
        case "heading":
            return part.section in sections
        case "more":
            return part.section in sections - cut
        case "choice":
            return is_choice and bool(sections)
        case "nothing":
            return is_choice and not sections
        case "rising":
            return bool(sections) or not is_choice
        case "empty":
            return not is_choice
        case _:
            return True


def _subject(parts: Sequence[Part], shown: Sequence[Part]) -> str:
    """The day and the two topics with the most stories, what is left to the taxonomy's last."""
    opening = parts[0]
    topics = Counter(part.section for part in shown)
    largest = sorted(topics, key=lambda topic: (topic == opening.section, -topics[topic]))
    none = [part.title for part in parts if part.kind in ("empty", "nothing")]
    return "｜".join((opening.title, *(largest[:2] or none)))


def _preheader(parts: Sequence[Part], shown: Sequence[Part]) -> str:
    """What an inbox shows beside the subject: the first stories of the first three sections."""
    first = {part.section: part.title for part in reversed(shown)}
    leads = [first[section] for section in dict.fromkeys(part.section for part in shown)][:3]
    none = [part.text.strip() for part in parts if part.kind in ("empty", "nothing")]
    return "　".join(leads or none)


def _filled(part: Part, fragment: str, given: dict[str, str], escape: Callable[[str], str]) -> str:
    if part.kind not in _FILLED:
        return fragment
    return _BRACES.sub(lambda brace: escape(given[brace[1]]), fragment)
