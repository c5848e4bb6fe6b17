import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from archive.taxonomy import load
from archive.words import Finder
from summarizer.tags import MOST, tag

FILLER = "这是一段与标签没有关系的话。" * 20


def test_an_article_is_tagged_by_what_it_is_about(article: Article) -> None:
    tags = tag(article)
    assert tags.technologies[:2] == ("行业大模型", "训练数据")
    assert tags.industries[0] == "农业"
    assert tags.topic == "大模型与算法"


def test_one_mention_in_passing_is_no_tag() -> None:
    assert tag(Article("周末天气", f"{FILLER}有人提到量子计算。")).technologies == ()


@pytest.mark.parametrize(
    "article",
    [
        Article("量子计算的一天", FILLER),
        Article("实验室的一天", f"量子计算走进课堂。{FILLER}"),
        Article("实验室的一天", f"{FILLER}先说量子计算。再说量子比特。"),
    ],
    ids=["title", "lead", "two mentions"],
)
def test_a_tag_needs_title_or_lead_or_two_mentions(article: Article) -> None:
    assert tag(article).technologies == ("量子计算",)


def test_an_industry_named_as_one_needs_no_second_mention() -> None:
    assert tag(Article("一日", f"{FILLER}深耕旅游行业多年。")).industries == ("旅游业",)
    assert tag(Article("一日", f"{FILLER * 6}深耕旅游行业多年。")).industries == ("旅游业",)
    assert tag(Article("一日", f"{FILLER}他去旅游了。")).industries == ()


def test_two_mentions_in_one_sentence_are_one() -> None:
    assert tag(Article("一日", f"{FILLER}先说量子计算，再说量子计算。")).technologies == ()


@pytest.mark.parametrize(("told", "is_enough"), [(2, False), (3, True)])
def test_a_long_text_needs_three_sentences_with_one_word(told: int, is_enough: bool) -> None:
    text = FILLER * 6 + "今天谈区块链。" * told
    assert tag(Article("一日", text)).technologies == (("区块链",) if is_enough else ())


def test_industries_that_are_merely_listed_are_no_tags() -> None:
    listed = "要发展旅游产业、餐饮产业、航运产业。"
    assert tag(Article("一日", listed * 3)).industries == ()
    assert tag(Article("一日", listed + "要发展旅游产业。")).industries == ("旅游业",)


def test_a_lead_alone_makes_no_tag_of_a_longer_text() -> None:
    assert tag(Article("一日", f"量子计算走进课堂。{FILLER * 2}")).technologies == ()


@pytest.mark.parametrize(
    ("title", "text", "tags"),
    [
        ("一日", "这里的软件不多。" * 9, ()),
        ("软件的一日", "这里的软件不多。", ()),
        ("软件的一日", "这里的软件不多。" * 2, ("软件业",)),
        ("一日", "这里的软件不多。用的是SaaS。", ("软件业",)),
    ],
    ids=["repeated", "in the title", "and twice", "beside another word"],
)
def test_a_weak_word_needs_another_or_the_title(
    title: str, text: str, tags: tuple[str, ...]
) -> None:
    assert tag(Article(title, FILLER + text)).industries == tags


@pytest.mark.parametrize("name", ["旅游学院", "旅游与国土学会", "旅游时报", "旅游局"])
def test_a_word_within_an_institutions_name_is_none(name: str) -> None:
    assert tag(Article("一日", f"云汐{name}开会。{FILLER}云汐{name}散会。")).industries == ()


def test_a_label_before_the_title_is_no_part_of_it() -> None:
    assert tag(Article("[旅游]周末天气", FILLER)).industries == ()
    assert tag(Article("旅游的周末", FILLER)).industries == ("旅游业",)


def test_what_is_slight_beside_the_main_industry_is_no_tag() -> None:
    text = "旅游的人很多。" * 20 + "路过餐厅。路过酒楼，也是餐饮。"
    assert tag(Article("一日", text)).industries == ("旅游业",)


def test_beside_what_the_title_names_an_industry_needs_more() -> None:
    text = FILLER + "旅游的人很多。" * 4 + "餐饮不错。" * 4
    assert tag(Article("一日", text)).industries == ("旅游业", "餐饮业")
    assert tag(Article("旅游的一日", text)).industries == ("旅游业",)


def test_a_flash_keeps_the_industry_that_it_names_late_unless_it_names_many() -> None:
    late = "这是一段与标签没有关系的话。" * 8 + "公司的餐饮不错。"
    assert tag(Article("", late)).industries == ("餐饮业",)
    assert tag(Article("", late + "还有旅游。还有航运。")).industries == ()


@pytest.mark.parametrize("speaker", ["旅游分析师", "旅游研报指出", "某旅游公司首席某某"])
def test_a_speaker_names_no_industry(speaker: str) -> None:
    assert tag(Article("一日", f"{FILLER}{speaker}说好。{speaker}说不好。")).industries == ()


@pytest.mark.parametrize(
    ("title", "text", "companies"),
    [
        ("百度发布新模型", FILLER, ("百度",)),
        ("一日", f"{FILLER}ERNIE的人来了。文心一言也来了。", ("百度",)),
        ("一日", FILLER * 2 + "豆包好吃。苹果也好吃。", ()),
        ("苹果好吃", FILLER + "苹果好看。", ()),
        ("苹果发布新手机", FILLER, ("苹果公司",)),
        ("联想到高通胀的一天", FILLER + "又联想到高通胀。高通量也高。", ()),
        ("一日", FILLER * 2 + "百度、腾讯、京东都来了。" * 3, ()),
    ],
    ids=["title", "by a product", "common words", "title", "with its act", "apart", "listed"],
)
def test_companies_are_known_by_names_and_products(
    title: str, text: str, companies: tuple[str, ...]
) -> None:
    tags = tag(Article(title, text))
    assert tags.companies == companies
    for name in companies:
        assert all(text[start:end] for start, end in tags.spans[name])


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert tag(Article("網球公開賽", FILLER)).industries == ("体育业",)
    assert tag(Article("一日", f"{FILLER}先看錦標賽。再看錦標賽。")).industries == ("体育业",)


def test_each_tag_knows_why() -> None:
    text = f"{FILLER}先说量子计算。再说量子比特。"
    why = tag(Article("光刻机的一天", text)).spans
    assert [text[start:end] for start, end in why["量子计算"]] == ["量子计算", "量子比特"]
    assert why["光刻机"] == ()


def test_the_longest_word_wins() -> None:
    tags = tag(Article("多模态大模型发布", FILLER))
    assert tags.technologies == ("多模态大模型",)


def test_latin_words_match_whole_and_in_any_case() -> None:
    assert tag(Article("新一代gpu亮相", FILLER)).technologies == ("GPU",)
    assert tag(Article("GPUX与MyGPU亮相", FILLER)).technologies == ()
    assert "扩展现实" not in tag(Article("ARM发布新架构", FILLER)).technologies


def test_a_name_that_only_contains_an_alias_is_stepped_over() -> None:
    assert tag(Article("工业和信息化部开会", FILLER)).industries == ()


def test_a_generic_technology_yields_to_a_specific_one() -> None:
    assert tag(Article("人工智能这一年", FILLER)).technologies == ("人工智能",)
    assert tag(Article("人工智能与脑机接口", FILLER)).technologies == ("脑机接口",)
    much = "人工智能来了。" * 20
    assert tag(Article("人工智能与脑机接口", much)).technologies == ("人工智能", "脑机接口")


def test_tags_come_by_weight_and_not_without_end() -> None:
    names = [technology.name for technology in load().technologies if not technology.generic]
    tags = tag(Article("脑机接口", "。".join(names * 3) + "光刻机" * 9))
    assert tags.technologies[:2] == ("光刻机", "脑机接口")
    assert len(tags.technologies) == MOST


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("三家机器人公司完成融资，估值翻倍", "资本与公司"),
        ("网信办就人工智能办法公开征求意见", "政策与治理"),
        ("3纳米芯片流片成功", "芯片与算力"),
        ("人形机器人走进车间", "机器人与智能驾驶"),
        ("周末天气晴好", "其他"),
    ],
)
def test_the_topic_is_what_most_words_speak_for(title: str, topic: str) -> None:
    assert tag(Article(title, FILLER)).topic == topic


@given(st.text(), st.text())
def test_any_text_gets_a_topic_of_the_dictionary(title: str, text: str) -> None:
    assert tag(Article(title, text)).topic in {topic.name for topic in load().topics}


@given(st.text(alphabet="算力网络AIG 云İ"))
def test_mentions_are_what_they_say_and_never_overlap(text: str) -> None:
    names = {"算力": "算力", "算力网络": "算力网络", "AI": "AI", "AIGC": "AIGC", "力网": ""}
    end = 0
    for name, start, stop in Finder(names).mentions(text):
        assert text[start:stop] == name
        assert start >= end
        end = stop
