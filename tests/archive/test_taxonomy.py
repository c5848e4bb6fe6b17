from pathlib import Path

import pytest

from archive import taxonomy
from archive.taxonomy import TaxonomyError

SMALL = """
version = 1
ignore = []
topics = [{ name = "模型", cues = ["参数"] }, { name = "其他", cues = [] }]
technologies = [{ name = "大模型", aliases = ["LLM"], topic = "模型" }]
industries = [{ name = "旅游业", code = "L72", aliases = ["文旅"], topic = "其他" }]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "taxonomy.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_the_shipped_dictionary_is_valid_and_of_some_size() -> None:
    shipped = taxonomy.load()
    assert len(shipped.technologies) >= 150
    assert len(shipped.industries) >= 60
    assert [topic.name for topic in shipped.topics][-1] == "其他"


def test_every_topic_but_the_last_can_be_reached() -> None:
    shipped = taxonomy.load()
    terms = (*shipped.technologies, *shipped.industries)
    spoken_for = {term.topic for term in terms} | {t.name for t in shipped.topics if t.cues}
    assert spoken_for == {topic.name for topic in shipped.topics[:-1]}


def test_names_and_weak_aliases_count_as_words_of_their_entry(small: Path) -> None:
    small.write_text(SMALL.replace('["LLM"]', '["LLM"], weak = ["模型"]', 1), "utf-8")
    assert taxonomy.load(small).technologies[0].words == ("大模型", "LLM", "模型")


@pytest.mark.parametrize(
    ("old", "new", "entry", "field"),
    [
        ('code = "L72"', 'code = "旅"', 'industries "旅游业"', "code"),
        ('aliases = ["LLM"]', 'alias = ["LLM"]', 'technologies "大模型"', "aliases"),
        ('topic = "模型"', 'topic = "模形"', 'technologies "大模型"', "topic"),
        ('["LLM"]', '["LLM", ""]', 'technologies "大模型"', "aliases.1"),
        ('["LLM"]', '["LLM", "llm"]', 'technologies "大模型"', "aliases"),
        ('name = "大模型"', "name = 7", "technologies 0", "name"),
        ("version = 1", "version = 0", "", "version"),
        ("ignore = []", "ignored = []", "", "ignore"),
    ],
)
def test_a_mistake_is_reported_with_entry_and_field(
    small: Path, old: str, new: str, entry: str, field: str
) -> None:
    assert old in SMALL
    small.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        taxonomy.load(small)
    assert (caught.value.entry, caught.value.field) == (entry, field)
    assert entry in str(caught.value)
    assert field in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_alias_of_two_entries_is_refused_with_both_names(small: Path) -> None:
    second = '{ name = "小模型", aliases = ["llm"], topic = "模型" }'
    small.write_text(SMALL.replace("technologies = [", f"technologies = [{second}, ", 1), "utf-8")
    with pytest.raises(TaxonomyError, match=r'"大模型" field aliases.*already stands at "小模型"'):
        taxonomy.load(small)


@pytest.mark.parametrize("content", [b"version = ", b"\xff\xfe", None])
def test_an_unreadable_dictionary_is_named(small: Path, content: bytes | None) -> None:
    if content is None:
        small.unlink()
    else:
        small.write_bytes(content)
    with pytest.raises(TaxonomyError, match=r"taxonomy\.toml"):
        taxonomy.load(small)
