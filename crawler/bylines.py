"""Lines that say who reported, and those grown together with the text."""

import re

from crawler.lexicon import likelihood

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
_UNNAMED = re.compile(rf"{_ROLE}[\s:：丨|]+$")
_TAIL = re.compile(
    r"(?<=[。！？”…）])\s*((?:文章|消息)?(?:来源|來源|稿源)\s*[：:]\s*\S{2,20}?)(?:举报/反馈)?$"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴宋庞熊纪"
    "舒屈项祝董梁杜阮蓝闵席季麻强贾路娄江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪干解应宗丁宣邓郁单杭洪包"
    "诸左石崔吉龚程邢裴陆荣翁荀羊甄家封芮储靳段焦巴谷车侯全班仰秋仲伊宫宁仇栾甘厉武符刘景詹龙叶黎白蒲卓池乔阴温庄晏柴瞿阎连"
    "习艾容向古易慎戈廖终居衡步耿满匡文寇广东欧沃利蔚越师聂晁勾敖冷辛简饶曾关游权益桓公"
)
_OF_THREE = 1.5
"""How much likelier a name of three characters is than one of two, as a logarithm."""
_GIVEN = -8.0
"""The logarithm of the probability of a character of a name."""
_AHEAD = 6


def is_byline(line: str) -> bool:
    """Whether a line names reporters and says nothing else."""
    return len(line) <= _LENGTH and bool(_BYLINE.fullmatch(line))


def is_name(line: str) -> bool:
    """Whether a line looks like the name of a person and nothing else."""
    return 2 <= len(line) <= 3 and line[0] in _SURNAMES and bool(re.fullmatch(_NAME, line))


def unglued(line: str) -> list[str]:
    """A line without the byline before it and the origin behind it, which become lines."""
    lines = [line]
    if len(line) > _LENGTH and (head := _GLUED.match(line)):
        end = head.end()
        if _UNNAMED.search(head[1]):
            if line[end] not in _SURNAMES:
                return lines
            two, three = (likelihood(line[end + size : end + _AHEAD]) for size in (2, 3))
            end += 3 if three + _GIVEN + _OF_THREE > two else 2
        lines = [line[:end].strip(), line[end:].strip()]
    if tail := _TAIL.search(lines[-1]):
        lines[-1:] = [lines[-1][: tail.start()], tail[1]]
    return lines
