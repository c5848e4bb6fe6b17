import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import digest
from archive import clock, taxonomy
from archive.edition_models import Material
from digest.compose import compose
from digest.words import Words

SAID = tomllib.loads((Path(digest.__file__).parent / "words.toml").read_text(encoding="utf-8"))
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_both_languages_say_the_same_things() -> None:
    zh, en = SAID["zh"], {key: said for key, said in SAID["en"].items() if key != "topics"}
    assert zh.keys() == en.keys()
    dates = {"day", "instant", "instant_of_year"}
    for key in zh.keys() - dates:
        holes = [sorted(re.findall(r"\{\w+\}", str(each[key]))) for each in (zh, en)]
        assert holes[0] == holes[1], key


def test_no_chinese_stands_in_the_english_frame() -> None:
    assert not HAN.search(
        "".join(map(str, SAID["en"].values())).replace(str(SAID["en"]["topics"]), "")
    )


def test_every_topic_of_the_taxonomy_has_an_english_heading() -> None:
    named = {topic.name for topic in taxonomy.load().topics}
    assert named <= SAID["en"]["topics"].keys()


def test_the_frame_is_english_and_the_articles_are_not(full: Material) -> None:
    brief = compose(replace(full, stories=full.stories[20:21]), "Jianbao", "en")
    assert brief.subject == "Jianbao｜22 Nov 2026｜产业与应用"
    assert '<html lang="en">' in brief.html
    for line in (
        "Corrections and changes",
        "Rising terms",
        "Figures of the day",
        "22 Nov 2026 Sunday",
    ):
        assert line in brief.text
        assert line in brief.html
    assert "观澜数据三季度营收21.6亿元，首次扭亏" in brief.text
    frame = [part.text for part in brief.parts if part.kind in ("head", "ledger", "opening")]
    told = re.sub(r"产业与应用|没有新文章|[\u4e00-\u9fffAI]+(?=[,.:]| \d)", "", "".join(frame))
    assert not HAN.search(told), told


def test_times_are_told_in_the_zone_of_the_edition() -> None:
    end = clock.window(date(2026, 11, 22), time(7), ZoneInfo("Europe/Berlin")).end
    instant = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert Words("zh", end).instant(instant) == "11月22日 00:30"
    assert Words("en", end).instant(instant.replace(year=2025)) == "22 Nov 2025 00:30"
    assert (Words("zh", end).is_beijing, Words("zh", end).zone) == (False, "Europe/Berlin")
