"""Numbers in Chinese characters."""

import math

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
CHARACTERS = "零〇一二两三四五六七八九十百千万亿"


def whole(word: str) -> int:
    """The number of 一百二十亿, 二〇二三, 十二 or 两万三."""
    if len(word) > 1 and not any(sign in POWERS for sign in word):
        return int("".join(str(DIGITS[sign]) for sign in word))
    total = section = digit = 0
    for sign in word:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif POWERS[sign] < 10**4:
            section, digit = section + (digit or 1) * POWERS[sign], 0
        else:
            total, section, digit = (total + section + digit or 1) * POWERS[sign], 0, 0
    return total + section + digit


def product(powers: str) -> int:
    """What multipliers make together: 万亿 is a million million."""
    return math.prod(POWERS[power] for power in powers)
