"""One request at a time to each registrable domain, and a delay between two of them."""

from time import monotonic

from scrapy import Request, signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler

from crawler.sources import urls


class DomainSlots(Downloader):
    """Scrapy's downloader with a slot per domain: for entry points, articles, robots.txt and
    redirects alike, whichever source asked. The delay begins when an answer has come: so the
    publisher sees it too, however slow the machines are."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(self._answered, signals.response_downloaded)

    def _answered(self, request: Request) -> None:
        if slot := self.slots.get(request.meta[self.DOWNLOAD_SLOT]):
            slot.lastseen = monotonic()

    def get_slot_key(self, request: Request) -> str:
        return urls.domain(urls.host(request.url))

    def slow_down(self, request: Request, delay: float) -> None:
        """Let at least `delay` seconds pass between two requests to the domain from now on."""
        key = self.get_slot_key(request)
        delay *= self.settings.getfloat("JIANBAO_DELAY_FACTOR")
        known = self.per_slot_settings.get(key, {"concurrency": 1, "delay": self._delay})
        if delay > known["delay"]:
            # The slot may be made anew later.
            self.per_slot_settings[key] = known | {"delay": delay, "jitter": 0}
            self._get_slot(request)[1].delay = delay
