"""Whether a written summary says only what its article says."""

import re
import unicodedata

from archive.text import clean, fold, numbers

LONGEST = 600
"""Characters of a summary; more is no summary."""
FAMILIAR = 1 / 3
"""The share of a summary's character pairs that the article must have: a text about something
else shares a tenth, a faithful one two thirds."""

_QUOTATION = re.compile(r"[“「『《\"]([^“”「」『』《》\"\n]{2,})[”」』》\"]")
_URL = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；）)”」』》]+", re.IGNORECASE)


def ungrounded(summary: str, article_text: str) -> list[str]:
    """What is wrong with `summary`, one line each; empty when everything in it is in the article.

    Checked are its numbers, quotations and web addresses, its length, control characters, and
    that it is about the same thing at all.
    """
    problems = []
    if not summary.strip():
        return ["it is empty"]
    if len(summary) > LONGEST:
        problems.append(f"it is {len(summary)} characters long")
    if clean(summary) != unicodedata.normalize("NFC", summary).strip():
        problems.append("it has control characters or stray blanks")
    source = fold(article_text)
    if missing := sorted(numbers(summary) - numbers(article_text)):
        problems.append(f"numbers not in the article: {', '.join(missing)}")
    quotations = (match[1] for match in _QUOTATION.finditer(summary))
    if strange := [quoted for quoted in quotations if fold(quoted) not in source]:
        problems.append(f"quotations not in the article: {', '.join(strange)}")
    addresses = (match[0].rstrip(".,;") for match in _URL.finditer(summary))
    if unknown := [address for address in addresses if address not in article_text]:
        problems.append(f"addresses not in the article: {', '.join(unknown)}")
    words = fold(summary)
    pairs = [words[i : i + 2] for i in range(len(words) - 1)]
    if sum(pair in source for pair in pairs) < FAMILIAR * max(1, len(pairs)):
        problems.append("most of its words are not in the article")
    return problems
