from statistics import mean

from benchmarks.shelf import Writer


def test_the_shelf_is_filled_with_articles_of_their_length() -> None:
    writer = Writer()
    articles = [writer.article() for _ in range(50)]
    assert 600 < mean(len(article.text) for article in articles) < 1200
    assert len({article.title for article in articles}) == 50
