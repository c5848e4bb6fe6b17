import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from crawler.pages.guard import BlockedAddress, PublicOnly, PublicResolver, is_public, refusal

NOTHING: frozenset[str] = frozenset()
# Written so that refusal() sees what they are.
LITERALS = [
    *("127.0.0.1", "127.8.9.1", "169.254.169.254", "0.0.0.0", "10.1.2.3", "172.16.0.1"),
    *("192.168.1.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"),
    *("[fe80::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
    *(
        "[2002:7f00:1::]",
        "[2001:db8::1]",
        "①②⑦.⓪.⓪.①",
        "１２７.0.0.1",
        "127．0．0．1",
        "127.0.0.1.",
    ),
]
# Names to everybody but the system, which makes an address of them.
NAMES = ["localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1", "0", "a.example"]


@pytest.mark.parametrize("host", LITERALS)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    assert "is not a public address" in refusal(f"http://{host}/a.html", NOTHING)
    assert "is not a public address" in refusal(f"https://{host}:8443/a.html", NOTHING)


@pytest.mark.parametrize("host", LITERALS)
def test_it_is_refused_in_the_form_that_scrapy_gives_it_too(host: str) -> None:
    middleware = PublicOnly(NOTHING)
    with pytest.raises(BlockedAddress, match="is not a public address"):
        middleware.process_request(Request(f"http://{host}/a.html"))


@pytest.mark.parametrize(
    "url",
    [
        "http://www.yun.example@127.0.0.1/",
        "http://www.yun.example:80@127.0.0.1:80/",
        "http://a@b@127.0.0.1/",
        "http://www.yun.example\\@127.0.0.1/",
        "HTTP://127.0.0.1#@www.yun.example/",
        "http://127.0.0.1?@www.yun.example/",
        "http://127.0.0.1/@www.yun.example/",
    ],
)
def test_a_user_name_does_not_hide_the_host(url: str) -> None:
    assert refusal(url, NOTHING) == "127.0.0.1 is not a public address"


@pytest.mark.parametrize("scheme", ["file", "ftp", "data", "javascript", "gopher", "s3", "ws"])
def test_only_web_addresses_pass(scheme: str) -> None:
    expected = f"scheme {scheme} is not http or https"
    assert refusal(f"{scheme}://www.yun.example/etc/passwd", NOTHING) == expected
    assert refusal(f"{scheme}:text/html,x", NOTHING) == expected


def test_an_address_without_a_scheme_or_host_or_with_nonsense_is_refused() -> None:
    assert refusal("//127.0.0.1/", NOTHING) == "scheme missing is not http or https"
    assert refusal("http:///etc/passwd", NOTHING) == "the address has no host"
    assert refusal("http://[::1", NOTHING) == "the address is malformed"
    assert refusal("http://a.example:99999/", NOTHING) == "the address is malformed"


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:4700::1111]", "www.yun.example", *NAMES])
def test_public_addresses_pass_and_names_are_left_to_the_resolver(host: str) -> None:
    assert refusal(f"https://{host}/a.html", NOTHING) == ""


def test_an_exception_is_one_port_of_one_host() -> None:
    allowed = frozenset({"127.0.1.1:8700", "localhost:8701", "127.0.1.2:80", "127.0.1.3:443"})
    assert refusal("http://127.0.1.1:8700/feed", allowed) == ""
    assert refusal("http://localhost:8701/feed", allowed) == ""
    assert refusal("http://127.0.1.2/feed", allowed) == ""
    assert refusal("https://127.0.1.3/feed", allowed) == ""
    for url in (
        "http://127.0.1.1:8701/",
        "http://127.0.1.1/",
        "http://127.0.1.1:87/",
        "http://127.0.0.1:8700/",
        # The resolver lets the name pass on any port.
        "http://localhost:8700/",
        "http://localhost/",
        "https://127.0.1.2/",
        "http://127.0.1.3/",
        "ftp://127.0.1.1:8700/",
    ):
        assert refusal(url, allowed) != "", url


@given(st.ip_addresses(v=4))
def test_an_address_in_an_address_is_as_public_as_the_inner_one(ip: ipaddress.IPv4Address) -> None:
    assert is_public(str(ip)) == (ip.is_global and not ip.is_multicast)
    assert is_public(f"::ffff:{ip}") == is_public(str(ip))
    high, low = divmod(int(ip), 2**16)
    assert is_public(f"2002:{high:x}:{low:x}::1") == is_public(str(ip))


@given(st.text(), st.sampled_from(["", "http://", "https://[", "http://127.0.0.1@", "//"]))
def test_no_address_makes_the_guard_fail(text: str, before: str) -> None:
    assert isinstance(refusal(before + text, NOTHING), str)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What names resolve to, in the place of a name server."""
    known: dict[str, str] = {}
    monkeypatch.setattr(PublicResolver, "refused", {})
    monkeypatch.setattr(
        CachingThreadedResolver,
        "getHostByName",
        lambda self, name, timeout=(): defer.succeed(known[name]),
    )
    return known


def resolve(resolver: PublicResolver, name: str) -> Any:
    """The address, or the error."""
    seen: list[Any] = []
    resolver.getHostByName(name).addBoth(lambda found: seen.append(getattr(found, "value", found)))
    return seen[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_private_address_is_not_resolved(name: str, answers: dict[str, str]) -> None:
    answers[name] = "127.0.0.1"
    resolver = PublicResolver(None, 10, 1)
    assert isinstance(resolve(resolver, name), DNSLookupError)
    assert PublicResolver.refused == {name: "127.0.0.1"}


def test_a_name_is_checked_at_every_look_so_that_it_cannot_change_its_mind(
    answers: dict[str, str],
) -> None:
    resolver = PublicResolver(None, 10, 1)
    answers["a.example"] = "93.184.215.14"
    assert resolve(resolver, "a.example") == "93.184.215.14"
    answers["a.example"] = "169.254.169.254"
    assert isinstance(resolve(resolver, "a.example"), DNSLookupError)


def test_the_resolver_lets_only_the_excepted_hosts_pass(answers: dict[str, str]) -> None:
    resolver = PublicResolver(None, 10, 1)
    resolver.allowed = frozenset({"127.0.1.1"})
    answers |= {"127.0.1.1": "127.0.1.1", "a.example": "127.0.1.1"}
    assert resolve(resolver, "127.0.1.1") == "127.0.1.1"
    assert isinstance(resolve(resolver, "a.example"), DNSLookupError)
