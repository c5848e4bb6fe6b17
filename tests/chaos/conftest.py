import contextlib
from collections.abc import Callable, Iterator

import pytest

from archive.query import ask
from benchmarks.crowd import Place, place
from benchmarks.injectors import Unavailable

FACTS = """
select (select count(*) from ledger), (select count(distinct url) from ledger),
    (select count(*) from ledger where outcome = 'stored'),
    (select count(*) from articles), (select count(distinct (url, part)) from articles)
"""


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Iterator[object]:
    try:
        return (yield)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def crowd() -> Iterator[Callable[..., Place]]:
    """Makes an archive, and generated outlets for it to crawl."""
    with contextlib.ExitStack() as stack:
        yield lambda *numbers, **settings: stack.enter_context(place(*numbers, **settings))


@pytest.fixture
def facts() -> Callable[[Place], tuple[int, int, int]]:
    """How many links, stored links and articles there are; nothing may be there twice."""

    def found(here: Place) -> tuple[int, int, int]:
        links, addresses, stored, articles, parts = (
            int(str(n)) for n in ask(here.url, FACTS).rows[0]
        )
        assert (links, articles) == (addresses, parts), "something is there twice"
        return links, stored, articles

    return found


@pytest.fixture
def one_line() -> Callable[[str], str]:
    """What a command complains of, which must be one line for people."""

    def complaint(err: str) -> str:
        assert "Traceback" not in err, err
        (line,) = [line for line in err.splitlines() if line.startswith("jianbao: ")]
        return line

    return complaint
