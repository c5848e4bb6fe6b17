"""TLS with every certificate verified, but for the exceptions that a source's registry entry names.

An exception holds for the source's own domains only.
"""

from typing import Any, cast

from scrapy.core.downloader.contextfactory import (
    _get_creator_context,
    _ScrapyClientContextFactory,
)
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from twisted.internet.ssl import TLSVersion
from twisted.web.client import BrowserLikePolicyForHTTPS
from twisted.web.iweb import IPolicyForHTTPS

from crawler.sources import urls

_OLD_CIPHERS = b"DEFAULT:@SECLEVEL=0"
_LEGACY_RENEGOTIATION = 0x4
"""OP_LEGACY_SERVER_CONNECT of OpenSSL, which pyOpenSSL has no name for."""


class TlsBySource(HTTP11DownloadHandler):
    """Scrapy's handler for https, with exceptions by registrable domain (setting JIANBAO_TLS)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        policies = _Policies(self._contextFactory, crawler.settings.getdict("JIANBAO_TLS"))
        self._contextFactory = cast("IPolicyForHTTPS", policies)


class _Policies(BrowserLikePolicyForHTTPS):
    def __init__(self, strict: Any, exceptions: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Scrapy has no types here.
        self._strict = strict
        self._exceptions = exceptions
        self._lenient = {
            name: _Lenient(
                method=None,
                tls_min_version=TLSVersion.TLSv1_0,
                verify_certificates=name == "legacy",
            )
            for name in set(exceptions.values())
        }

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        exception = self._exceptions.get(urls.domain(hostname.decode("ascii")), "")
        return self._lenient.get(exception, self._strict).creatorForNetloc(hostname, port)


class _Lenient(_ScrapyClientContextFactory):
    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        creator = super().creatorForNetloc(hostname, port)
        context = _get_creator_context(creator)
        context.set_options(_LEGACY_RENEGOTIATION)
        # Not as an option of the factory, which makes names of ciphers of it and drops the level.
        context.set_cipher_list(_OLD_CIPHERS)
        return creator
