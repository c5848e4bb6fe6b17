"""When Airflow would run the scheduled DAGs, on servers in New York and in Shanghai.

python -m benchmarks.timetables

The times are those that the scheduler works with: each DAG goes through Airflow's serialization,
and its timetable is asked for every run of 90 days across either change of New York's clocks.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime, time, timedelta

from archive.clock import BEIJING
from archive.settings import PROJECT

DAYS = 90
STARTS = (datetime(2026, 10, 1, tzinfo=BEIJING), datetime(2027, 2, 1, tzinfo=BEIJING))
HOURS = {
    "crawl_news": tuple(time(hour, minute) for hour in range(24) for minute in (0, 30)),
    "send_digest": (time(7, 15),),
    "tend_archive": (time(3, 10),),
}

_ASK = """
import json, sys
from datetime import datetime
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
dags = {name: DagSerialization.from_dict(DagSerialization.to_dict(dag))
        for name, dag in DagBag("dags").dags.items()}
spans = [[datetime.fromisoformat(end) for end in span] for span in json.loads(sys.argv[1])]
print(json.dumps([datetime(2026, 7, 1).astimezone().utcoffset().total_seconds() / 3600, {
    name: [info.run_after.isoformat() for first, last in spans
           for info in dag.iter_dagrun_infos_between(first, last)]
    for name, dag in dags.items() if dag.timetable.can_be_scheduled}]))
"""


def main() -> int:
    there = {zone: asked(zone) for zone in ("America/New_York", "Asia/Shanghai")}
    assert [offset for offset, _ in there.values()] == [-4, 8], "TZ was not taken up"
    abroad, home = (runs for _, runs in there.values())
    known = {name for name, runs in home.items() if runs}
    print(f"scheduled DAGs         {len(known):6d}    goal = {len(HOURS)}")
    for name, hours in HOURS.items():
        wanted = {
            datetime.combine(start.date() + timedelta(days=day), hour, BEIJING)
            for start in STARTS
            for day in range(DAYS)
            for hour in hours
        }
        for where, runs in (("New York", abroad), ("Shanghai", home)):
            wrong = wanted ^ set(runs.get(name, []))
            print(
                f"{name + ', ' + where:<22} {len(wrong):6d}    goal = 0     "
                f"wrong times, n={len(runs.get(name, []))} runs in 2 x {DAYS} days"
            )
    return 0


def asked(zone: str) -> tuple[float, dict[str, list[datetime]]]:
    """The zone's offset in July, and each DAG's runs, as a server in that zone has them."""
    spans = [
        (start.isoformat(), (start + timedelta(days=DAYS, seconds=-1)).isoformat())
        for start in STARTS
    ]
    with tempfile.TemporaryDirectory() as home:
        # The DAG files read CRAWL_CRON; here they are asked as they are written.
        env = {name: text for name, text in os.environ.items() if name != "CRAWL_CRON"} | {
            "TZ": zone,
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(PROJECT / "dags"),
        }
        done = subprocess.run(
            [sys.executable, "-c", _ASK, json.dumps(spans)],
            cwd=PROJECT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
    offset, runs = json.loads(done.stdout.splitlines()[-1])
    return offset, {
        name: [datetime.fromisoformat(text) for text in texts] for name, texts in runs.items()
    }


if __name__ == "__main__":
    sys.exit(main())
