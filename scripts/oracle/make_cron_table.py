"""Writes the table of expected cron instants that the server's tests are held against.

    pip install cronsim==2.8 tzdata==2025.2
    python scripts/oracle/make_cron_table.py server/tests/it/data/cron_oracle.json

The oracle is cronsim, an independent implementation of Debian's cron. Its answers are compared here with a deliberately
simple second method (list the local times of each day, then ask the zone data for their instants). Where the two differ, or
where cronsim does not know the dialect, the row carries the instants Orc must give (`orc`) and the reason (`why`); a
difference without a reason stops this script. The zone data is that of the PyPI package tzdata, never the machine's own, and
must be the version compiled into the server (the test compares).
"""

import calendar
import sys
import zoneinfo
from datetime import date, datetime, time
from importlib.metadata import version

from cronsim import CronSim

from local_time import DAY, ZONE_DATA, instants_of, parse, show, write_table

COUNT = 5

# Around clock changes: zone, the instants after which slots are asked for.
CHANGES = [
    ("Europe/Berlin", ["2026-03-28T12:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"]),
    ("Europe/Berlin", ["2026-10-24T12:00:00Z", "2026-10-25T00:20:00Z", "2026-10-25T01:20:00Z"]),
    ("America/New_York", ["2026-03-08T01:00:00Z", "2026-03-08T07:10:00Z"]),
    ("America/New_York", ["2026-10-31T22:00:00Z", "2026-11-01T05:40:00Z", "2026-11-01T06:05:00Z"]),
    ("Australia/Lord_Howe", ["2026-10-03T04:00:00Z", "2026-10-03T15:29:00Z"]),
    ("Australia/Lord_Howe", ["2026-04-04T04:00:00Z", "2026-04-04T14:50:00Z", "2026-04-04T15:10:00Z"]),
    ("America/Sao_Paulo", ["2017-10-14T15:00:00Z", "2017-10-15T02:59:00Z"]),
    ("America/Sao_Paulo", ["2018-02-17T12:00:00Z", "2018-02-18T01:30:00Z", "2018-02-18T02:30:00Z"]),
    ("Africa/Casablanca", ["2024-03-09T12:00:00Z", "2024-03-10T01:30:00Z", "2024-03-10T02:30:00Z"]),
    ("Africa/Casablanca", ["2024-04-13T12:00:00Z"]),
    ("Antarctica/Troll", ["2026-03-28T12:00:00Z"]),
    ("Antarctica/Troll", ["2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"]),
    ("Pacific/Apia", ["2011-12-29T12:00:00Z"]),
    ("Africa/Cairo", ["2024-04-25T12:00:00Z"]),
    ("Africa/Cairo", ["2024-10-31T12:00:00Z", "2024-10-31T20:30:00Z"]),
]

FIXED = [
    "0 2 * * *", "30 2 * * *", "15 2 * * *", "0 0 * * *", "30 0 * * *", "30 1 * * *", "45 1 * * *", "0,30 1-3 * * *",
    "10,40 2,3 * * *", "30 23 * * *", "0 12 * * SAT,SUN",
]
ELAPSED = [
    "*/30 * * * *", "*/15 * * * *", "0 * * * *", "30 * * * *", "*/20 1-3 * * *", "15 */2 * * *", "*/45 0,23 * * *", "* 2 * * *",
]
SIX_FIELDS = ["30 30 2 * * *", "*/30 */30 * * * *"]

# The dialect, far from clock changes; the second member says the same for cronsim where that does not know the form.
DIALECT = [
    ("* * * * *", None), ("*/7 * * * *", None), ("5/10 * * * *", None), ("0 9-17 * * MON-FRI", None), ("*/15 9-17 * * 1-5", None),
    ("0 0 1 * *", None), ("0 0 31 * *", None), ("0 0 29 2 *", None), ("0 0 13 * FRI", None), ("0 0 13 * 5", None),
    ("0 0 */2 * MON", None), ("0 0 1-7 * */7", None), ("0 0 */10 * 1,3", None), ("0 0 * * 0", None), ("0 0 * * 7", None),
    ("0 0 * * 0,7", None), ("0 0 * * 5-7", None), ("0 0 * * 1/3", None), ("0 0 * * */2", None), ("0 0 * JAN,JUL *", None),
    ("0 0 * 3-5 *", None), ("0 6 L * *", None), ("0 6 LW * *", None), ("0 6 L 2 *", None), ("0 6 * * 5L", None),
    ("0 6 * * FRI#2", None), ("0 6 * * 1#1,3#3", None), ("0 6 * * 0#5", None), ("0 6 1,15,L * *", None), ("5,10-12,50/3 4 * * *", None),
    ("0-10/5,30 8,20 * * *", None), ("59 23 31 12 *", None), ("0 0 1 1 MON", None), ("30 4 1,15 * 5", None), ("0 0 28-31 * *", None),
    ("*/10 * * * * *", None), ("15 */5 * * * *", None), ("0 0 12 * * MON", None), ("5,35 0 6 1 * *", None),
    ("0 22-2 * * *", "0 22,23,0-2 * * *"), ("50-10 3 * * *", "50-59,0-10 3 * * *"), ("0 0 * * FRI-MON", "0 0 * * 5,6,0,1"),
    ("0 0 * NOV-FEB 1", "0 0 * 11,12,1,2 1"), ("0 0 28-3 * *", "0 0 28-31,1-3 * *"), ("0 22-4/2 * * *", "0 22,0,2,4 * * *"),
    ("0 0 * * 6-2/2", "0 0 * * 6,1 "), ("0 9 ? * MON", "0 9 * * MON"), ("0 9 15 * ?", "0 9 15 * *"),
    ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@Annually", "0 0 1 1 *"), ("0 0 * jan mon", "0 0 * 1 1"),
]
DIALECT_STARTS = [
    ("UTC", "2026-01-30T23:59:30Z"), ("Europe/Berlin", "2027-05-13T09:30:00Z"), ("Asia/Kathmandu", "2028-02-26T18:15:00Z"),
]


def weekday_near(year, month, day):
    """The Monday to Friday nearest to a day, within its month."""
    length = calendar.monthrange(year, month)[1]
    if day > length:
        return None
    near = sorted(range(1, length + 1), key=lambda other: (abs(other - day), other))
    return next(other for other in near if date(year, month, other).weekday() < 5)


def last_of(when):
    return calendar.monthrange(when.year, when.month)[1]


# What cronsim has no words for: expression, the same with `*` for the day, the days.
DAYS_ONLY_ORC = [
    ("0 7 15W * *", "0 7 * * *", lambda d: d.day == weekday_near(d.year, d.month, 15)),
    ("0 7 1W * *", "0 7 * * *", lambda d: d.day == weekday_near(d.year, d.month, 1)),
    ("0 7 31W * *", "0 7 * * *", lambda d: d.day == weekday_near(d.year, d.month, 31)),
    ("0 7 30W 4,6 *", "0 7 * 4,6 *", lambda d: d.day == weekday_near(d.year, d.month, 30)),
    ("0 7 L-3 * *", "0 7 * * *", lambda d: d.day == last_of(d) - 3),
    ("0 7 L-1,10 * *", "0 7 * * *", lambda d: d.day in (10, last_of(d) - 1)),
    ("0 7 L-30 * *", "0 7 * * *", lambda d: d.day == last_of(d) - 30),
    ("0 7 LW,1W * *", "0 7 * * *", lambda d: d.day in (weekday_near(d.year, d.month, 1), weekday_near(d.year, d.month, last_of(d)))),
    ("0 7 L-2 * SUN", "0 7 * * *", lambda d: d.day == last_of(d) - 2 or d.weekday() == 6),
]

WHY_SIX = "six fields: Orc treats fixed times alike with and without seconds; cronsim follows the clock on the wall as soon as there are six"
WHY_BEFORE = "cronsim forgets the second pass of the repeated hour and answers with an instant not after the start, or repeats one"
WHY_SHIFT = "cronsim steps by whole hours of elapsed time and misses local times after a change that is not a whole hour"
WHY_DIALECT = "cronsim does not know this form; the instants are those of the script's second method"
WHY_JUMP = "Orc tells what a gap takes of a rule that names some hours only: it fires at the first instant after the gap; cronsim passes over it"
WHY_POLICY = "cronsim has no such policy; the instants are those of the script's second method"


def ask_cronsim(expression, zone, after):
    steps = CronSim(expression, after.astimezone(zoneinfo.ZoneInfo(zone)))
    return [show(next(steps)) for _ in range(COUNT)]


def second_method(expression, zone, after, days=None, fold="first", gap="run_after"):
    tz = zoneinfo.ZoneInfo(zone)
    fields = CronSim(expression, datetime(2000, 1, 1))
    elapsed = fields.parts[1].startswith("*") or fields.parts[2].startswith("*")
    jumps = len(fields.hours) < 24
    times = [time(h, m, s) for h in sorted(fields.hours) for m in sorted(fields.minutes) for s in sorted(fields.seconds)]
    found, day = set(), after.astimezone(tz).date() - 2 * DAY
    stop = None
    while stop is None or day <= stop:
        if day.month in fields.months and (days(day) if days else fields.match_day(day)):
            for moment in times:
                found.update(instants_of(datetime.combine(day, moment), tz, elapsed, fold, gap, jumps))
        if stop is None and sum(instant > after for instant in found) >= COUNT:
            stop = day + 2 * DAY
        day += DAY
    return [show(instant) for instant in sorted(found) if instant > after][:COUNT]


def takes_something(expression, zone, after, answers):
    """Whether all that sets Orc apart from cronsim is the instant after a gap."""
    ours = set(second_method(expression, zone, after))
    more = ours - set(answers)
    told = set(second_method(expression, zone, after, gap="skip"))
    return bool(more) and more <= ours - told


def why(expression, answers, after, zone):
    fields = expression.split()
    six = len(fields) == 6
    star = fields[-5].startswith("*") or fields[-4].startswith("*")
    if six and not star:
        return WHY_SIX
    if not star and (any(parse(answer) <= after for answer in answers) or len(set(answers)) < len(answers)):
        return WHY_BEFORE
    if star and takes_something(expression, zone, after, answers):
        return WHY_JUMP
    if star and zone == "Australia/Lord_Howe":
        return WHY_SHIFT
    raise SystemExit(f"no reason known: {expression} in {zone} after {show(after)}: {answers}")


def row(expression, zone, after, asked=None):
    asked = asked or expression
    start = parse(after)
    theirs, ours = ask_cronsim(asked, zone, start), second_method(asked, zone, start)
    entry = {"expression": expression, "timezone": zone, "after": after, "cronsim": theirs}
    if theirs != ours:
        entry |= {"orc": ours, "why": why(asked, theirs, start, zone)}
    return entry


def rows():
    for zone, starts in CHANGES:
        for after in starts:
            for expression in FIXED + ELAPSED + SIX_FIELDS:
                yield row(expression, zone, after)
    for expression, asked in DIALECT:
        for zone, after in DIALECT_STARTS:
            yield row(expression, zone, after, asked)
    for expression, times, days in DAYS_ONLY_ORC:
        for zone, after in DIALECT_STARTS:
            ours = second_method(times, zone, parse(after), days)
            yield {"expression": expression, "timezone": zone, "after": after, "cronsim": None, "orc": ours, "why": WHY_DIALECT}
    for zone, starts in CHANGES:
        for expression in ["30 2 * * *", "15,45 0-3 * * *", "30 23 * * *"]:
            for policy in [{"fold": "second"}, {"fold": "both"}, {"gap": "skip"}]:
                ours = second_method(expression, zone, parse(starts[-1]), **policy)
                head = {"expression": expression, "timezone": zone, "after": starts[-1]}
                yield head | policy | {"cronsim": None, "orc": ours, "why": WHY_POLICY}


def main():
    cases = list(rows())
    head = {
        "about": "Expected instants of cron expressions; made by scripts/oracle/make_cron_table.py, never edited.",
        "rule": "Orc must give `orc` where that is present (and `why` says why), else `cronsim`. No year is left out: both sides use the same zone data.",
        "cronsim": version("cronsim"),
        "zone_data": ZONE_DATA,
    }
    write_table(sys.argv[1], head, cases)


main()
