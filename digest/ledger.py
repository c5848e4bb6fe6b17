"""What an edition says of itself: counts, what is missing, and how it was made."""

from collections import Counter
from collections.abc import Sequence

from archive.edition_models import Material, SourceDay, Story
from digest.lines import line
from digest.words import Words

_FAILING = ("failing", "layout", "blocked", "never polled")


def counts(material: Material) -> dict[str, int]:
    """Articles (each event once), sources that gave one, reprints and other reports folded."""
    return {
        "articles": len(material.stories),
        "sources": sum(source.stored > 0 for source in material.sources),
        "copies": sum(len(story.copies) for story in material.stories),
        "reports": sum(len(story.reports) for story in material.stories),
        "older": len(material.older),
        "caught_up": sum(story.caught_up for story in material.stories),
        "undelivered": material.undelivered,
    }


def older(material: Material, say: Words) -> str:
    """How many articles are no news, where there is any."""
    return say("older", n=len(material.older)) if material.older and material.stories else ""


def missed(material: Material, say: Words) -> str:
    """Since when no edition was made; empty if none is missing."""
    since = material.since
    return (
        say("missed", start=say.instant(since)) if since and since < material.window.start else ""
    )


def lines(material: Material, shown: Sequence[Story], say: Words) -> list[str]:
    """The ledger at the foot, line by line."""
    window, sources = material.window, material.sources
    span = {"start": say.instant(window.start), "end": say.instant(window.end)}
    counted = counts(material) | {
        "all": len(sources),
        "stored": sum(source.stored for source in sources),
    }
    failing = [each for each in sources if each.state in _FAILING]
    others = [each for each in sources if each not in failing]
    quiet = [
        say("quiet_source", name=line(each.name, 40), stored=each.stored, usual=f"{each.usual:g}")
        for each in others
        if each.usual and each.stored < each.usual / 2
    ]
    silent = [each for each in others if not (each.usual or each.stored or each.refused)]
    refused = [
        say("refused_source", name=line(each.name, 40), n=each.refused)
        for each in others
        if each.refused
    ]
    said = [
        say("window", **span) if say.is_beijing else say("window_elsewhere", zone=say.zone, **span),
        say("ledger", **counted),
        say("quiet", names=say.names(quiet)) if quiet else "",
        say("failing", names=_names(failing, say)) if failing else "",
        say("silent", names=_names(silent, say)) if silent else "",
        say("refused", names=say.names(refused)) if refused else "",
        *_methods(shown, say),
        say("undelivered", n=material.undelivered) if material.undelivered else "",
        say("caution"),
        say("why"),
    ]
    return [each for each in said if each]


def why_empty(material: Material, say: Words) -> str:
    """Why there is nothing to read."""
    sources = material.sources
    checked = len(sources)
    if not sources:
        return say("no_sources")
    if stored := sum(source.stored for source in sources):
        if stored > len(material.older) + len(material.folded):
            return say("unready", n=stored)
        return say("only_folded" if material.folded else "only_older", n=stored)
    if refused := sum(source.refused for source in sources):
        return say("only_refused", sources=checked, n=refused)
    return say("nothing_new", sources=checked)


def _methods(shown: Sequence[Story], say: Words) -> list[str]:
    methods = Counter(line(story.method, 40) for story in shown)
    extracts = sum(methods.pop(own, 0) for own in ("extractive", "lead"))
    written = [say("models", n=n, model=model) for model, n in sorted(methods.items())]
    return [*([say("extracts", n=extracts)] if extracts else []), *written]


def _names(sources: Sequence[SourceDay], say: Words) -> str:
    return say.names([line(source.name, 40) for source in sources])
