"""What checks found, for people and for programs."""

from datetime import datetime
from typing import Any

from rich.console import Console

from archive import console
from archive.clock import BEIJING
from archive.models import Outcome
from crawler.checking import Finding, SourceCheck, told


def plain(check: SourceCheck) -> dict[str, Any]:
    """A check as JSON values; times are ISO 8601, Beijing time."""
    article = check.article
    return {
        "id": check.source.id,
        "name": check.source.name,
        "verdict": check.verdict,
        "entries": [
            {
                "kind": entry.kind,
                "url": entry.url,
                **_finding(entry.finding),
                "status": entry.status or None,
                "crawl_delay": entry.crawl_delay,
                "links": entry.found,
                "articles": entry.matched,
                "newest": _instant(entry.newest),
            }
            for entry in check.entries
        ],
        "article": article
        and {
            "url": article.url,
            **_finding(article.finding),
            "title": article.title,
            "published": _instant(article.published_at),
            "characters": article.characters,
        },
    }


def table(checks: list[SourceCheck], now: datetime) -> None:
    """One line for each source: articles of the links, age of the newest, length of one."""
    rows: list[tuple[object, ...]] = [
        (
            check.source.id,
            check.source.name,
            check.verdict,
            f"{sum(each.matched for each in check.entries)}"
            f"/{sum(each.found for each in check.entries)}",
            told(now - check.newest) if check.newest else "",
            check.article.characters if check.article else "",
        )
        for check in checks
    ]
    console.table(["id", "name", "verdict", "links", "newest", "text"], rows)


def fixes(checks: list[SourceCheck]) -> None:
    """What is not well, and what to do about it."""
    if len(checks) > 1 and all(check.verdict == Outcome.UNREACHABLE for check in checks):
        console.out.print("\nNothing could be reached: is this machine online?")
        return
    for check in checks:
        for url, finding in check.findings:
            if not finding.is_well:
                console.out.print(f"\n{check.source.id}: {url}", markup=False)
                console.paragraph(f"{finding.problem}: {finding.fix}", 2)


def details(check: SourceCheck, now: datetime, to: Console = console.out) -> None:
    """Everything that was found of a source."""
    source = check.source
    to.print(f"\n{source.id} {source.name}: {check.verdict}", markup=False)
    for entry in check.entries:
        newest = f", newest {told(now - entry.newest)}" if entry.newest else ""
        wish = f", robots.txt wants {entry.crawl_delay:g} s" if entry.crawl_delay else ""
        seen = f"{entry.found} links, {entry.matched} articles{newest}{wish}"
        _detail(entry.kind, entry.url, entry.finding, seen, to)
    if check.article:
        article = check.article
        when = article.published_at
        dated = f", {when.astimezone(BEIJING):%Y-%m-%d %H:%M}" if when else ""
        seen = f"{article.characters} characters{dated}"
        _detail("article", article.url, article.finding, seen, to)
        console.paragraph(article.title, 11, to)


def _detail(kind: str, url: str, finding: Finding, seen: str, to: Console) -> None:
    to.print(f"  {kind:8} {url}", markup=False)
    if not finding.is_well:
        seen = f"{finding.verdict}: {finding.problem}: {finding.fix}"
    console.paragraph(seen, 11, to)


def _finding(finding: Finding) -> dict[str, str]:
    return {"verdict": finding.verdict, "problem": finding.problem, "fix": finding.fix}


def _instant(instant: datetime | None) -> str | None:
    return instant.astimezone(BEIJING).isoformat(timespec="minutes") if instant else None
