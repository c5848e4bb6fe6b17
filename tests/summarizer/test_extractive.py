from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from summarizer.extractive import FEWEST, MOST, pick, summarize
from summarizer.ranking import CUT, rank

SENTENCES = st.lists(
    st.text(alphabet="云汐星阶模型发布，但“”12 A", min_size=1, max_size=60).map(lambda s: s + "。"),
    min_size=1,
    max_size=12,
)


def quoted(article: Article) -> list[str]:
    return [article.text[start:end] for start, end in summarize(article).spans]


def test_a_summary_is_sentences_of_the_article_in_order(article: Article) -> None:
    summary = summarize(article)
    assert FEWEST <= len(summary.spans) <= MOST
    assert summary.spans == tuple(sorted(summary.spans))
    assert summary.text == "".join(quoted(article))
    assert summary.method == "extractive"
    assert summary.reason == ""


def test_it_says_the_main_thing_and_nothing_that_dangles(article: Article) -> None:
    sentences = quoted(article)
    assert sentences[0].startswith("3月2日，云汐市的星阶科技正式发布")
    for opening in ("但", "同时", "对此", "它", "图为", "责任", "（记者"):
        assert not any(sentence.startswith(opening) for sentence in sentences)
    assert not any(sentence.endswith("？") for sentence in sentences)


def test_every_field_is_filled(article: Article) -> None:
    summary = summarize(article)
    assert summary.keywords
    assert summary.technologies
    assert summary.industries
    assert summary.topic
    assert summary.events


def test_a_flash_keeps_its_lead(flash: Article) -> None:
    summary = summarize(flash)
    assert summary.method == "lead"
    assert flash.text.startswith(summary.text)


def test_what_is_said_twice_is_told_once(article: Article) -> None:
    first = article.text.split("\n")[0].removeprefix("本报讯（记者 林未）")
    twice = Article(article.title, f"{article.text}\n{first}")
    assert summarize(twice).text.count("正式发布垂直大模型") == 1


def test_one_sentence_can_be_asked_for(article: Article) -> None:
    chosen, _ = pick(article, rank(article), fewest=1, most=1)
    assert [sentence.text[:8] for sentence in chosen] == ["3月2日，云汐市"]


def test_latin_sentences_are_joined_with_a_blank() -> None:
    text = "Starstep opened Qinghe to all farms!\nThe model reads the fields from above!\n" * 3
    assert "! T" in summarize(Article("Qinghe model", text)).text


def test_a_text_without_a_good_sentence_is_quoted_all_the_same() -> None:
    summary = summarize(Article("问答", "它能做什么？但它不能做什么呢？"))
    assert summary.text


def test_what_is_no_sentence_is_not_quoted_whole() -> None:
    table = Article("价目表", "云汐 12 " * 5000)
    summary = summarize(table)
    assert 0 < len(summary.text) <= CUT
    assert all(len(event.text) <= CUT for event in summary.events)


def test_an_empty_text_gives_an_empty_summary() -> None:
    summary = summarize(Article("只有标题", ""))
    assert (summary.text, summary.spans, summary.events) == ("", (), ())


@given(SENTENCES, st.text(alphabet="云汐星阶模型发布", max_size=12))
def test_any_summary_is_verbatim(sentences: list[str], title: str) -> None:
    article = Article(title, "".join(sentences))
    summary = summarize(article)
    parts = [article.text[start:end] for start, end in summary.spans]
    assert summary.spans
    assert "".join(parts).replace(" ", "") == summary.text.replace(" ", "")
    assert all(a[1] <= b[0] for a, b in zip(summary.spans, summary.spans[1:], strict=False))
    assert all(article.text[event.start : event.end] == event.text for event in summary.events)
