from statistics import mean

from benchmarks.shelf import Writer


def test_the_shelf_is_filled_with_the_same_articles_of_the_same_length() -> None:
    one, other = (Writer() for _ in range(2))
    articles = [one.article() for _ in range(50)]
    assert articles == [other.article() for _ in range(50)]
    assert 600 < mean(len(article.text) for article in articles) < 1200
    assert len({article.title for article in articles}) == 50
