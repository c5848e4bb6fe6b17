"""One request at a time to each registrable domain, and a delay between two of them."""

from scrapy import Request
from scrapy.core.downloader import Downloader

from crawler import urls


class DomainSlots(Downloader):
    """Scrapy's downloader with a slot per domain: for entry points, articles, robots.txt and
    redirects alike, whichever source asked."""

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
