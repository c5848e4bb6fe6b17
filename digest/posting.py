"""Posts to a chat service's robot, with an answer that can be trusted.

The address of a robot is a secret: no error holds it.
"""

import http.client
from urllib.parse import urlsplit

from archive.text import clean_line
from digest.robots import answer
from digest.smtp import Sent

_MOST = 65_536
_SECONDS = 15


def post(name: str, url: str, query: str, body: bytes, seconds: float = _SECONDS) -> Sent:
    """Post `body` to the robot at `url`, following no redirect. Raises no network error.

    What fails before the request is written can be tried again; after that an answer that is lost
    leaves it unknown.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        return Sent("retry", f"robot {name}: {_words(error)}", down=True)
    target = f"{parts.path or '/'}?{'&'.join(filter(None, (parts.query, query)))}"
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        state, why = answer(name, reply.status, reply.read(_MOST))
    except (OSError, http.client.HTTPException) as error:
        return Sent("unknown", f"robot {name}: the answer was lost: {type(error).__name__}")
    finally:
        connection.close()
    for secret in filter(None, (parts.query.partition("=")[2], parts.path.rpartition("/")[2])):
        why = why.replace(secret, "…")
    return Sent(state, clean_line(f"robot {name}: {why}") if why else "")


def _words(error: OSError) -> str:
    return clean_line(error.strerror or type(error).__name__, 100)
