"""What local times mean in a zone, said as simply as possible: the second method that every oracle's answers are held against.

The zone data is that of the PyPI package tzdata, never the machine's own.
"""

import json
import zoneinfo
from datetime import datetime, timedelta, timezone

import tzdata

zoneinfo.reset_tzpath(to=[])

ZONE_DATA = tzdata.IANA_VERSION
UTC = timezone.utc
DAY = timedelta(days=1)


def parse(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def show(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exists(local, tz, fold):
    instant = local.replace(tzinfo=tz, fold=fold).astimezone(UTC)
    return instant if instant.astimezone(tz).replace(tzinfo=None) == local else None


def end_of_gap(local, tz):
    """The first instant after a gap; in the years asked about gaps end on whole minutes."""
    local = local.replace(second=0)
    while exists(local, tz, 0) is None:
        local += timedelta(minutes=1)
    return exists(local, tz, 0)


def instants_of(local, tz, elapsed, fold, gap, jumps=False):
    """All instants of one local time under the policies; `jumps`: an elapsed rule that names some hours only."""
    first, second = exists(local, tz, 0), exists(local, tz, 1)
    if first is None:
        return [] if elapsed and not jumps or gap == "skip" else [end_of_gap(local, tz)]
    if elapsed or fold == "both":
        return [first, second]
    return [second if fold == "second" else first]


def write_table(path, head, cases):
    """Writes a table with one case a line, and prints how many cases depart from the oracle and why."""
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    text = "{\n" + "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text + '  "cases": [\n' + lines + "\n  ]\n}\n")
    reasons = {}
    for case in cases:
        reasons[case.get("why", "same")] = reasons.get(case.get("why", "same"), 0) + 1
    print(len(cases), "cases in", path)
    for reason, count in sorted(reasons.items()):
        print(count, reason)
