"""The people of credit lines: who wrote an article, who else took part, who edited it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from math import log
from pathlib import Path

from archive.script import simplified
from crawler.damage import lexicon

SEPARATOR = r"(?:\s*[：:丨|｜︱]|[/／])\s*"
*_lines, _last = Path(__file__).with_name("surnames.txt").read_text("utf-8").splitlines()
_SURNAMES, _COMPOUND = frozenset("".join(_lines)), frozenset(_last.split())
_HAN = "[\u4e00-\u9fff]"
_AUTHOR = (
    rf"作\s*者|撰\s*文|撰稿人?|采写|执笔|评论员|(?<!小)记者|快讯(?=[/／])"
    rf"|(?<!{_HAN})(?:文字?[/／、&]?图|图[/／、&]?文|文字?)(?=\s*[：:丨|｜︱/／ ])"
)
_CONTRIBUTOR = "通讯员|实习生|编译|翻译|译者|摄影(?:师|报道)?|供图|" + (
    rf"(?<!{_HAN})[译图摄](?={SEPARATOR})"
)
_EDITOR = "责任编辑|责编|网络编辑|网编|值班编辑|编辑|选稿"
# What else stands in such lines, and ends what was said before it.
_OTHER = (
    "来\\s*源|稿\\s*源|出\\s*处|监\\s*制|审\\s*[读核]|校\\s*对|主编|运营|排版|统筹|出品|策划|阅读|浏览|评论|点击|时间|日期"
    "|制图|视频|发布|更新|字号|打印|放大|缩小|分享|收藏|订阅|关注|举报|正文|人参与"
)
_ROLE = re.compile(
    rf"(?P<author>{_AUTHOR})|(?P<contributor>{_CONTRIBUTOR})|(?P<editor>{_EDITOR})|{_OTHER}"
)
_MODIFIED = re.compile(rf"{_HAN}+(?:记者|评论员)$")
_WHAT_NEXT = tuple("从向和于时都经过别应、，,")
"""What a reporter did, though it may also be a surname."""
_LABELLED = re.compile(SEPARATOR)
_STATED = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_·.•&\-、，,/／＆ ]*")
_APART = re.compile(rf"(?<={_HAN}{{2}}|[A-Za-z.]{{2}}) (?={_HAN})")
_CODE = re.compile(r"_?(?<![A-Za-z])[A-Za-z]{0,4}\d+")
"""The number of an editor, such as NF4425."""
_WRITTEN = re.compile(rf"(?:{_HAN}|[·•、，,＆& ])*")
# A reporter's name may run into what he did.
_TAIL = re.compile(
    r"(?<=..)(?:(?:综合|现场|联合|专题|实习)?报[道导]|摄影?$|综合$|整[合理]$|编[译辑]$|发自|对[此本]文).*"
)
_SHOT = re.compile(rf"({_HAN}{{2,4}})\s*[/／]?\s*(?<![拍航抓供])摄影?(?!{_HAN})")
_SIGNED = re.compile(rf"^\W{{0,4}}((?:{_HAN}|[、 ]){{2,24}}?)\s*[/／]\s*(?:文|撰文)")
# Names alone in brackets, at the end of a text or behind 电.
_BRACKETS = re.compile(
    r"日(?:专?[电讯]|消息)\s*[（(](?P<first>[^（()）]{2,30})[)）]"
    r"|(?:^|[。！？”…])\s*[（(](?P<last>[^（()）]{2,30})[)）]$"
)
# A day and somebody.
_BESIDE = re.compile(rf"^[\d年月日/:：.\s-]{{8,}}((?:{_HAN}|[ 、])+)$")
_EXPERT = re.compile(rf"({_HAN}{{2,4}})\s*[（(][^（()）]{{4,60}}[)）]\s*[：:]")
_NOBODY = frozenset(
    "佚名 本站 小编 编辑 管理员 记者 作者 网络 互联网 未知 匿名 综合 原创 转载 投稿 网友 整理"
    " 本报 本刊 本网 评论员 通讯员 实习生".split()
)
_OUTLET = re.compile(
    r"(?:社|报|网|台|新闻|集团|公司|频道|编辑部|周刊|杂志|财经|科技|中心|官方|协会|学会|大学|委|局|院)$|[.@\d]|://"
)
_COMMON = -31 * log(2) / 2
"""The frequency of a word that is sooner one than a name, see lexicon.words."""
_MOST = 6


@dataclass(frozen=True, slots=True)
class People:
    """Who a few lines name, each once and in their order."""

    authors: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    outlet: str = ""
    """What stands before the first reporter: whose he is."""


def people(lines: Iterable[str]) -> People:
    """The people of credit lines. A line is short, or a piece of the text that may have one."""
    found: dict[str, list[str]] = {"author": [], "contributor": [], "editor": []}
    outlet = ""
    for line in lines:
        plain = simplified(line)
        roles = [*_ROLE.finditer(plain)]
        shots = [
            name for shot in _SHOT.finditer(plain) for name in real(line[slice(*shot.span(1))])
        ]
        # What 记者 and 评论员 grow together with is no name.
        grown = (_MODIFIED.search(plain, role.end() - 12, role.end()) for role in roles[1:])
        ends = (*(each or role for each, role in zip(grown, roles[1:], strict=True)), None)
        for role, end in zip(roles, ends, strict=False):
            if kind := role.lastgroup:
                rest = slice(role.end(), max(role.end(), end.start()) if end else None)
                named = _named(role[0], line[rest], plain[rest], role.start() == 0)
                if named and role[0] in ("记者", "快讯"):
                    outlet = outlet or line[: role.start()]
                found[kind] += [name for name in named if name not in shots]
        if signed := _SIGNED.match(plain):
            found["author"] += real(line[slice(*signed.span(1))])
        if beside := _BESIDE.match(plain):
            found["author"] += real(line[slice(*beside.span(1))], rare=True)
        found["contributor"] += shots
    authors, contributors, editors = (tuple(dict.fromkeys(each))[:_MOST] for each in found.values())
    others = tuple(name for name in contributors if name not in authors)
    return People(authors, others, editors, outlet)


def bracketed(line: str) -> tuple[str, ...]:
    """Those who are named in brackets and by nothing else: （甲 乙）."""
    if not (found := _BRACKETS.search(simplified(line))) or not found.lastgroup:
        return ()
    inside = line[slice(*found.span(found.lastgroup))]
    named = real(inside, rare=True)
    return named if named == names(inside) else ()


def experts(lines: Iterable[str]) -> tuple[str, ...]:
    """Who answers in the lines of a conversation: 甲（某大学教授）：…"""
    found = (_EXPERT.match(line[:100]) for line in lines)
    return tuple(dict.fromkeys(name for each in found if each for name in real(each[1])))


def names(text: str) -> tuple[str, ...]:
    """The people of a line of names, at most six, up to the first word that is none."""
    return tuple(dict.fromkeys(takewhile(is_somebody, _pieces(text))))[:_MOST]


def real(text: str, rare: bool = False) -> tuple[str, ...]:
    """Like `names`, of Chinese names alone; with `rare` none that is a word as well."""
    return tuple(takewhile(lambda name: _is_chinese(name, rare), names(text)))


def is_somebody(name: str) -> bool:
    """Whether a name in a credit line can be a person's, not a site's or a word for nobody."""
    plain = simplified(name)
    return (
        1 < len(name) <= 20
        and plain.lower() not in (*_NOBODY, "admin", "administrator", "editor")
        and not _OUTLET.search(plain)
        and not plain.endswith(("记者", "评论员", "通讯员"))
    )


def _named(role: str, shown: str, plain: str, first: bool) -> tuple[str, ...]:
    """Who is named behind the word for a role."""
    label = _LABELLED.match(plain)
    start = label.end() if label else len(plain) - len(plain.lstrip())
    if label and role != "记者":
        stated = _STATED.match(plain, start)
        return _stated(shown[start : stated.end() if stated else start])
    if not start and (plain[:1] in _WHAT_NEXT or "·" in plain):
        return ()
    if not (first or role in ("记者", "评论员", "通讯员", "实习生") or plain[:1] == " "):
        return ()
    end = written.end() if (written := _WRITTEN.match(plain, start)) else start
    found: list[str] = []
    for name in _pieces(shown[start:end]):
        tail = _TAIL.search(simplified(name))
        whole = name[: tail.start()] if tail else name
        if not _is_chinese(whole):
            found += _glued(name) if start and name == whole else ()
            break
        found.append(whole)
        if tail:
            break
    return tuple(found)


def _stated(text: str) -> tuple[str, ...]:
    """The names behind a colon: the first whatever it is, those behind a blank if they are."""
    first, *others = _APART.split(_CODE.sub("", text).strip())
    if (head := names(first)) and others:
        return head + real("、".join(others))
    return head


def _glued(name: str) -> tuple[str, ...]:
    """A name and the beginning of the text, where the blank between them was lost."""
    plain, words = simplified(name), lexicon.words()
    for size in (3, 2):
        if len(name) > size + 1 and plain[:2] not in words and plain[size : size + 2] in words:
            return (name[:size],) if _is_chinese(name[:size]) else ()
    return ()


def _is_chinese(name: str, rare: bool = False) -> bool:
    plain = simplified(name)
    if "·" in name or "•" in name:
        return is_somebody(name)
    long = plain[:2] in _COMPOUND
    if not ((plain[0] in _SURNAMES and len(name) in (2, 3)) or (long and len(name) in (3, 4))):
        return False
    known = lexicon.words().get(plain)
    return is_somebody(name) and (known is None or (not rare and known < _COMMON))


def _pieces(text: str) -> list[str]:
    """The words of a list; two characters with a blank between them are one name."""
    joined: list[str] = []
    for word in re.split(r"[、，,/／＆&]|(?<![A-Za-z.])\s+|\s+(?![A-Za-z])", text):
        if len(word) == 1 and joined and len(joined[-1]) == 1:
            joined[-1] += word
        elif word:
            joined.append(word)
    return joined
