from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources import topics
from crawler.sources.topics import TopicsError

SMALL = """
ignore = ["苹果树"]
[[group]]
name = "领域"
weight = 3
technologies = true
industries = ["半导体业"]
words = ["苹果"]
[[group]]
name = "天气"
weight = -2
words = ["暴雨"]
patterns = ['^天气']
[[group]]
name = "外文"
weight = 1
patterns = ['[A-Za-z]{3,}']
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "topics.toml"
    path.write_text(SMALL, "utf-8")
    return path


def test_the_shipped_dictionary_is_valid_and_speaks_for_and_against() -> None:
    weights = [group.weight for group in topics.load().group]
    assert max(weights) >= 3
    assert min(weights) <= -2
    assert sum(len(group.words) for group in topics.load().group) > 1000


def test_what_the_taxonomy_says_is_not_said_again() -> None:
    # A word that stands in both is there because it weighs less here.
    shared = next(group for group in topics.load().group if group.technologies)
    said = {word.lower() for word in shared.borrowed}
    again = [word for word in shared.words if word.lower() in said]
    assert again == []


def test_words_are_found_in_any_case_and_script(small: Path) -> None:
    found = topics.load(small).mentions("暴雨天，半導體大廠發布新Gpu")
    assert found == {"天气": ("暴雨",), "领域": ("半导体", "Gpu")}


def test_each_word_counts_once_and_what_contains_it_without_meaning_it_does_not(
    small: Path,
) -> None:
    dictionary = topics.load(small)
    assert dictionary.mentions("苹果和苹果") == {"领域": ("苹果",)}
    assert dictionary.mentions("苹果树下") == {}


def test_a_latin_word_that_is_known_does_not_count_again(small: Path) -> None:
    dictionary = topics.load(small)
    assert dictionary.mentions("GPU") == {"领域": ("GPU",)}
    assert dictionary.mentions("Quillon") == {"外文": ("Quillon",)}


def test_of_two_groups_that_borrow_a_word_the_heavier_has_it(small: Path) -> None:
    light = '[[group]]\nname = "车"\nweight = 1\nindustries = ["汽车业"]\n'
    small.write_text(SMALL + light, "utf-8")
    assert topics.load(small).mentions("无人驾驶与轿车") == {"领域": ("无人驾驶",), "车": ("轿车",)}


def test_a_word_of_the_file_wins_over_the_taxonomy(small: Path) -> None:
    small.write_text(SMALL.replace('["暴雨"]', '["半导体"]'), "utf-8")
    assert topics.load(small).mentions("半导体") == {"天气": ("半导体",)}


@pytest.mark.parametrize(
    ("old", "new", "group", "field"),
    [
        ("weight = -2", "weight = 0", "天气", "weight"),
        ("weight = -2", 'weight = "viel"', "天气", "weight"),
        ('words = ["暴雨"]', 'word = ["暴雨"]', "天气", "word"),
        ('words = ["暴雨"]', 'words = ["雨"]', "天气", "words.0"),
        ('words = ["暴雨"]', 'words = ["苹果"]', "天气", "words"),
        ('words = ["暴雨"]', 'words = ["蘋果"]', "天气", "words"),
        ('words = ["暴雨"]', 'words = ["苹果树"]', "天气", "words"),
        ("'^天气'", "'^天气('", "天气", "patterns.0"),
        ('["半导体业"]', '["半导体"]', "领域", "industries"),
        ('name = "天气"', 'name = "领域"', "领域", "name"),
        ('name = "天气"', "name = 7", "#2", "name"),
        ("ignore = ", "ignored = ", "", "ignored"),
    ],
)
def test_a_mistake_names_file_group_and_field(
    small: Path, old: str, new: str, group: str, field: str
) -> None:
    assert old in SMALL
    small.write_text(SMALL.replace(old, new, 1), "utf-8")
    with pytest.raises(TopicsError) as caught:
        topics.load(small)
    assert (caught.value.path, caught.value.group, caught.value.field) == (small, group, field)
    message = str(caught.value)
    assert str(small) in message
    assert group in message
    assert field in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"group = ", b"\xff\xfe", b"ignore = []", None])
def test_an_unreadable_dictionary_is_named(small: Path, content: bytes | None) -> None:
    if content is None:
        small.unlink()
    else:
        small.write_bytes(content)
    with pytest.raises(TopicsError, match=r"topics\.toml"):
        topics.load(small)


@given(st.text(alphabet="苹果树暴雨İĲ GPUa半導體"))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for words in topics.load().mentions(text).values():
        assert all(word.lower() in topics.simplified(text).lower() for word in words)
