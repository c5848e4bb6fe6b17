"""Scrapy with settings for unattended work: safe and polite, as many of its defaults are not."""

import logging
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.pages import MAX_BYTES
from archive.settings import Settings
from crawler.sources.source import Source

_ALWAYS: dict[str, Any] = {
    "DEFAULT_REQUEST_HEADERS": {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "zh-CN,zh;q=0.9",
    },
    "ROBOTSTXT_OBEY": True,
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawler.pages.robots.Robots": 100,
        "crawler.pages.guard.PublicOnly": 999,
        # A proxy from the environment would hide the address that is connected to.
        "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    },
    "TWISTED_DNS_RESOLVER": "crawler.pages.guard.PublicResolver",
    "DNS_TIMEOUT": 10,
    # Names that nobody answers for must not hold up the others.
    "REACTOR_THREADPOOL_MAXSIZE": 40,
    "DOWNLOADER": "crawler.pages.slots.DomainSlots",
    "DOWNLOAD_DELAY_JITTER": 0,
    "DOWNLOAD_HANDLERS": {"https": "crawler.pages.tls.TlsBySource"},
    # At least the domains of a shard: there is one request under way to each.
    "CONCURRENT_REQUESTS": 256,
    # Scrapy starts so many tasks for every answer, and ours give nothing to do.
    "CONCURRENT_ITEMS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_MAXSIZE": MAX_BYTES,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_ENABLED": False,
    "DEPTH_LIMIT": 0,
    "RETRY_TIMES": 1,
    "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
    "RETRY_EXCEPTIONS": [
        "scrapy.exceptions.DownloadConnectionRefusedError",
        "scrapy.exceptions.DownloadFailedError",
        "scrapy.exceptions.ResponseDataLossError",
    ],
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    "COOKIES_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
    "LOG_INSTALL_ROOT_HANDLER": False,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
}


def engine(settings: Settings, chosen: tuple[Source, ...], seconds: int) -> AsyncCrawlerProcess:
    """A Scrapy process that asks the chosen sources. Can be started once per process of ours."""
    process = AsyncCrawlerProcess(_settings(settings, chosen, seconds))
    # An unreachable host is an outcome, not a traceback.
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    return process


def _settings(settings: Settings, chosen: tuple[Source, ...], seconds: int) -> dict[str, Any]:
    factor = settings.crawl_delay_factor
    delays: dict[str, float] = {}
    for source in chosen:
        for domain in source.domains:
            delays[domain] = max(source.min_delay * factor, delays.get(domain, 0.0))
    return _ALWAYS | {
        "USER_AGENT": settings.jianbao_user_agent,
        "ROBOTSTXT_USER_AGENT": settings.jianbao_user_agent.split("/", 1)[0],
        "JIANBAO_ALLOW": list(settings.jianbao_allow),
        "DOWNLOAD_SLOTS": {
            domain: {"concurrency": 1, "delay": delay, "jitter": 0}
            for domain, delay in delays.items()
        },
        "DOWNLOAD_DELAY": 10 * factor,
        "JIANBAO_DELAY_FACTOR": factor,
        "JIANBAO_TLS": {
            domain: source.tls for source in chosen for domain in source.domains if source.tls
        },
        "DOWNLOAD_TIMEOUT": settings.crawl_timeout,
        "CLOSESPIDER_TIMEOUT": seconds,
    }
