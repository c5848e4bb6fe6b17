"""Whether a sentence can be read alone, and where it begins: what an extract must not quote.

The rules are wording, not topics; they are in Simplified characters, and expect sentences in them.
They rather lose a good sentence than open an extract with “但”. Their words are in `alone.toml`.
"""

import re
import tomllib
from pathlib import Path

SHORTEST, LONGEST = 12, 200
"""Characters of a sentence that can be read alone."""

_WORDS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("alone.toml").read_text(encoding="utf-8")
)


def _any(rule: str, *groups: str) -> str:
    """Any word of a rule's groups, or of all of them; as a part of a regular expression."""
    words = _WORDS[rule]
    return "|".join(word for group in groups or words for word in words[group].split())


_END = re.compile(r"[。！!；;…][”’」』）)\]]*$")
_ASKS = re.compile(r"[？?][”’」』）)\]]*$")
_DANGLING = re.compile(rf"[“「（(《]*(?:{_any('dangling')})")
_REMARK = re.compile(_any("remark"))
# In the first clause, or after a short one.
_FIRST = r"^(?:[^，,；：:。]{0,14}[，,])?[^，,；：:。《》“”]*"
_BACK = re.compile(
    rf"{_FIRST}(?:{_any('back', 'first')})|^[^；：:。《》“”]{{0,12}}(?:{_any('back', 'near')})"
)
# It goes on with a contrast or a pronoun.
_LEANING = re.compile(
    r"^.{0,14}却|^[^，,]{0,12}(?:(?<![规原准法总细守否一])则|还)(?!是|款|有限|原)|^[^，,]{0,18}[，,]\s?[他她]"
    r"|^[^，,]{0,12}[年月日时后前中上来][，,]\s?它|^[^，,]{0,10}(?:相反|亦然|如此|同理)了?[，,。]"
)
# What is quoted, and then nobody who says it.
_UNSAID = re.compile(
    r"^[“「][^”」]*[”」]$|^[“「][^”」]{6,}[，。！？,!?…][”」](?:[他她它这那此]|[^说表示道称指出问认为]{0,12}$)|如此说道"
)
_HEADLESS = re.compile(f"^(?:{_any('headless')})")
_POINTS = re.compile(_any("points"))
_ADDRESS = re.compile(_any("address"))
_CREDIT = re.compile(
    rf"^[（(【\[▲△]*(?:{_any('credit', 'first')})|(?:{_any('credit', 'last')})[。）)\]】]*$"
)
# “新华社北京1月2日电（记者某某）”, “某某网3月2日消息，” and “某报讯” say where the news came from,
# “【…】” before a sentence is its headline; the sentence begins after them.
_DATELINE = re.compile(
    r"^[①-⑳❶-❿■●◆▶▌]?\s*(?:【[^】]{2,60}】\s*(?=[^\s【]))?(?:[（(]?(?:"
    r"(?!据)[\u4e00-\u9fffA-Za-z0-9\s]{2,16}?(?:见习)?(?:记者[\u4e00-\u9fff\s、]{0,16}?)?"
    r"(?:\d{4}\s?年\s?)?(?:\d{1,2}\s?月\s?)?\d{1,2}\s?日(?:\s?电讯?|讯|\s?消息|\s?报道(?=[：:]))"
    r"|本[报网台刊站]讯"
    r"|[\u4e00-\u9fffA-Za-z0-9]{2,10}(?<![资通腾快视简音喜喅电短])讯(?=[\s，,：:（(]))"
    r"[）)]?(?:\s?[（(][^（()）]{0,40}[)）])?[\s，,：:]*)?"
)
_TIE = re.compile(
    rf"^(?:(?:{_any('tie', 'with_comma')})\s?[，,：:]\s*|(?:{_any('tie', 'without')})(?=.{{12}}))"
)
_PAIRS = ("“”", "「」", "《》", "（）")
_TEASER = 24
"""Characters up to which an exclamation only calls out."""


def opening(sentence: str) -> int:
    """Where a sentence begins to say something: after dateline, bracketed headline and “但是，”."""
    start = 0
    for mark in (_DATELINE, _TIE, _TIE):
        found = mark.match(sentence[start:])
        start += found.end() if found else 0
    return start if start < len(sentence) else 0


def reads_alone(text: str) -> bool:
    """Whether a sentence is whole, no question, credit or caption, and opens by itself."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)
        and bool(_END.search(text))
        and not _ASKS.search(text)
        and not (len(text) <= _TEASER and text[-1] in "!！")
        and not _DANGLING.match(text)
        and not any(
            rule.search(text)
            for rule in (
                _CREDIT, _REMARK, _BACK, _LEANING, _UNSAID, _HEADLESS, _POINTS, _ADDRESS,
            )
        )
    )  # fmt: skip
