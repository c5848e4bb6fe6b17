import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from summarizer.keywords import keywords

FILLER = "昨天下午大家说了很多话。"


def test_an_article_is_described_by_its_names_and_phrases(article: Article) -> None:
    found = keywords(article.title, article.text)
    assert "青禾" in found[:3]
    assert {"星阶科技", "大模型"} & set(found[:4])
    assert len(found) == 8


def test_no_keyword_is_part_of_another(article: Article) -> None:
    found = keywords(article.title, article.text, limit=30)
    assert len(found) > 10
    assert not [(a, b) for a in found for b in found if a != b and a in b]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("“群星时代”到来", "群星时代"),
        ("《云上纪事》开播", "云上纪事"),
        ("Kestrel-R2 开放下载", "Kestrel-R2"),
        ("Marlin 3 更快了", "Marlin 3"),
        ("具身智能走进工厂", "具身智能"),
    ],
)
def test_names_are_kept_whole(title: str, wanted: str) -> None:
    assert wanted in keywords(title, FILLER)[:2]


def test_a_headlines_fuller_name_is_taken_when_the_text_repeats_it() -> None:
    text = "云端大模型上线。" * 2 + "大模型很多。" * 9
    assert "云端大模型" in keywords("云端大模型来了", text)
    assert "云端大模型" not in keywords("大模型来了", text)


def test_what_somebody_does_once_is_no_name() -> None:
    assert "周望川点头" not in keywords("周望川点头", f"{FILLER}周望川点头。"[:-6])


def test_a_noun_that_reads_like_a_verb_is_found() -> None:
    assert "路径优化" in keywords(
        "", f"{FILLER}路径优化是关键。大家都在谈路径优化。路径优化又来了。"
    )


def test_at_most_two_keywords_share_a_word() -> None:
    text = "粮食储备仓库。粮食检测仪器。粮食运输车辆。" * 3
    assert sum("粮食" in found for found in keywords("", text)) == 2


def test_generic_words_are_no_keywords() -> None:
    assert not set(keywords("公司市场技术", "公司的产品和服务，企业的问题。" * 3)) & {
        "公司", "市场", "技术", "产品", "服务", "企业", "问题",
    }  # fmt: skip


def test_a_quoted_sentence_is_no_name() -> None:
    assert "我们不会停下来" not in keywords("“我们不会停下来”", FILLER)


def test_the_paper_that_asks_is_no_subject() -> None:
    text = "林某告诉《云汐晚报》记者，灌溉系统已经停用。" * 3
    assert "云汐晚报" not in keywords("灌溉系统停用", text)


def test_a_headlines_statement_is_no_name() -> None:
    text = f"{FILLER}园区入选绿色工厂。{FILLER}"
    assert "园区入选绿色工厂" not in keywords("园区入选绿色工厂", text)


def test_words_of_a_clause_are_no_names() -> None:
    text = "粮食产量已暴升至九成。怎样才能种好粮食。" * 3
    assert not [word for word in keywords("", text) if "已" in word or "怎样" in word]


def test_a_measure_word_begins_no_name() -> None:
    found = keywords("", "共有18条地铁线路，都很好。" * 3)
    assert "地铁线路" in found
    assert not [word for word in found if word.startswith("条")]


def test_traditional_words_are_cut_like_simplified_ones() -> None:
    assert "傳感器網絡" in keywords("", f"{FILLER}新的傳感器網絡，很大。" * 3)


def test_markup_and_addresses_name_nothing() -> None:
    text = "<ruby>青禾<rt>Qinghe</rt></ruby>的说明在 https://docs.example.com/qinghe 。" * 3
    assert not {"ruby", "rt", "https", "docs", "example"} & set(keywords("", text))


def test_the_limit_holds_and_nothing_gives_nothing() -> None:
    assert len(keywords("具身智能与脑机接口、量子计算", FILLER, limit=2)) == 2
    assert keywords("", "") == ()


@given(st.text(), st.text())
def test_keywords_are_in_the_article(title: str, text: str) -> None:
    for keyword in keywords(title, text):
        assert keyword in f"{title}\n{text}"
