"""What looks for secrets finds one wherever it is left."""

import base64
import subprocess
import time
from email.message import EmailMessage
from pathlib import Path

from psycopg import Connection

from benchmarks.traces import Traces

WORD = "canary-of-the-traces"


def test_a_secret_is_found_in_every_place(
    conn: Connection, database_url: str, tmp_path: Path
) -> None:
    conn.execute("create table public.xcom (value jsonb, raw bytea)")
    conn.execute("insert into public.xcom values (to_jsonb(%s::text))", (f"it is {WORD}",))
    conn.execute("create table public.result (raw bytea)")
    conn.execute("insert into public.result values (%s)", (f"pickled {WORD}".encode(),))
    mail = EmailMessage()
    mail.set_content(f"简报 {WORD}", cte="base64")
    (tmp_path / "a.eml").write_bytes(mail.as_bytes())
    for shift in range(3):
        login = base64.b64encode(b"x" * shift + WORD.encode() + b"y").decode()
        (tmp_path / f"log-{shift}").write_text(f"AUTH PLAIN {login}")
    (tmp_path / "secrets.json").write_text(WORD)
    with (
        Traces({"word": WORD}) as traces,
        subprocess.Popen(["sh", "-c", "read line", WORD], stdin=subprocess.PIPE) as shown,
    ):
        while "word: processes" not in traces.found():
            time.sleep(0.05)
        shown.kill()
    traces.tables(database_url)
    traces.mails(tmp_path)
    traces.files(tmp_path)
    places = ("processes", "table public.xcom", "table public.result", "mail", "file log-0",
              "file log-1", "file log-2", "file a.eml")  # fmt: skip
    assert traces.found() == {f"word: {place}" for place in places}
    assert traces.lacks("mail", "backup") == ["backup"]
