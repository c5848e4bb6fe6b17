"""Lines that say who reported, and those grown together with the text."""

import re

from crawler.articles.people import people, real
from crawler.damage.lexicon import likelihood

_HAN = "\u4e00-\u9fff"
_ROLE = (
    r"(?:(?:见习|見習|实习|實習|特约|特約|特派|首席|高级|資深|资深|驻[\u4e00-\u9fff]{1,4})?"
    r"(?:记者|記者|通讯员|通訊員|评论员|評論員|撰稿人))"
)
_WHO = rf"(?:《?[{_HAN}A-Za-z]{{2,10}}》?\s?)??{_ROLE}"
_NAME = rf"[{_HAN}·]{{2,4}}"
_NAMES = rf"{_NAME}(?:(?:[、，,/]\s*|\s+){_NAME})*"
_BYLINE = re.compile(
    rf"[（(【\[—■●\s]*{_WHO}[\s:：丨|/]*{_NAMES}(?:\s+{_WHO}[\s:：]*{_NAMES})*"
    rf"(?:\s*[|｜丨/·]?\s*[{_HAN}]{{0,6}}(?:报道|報道|报导|報導))?[）)】\]\s]*"
)
_LENGTH = 60
_GLUED = re.compile(rf"((?:{_WHO}[\s:：丨|]+(?:{_NAME}[、\s]+)*)+)(?=[{_HAN}]{{3}})")
_UNNAMED = re.compile(rf"(?:{_ROLE}[\s:：丨|]+|[、，]\s*)$")
_TAIL = re.compile(
    r"(?<=[。！？”…）])\s*((?:文章|消息)?(?:来源|來源|稿源)\s*[：:]\s*\S{2,20}?)(?:举报/反馈)?$"
)
_NAMED = (0.0, 0.0, -13.0, -19.5)
"""The logarithm of the probability of a name, by its characters."""
_AHEAD = 8


def is_byline(line: str) -> bool:
    """Whether a line names reporters and says nothing else."""
    return len(line) <= _LENGTH and bool(_BYLINE.fullmatch(line) and people((line,)).authors)


def is_name(line: str) -> bool:
    """Whether a line looks like the name of a person and nothing else."""
    return len(line) <= 3 and real(line) == (line,)


def unglued(line: str) -> list[str]:
    """A line without the byline before it and the origin behind it, which become lines."""
    lines = [line]
    if len(line) > _LENGTH and (head := _GLUED.match(line)):
        end = head.end()
        if _UNNAMED.search(head[1]):
            ahead = line[end : end + _AHEAD]
            sizes = [0, *(size for size in (2, 3) if real(ahead[:size]))]
            if not (size := max(sizes, key=lambda size: _likely(ahead, size))):
                return lines
            end += size
        lines = [line[:end].strip(), line[end:].strip()]
    if tail := _TAIL.search(lines[-1]):
        lines[-1:] = [lines[-1][: tail.start()], tail[1]]
    return lines


def _likely(text: str, size: int) -> float:
    """How likely so many characters of a text are a name and the rest begins a sentence."""
    return _NAMED[size] + likelihood(text[size:])
