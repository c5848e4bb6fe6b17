"""The process in which this one has its pages read."""

import atexit

from archive.child import Child

SECONDS = 60
CPU_SECONDS = 20
"""The largest page (8 MB) takes 3; the wall clock is wider, because the machine may be busy."""
MEGABYTES = 1024
"""Of address space; the largest page takes 170, and a small server has 2 GB for everything."""

ours = Child(
    "reading", "crawler.articles.reader", seconds=SECONDS, cpu=CPU_SECONDS, megabytes=MEGABYTES
)
atexit.register(ours.close)
