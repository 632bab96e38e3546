"""Writes the tables of expected instants of recurrence rules and calendar rules.

    pip install python-dateutil==4.0.0 tzdata==2025.2        and systemd-analyze of systemd 252 or later
    python scripts/oracle/make_rule_tables.py server/tests/it/data

Recurrence rules: python-dateutil lists the local times; what instants they are is said by `local_time`. Calendar rules: systemd
and python-dateutil are asked wherever they have words for the same meaning, and a deliberately simple second method (each day is
looked at) answers too. Where an oracle and the second method differ, the row carries the instants Orc must give (`orc`) and the
reason (`why`); a difference without a reason stops this script.
"""

import calendar
import itertools
import os
import re
import subprocess
import sys
import zoneinfo
from datetime import date, datetime, time, timedelta
from importlib.metadata import version

from dateutil.rrule import rruleset, rrulestr

from local_time import DAY, UTC, ZONE_DATA, instants_of, parse, show, write_table

COUNT = 5
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SHORT = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

WHY_GAP = "systemd passes over a local time that does not exist; Orc runs at the first instant after the gap (gap: run_after)"
WHY_FOLD = "systemd picks another of the two instants of a local time that exists twice; Orc takes the first (fold: first)"
WHY_UNTIL = "UNTIL with a date: Orc takes the whole day, as RFC 5545 means for dates; dateutil ends at its midnight"
WHY_FIVE = "the crate rrule takes a month to have at most four weeks from its end: Orc refuses the rule when it is saved"

# Far from clock changes, and around them.
STARTS = [("UTC", "2026-01-30T23:59:30Z"), ("Europe/Berlin", "2027-12-31T23:30:00Z"), ("Asia/Kathmandu", "2028-02-26T18:15:00Z")]
CHANGES = [
    ("Europe/Berlin", "2026-03-28T12:00:00Z"), ("Europe/Berlin", "2026-10-24T12:00:00Z"),
    ("America/New_York", "2026-03-07T12:00:00Z"), ("America/New_York", "2026-10-31T12:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T04:00:00Z"), ("Australia/Lord_Howe", "2026-04-04T04:00:00Z"),
    ("Antarctica/Troll", "2026-03-28T12:00:00Z"), ("Africa/Cairo", "2024-04-25T12:00:00Z"),
]

RULES = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;INTERVAL=10;COUNT=500", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20280301T090000",
    "FREQ=DAILY;UNTIL=20280229", "FREQ=DAILY;BYMONTH=1,7", "FREQ=DAILY;BYHOUR=6,18", "FREQ=DAILY;BYHOUR=6,18;BYMINUTE=0,30",
    "FREQ=DAILY;BYHOUR=23;BYMINUTE=59;BYSECOND=0,59", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=DAILY;BYMONTHDAY=1,-1",
    "FREQ=DAILY;BYHOUR=1,2,3;BYSETPOS=-1", "FREQ=DAILY;INTERVAL=3;BYDAY=MO,WE", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SA;WKST=SA", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7,12",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=WEEKLY;BYMONTH=12;BYDAY=FR", "FREQ=WEEKLY;INTERVAL=5;BYDAY=SU,MO;COUNT=60",
    "FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH", "FREQ=WEEKLY;UNTIL=20271224T000000;WKST=SU;BYDAY=TU,TH",
    "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=2", "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15", "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=15,-2", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-31", "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=2TU,4TU", "FREQ=MONTHLY;BYDAY=5SU", "FREQ=MONTHLY;BYDAY=-5MO", "FREQ=MONTHLY;BYDAY=MO",
    "FREQ=MONTHLY;BYDAY=1SU,-1SU;INTERVAL=2", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2", "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3",
    "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1MO", "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=0,12", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    "FREQ=MONTHLY;BYMONTHDAY=29;BYMONTH=2", "FREQ=MONTHLY;INTERVAL=7;BYDAY=3WE",
    "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=3", "FREQ=YEARLY;BYMONTH=6,7", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYDAY=-1SU", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=TH", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR",
    "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=WE", "FREQ=YEARLY;BYYEARDAY=1,100,200", "FREQ=YEARLY;BYYEARDAY=-1,-366", "FREQ=YEARLY;BYYEARDAY=366",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "FREQ=YEARLY;BYMONTH=6,7,8;BYDAY=TH", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,31;BYHOUR=14", "FREQ=YEARLY;BYDAY=MO;BYSETPOS=10,-10",
    "FREQ=YEARLY;BYMONTH=1,12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1,1", "FREQ=YEARLY;COUNT=20;BYMONTH=1", "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR",
    "FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=5", "FREQ=HOURLY;INTERVAL=36", "FREQ=HOURLY;BYHOUR=9,10,11", "FREQ=HOURLY;BYMINUTE=0,20,40",
    "FREQ=HOURLY;BYDAY=SA,SU;INTERVAL=6", "FREQ=HOURLY;BYMONTHDAY=1;BYMINUTE=30", "FREQ=HOURLY;COUNT=40",
]
DTSTARTS = [("2026-01-30T09:00:00", 0), ("2023-12-31T22:15:30", 1), ("2024-02-29T00:00:00", 2)]
AROUND = ["FREQ=DAILY", "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=WEEKLY;BYDAY=SU,SA", "FREQ=MONTHLY;BYDAY=-1SU,1SU,2SU", "FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=3"]


def first_instants(locals_, zone, after, elapsed=False, jumps=False):
    """The first instants after one, of local times that rise; `jumps`: an elapsed rule that names some hours only."""
    tz, found = zoneinfo.ZoneInfo(zone), set()
    stop = None
    for local in locals_:
        if stop is not None and local > stop:
            break
        found.update(at for at in instants_of(local, tz, elapsed, "first", "run_after", jumps) if at > after)
        if stop is None and len(found) >= COUNT:
            stop = local + 2 * DAY
    return [show(instant) for instant in sorted(found)][:COUNT]


def by_dateutil(rule, dtstart, zone, after, exdate=(), rdate=()):
    found = rruleset()
    found.rrule(rrulestr(rule, dtstart=datetime.fromisoformat(dtstart)))
    for text in exdate:
        found.exdate(datetime.fromisoformat(text))
    for text in rdate:
        found.rdate(datetime.fromisoformat(text))
    begin = after.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None) - 2 * DAY
    last = begin.replace(year=begin.year + 60, day=1)
    locals_ = itertools.takewhile(lambda local: local < last, found.xafter(begin, inc=True))
    return first_instants(locals_, zone, after, "HOURLY" in rule, "INTERVAL" in rule or "BYHOUR" in rule)


def rrule_row(rule, dtstart, zone, after, **more):
    schedule = {"kind": "rrule", "rule": rule, "dtstart": dtstart, "timezone": zone} | more
    row = {"schedule": schedule, "after": after, "dateutil": by_dateutil(rule, dtstart, zone, parse(after), **more)}
    if re.search(r"UNTIL=\d{8}$", rule):
        whole_day = by_dateutil(f"{rule}T235959", dtstart, zone, parse(after), **more)
        row |= {} if whole_day == row["dateutil"] else {"orc": whole_day, "why": WHY_UNTIL}
    if "BYDAY=-5" in rule:
        row |= {"refused": "BYDAY", "why": WHY_FIVE}
    return row


def rrule_rows():
    for rule in RULES:
        for dtstart, turn in DTSTARTS:
            for shift in range(3):
                yield rrule_row(rule, dtstart, *STARTS[(turn + shift) % 3])
    for rule in AROUND:
        for zone, after in CHANGES:
            for dtstart in ["2020-01-05T02:30:00", "2020-01-05T00:15:00"]:
                yield rrule_row(rule, dtstart, zone, after)
    for zone, after in STARTS + CHANGES:
        yield rrule_row("FREQ=DAILY", "2024-01-01T02:30:00", zone, after,
            exdate=["2026-02-01T02:30:00", "2026-03-29T02:30:00", "2028-02-28T02:30:00", "2026-02-02T09:00:00"],
            rdate=["2026-02-02T12:00:00", "2026-10-25T02:10:00", "2028-01-02T02:30:00"])
        yield rrule_row("FREQ=DAILY;COUNT=2", "2010-01-01T02:30:00", zone, after, rdate=["2029-03-25T02:30:00", "2029-06-01T00:00:00"])


def day_rule_rows():
    """Calendar rules: days, and the same for systemd (several expressions: any of them) and dateutil, where these have words for it."""
    every = lambda n, origin: ({"kind": "every_days", "every": n, "from": origin}, None, (f"FREQ=DAILY;INTERVAL={n}", origin))
    yield {"kind": "every_days", "every": 1}, ["*-*-*"], ("FREQ=DAILY", "2000-01-01")
    yield from [every(2, "2024-01-01"), every(3, "2024-02-29"), every(10, "2020-12-31"), every(45, "2023-07-07"), every(400, "2024-01-01")]
    for days in [[0], [0, 2, 4], [5, 6], [6], [0, 1, 2, 3, 4], [1, 3]]:
        names, short = [WEEK[day] for day in days], ",".join(SHORT[day] for day in days)
        on = ",".join(WEEK[day][:3].title() for day in days)
        yield {"kind": "every_weeks", "every": 1, "weekdays": names}, [f"{on} *-*-*"], (f"FREQ=WEEKLY;BYDAY={short}", "2000-01-01")
        for weeks, origin, monday in [(2, "2024-01-03", "2024-01-01"), (3, "2023-12-31", "2023-12-25"), (13, "2026-01-05", "2026-01-05")]:
            rule = f"FREQ=WEEKLY;WKST=MO;INTERVAL={weeks};BYDAY={short}"
            yield {"kind": "every_weeks", "every": weeks, "weekdays": names, "from": origin}, None, (rule, monday)
    months = [[], [2], [1, 4, 7, 10], [12]]
    for chosen in months:
        said, part = ",".join(map(str, chosen)), {"months": chosen} if chosen else {}
        bymonth = f"BYMONTH={said};" if chosen else ""
        for days in [[1], [15, 28], [29], [31], [-1], [-2], [-3, 1], [10, -1, -10], [-29]]:
            ahead, back = [day for day in days if day > 0], [-day for day in days if day < 0]
            exprs = [f"*-{said or '*'}-{','.join(map(str, ahead))}"] if ahead else []
            exprs += [f"*-{said or '*'}~{','.join(map(str, back))}"] if back else []
            if chosen == [2] and days == [31]:
                continue
            if min(days) < -28:
                exprs = None  # systemd counts at most 28 days from the end
            yield {"kind": "month_days", "days": days} | part, exprs, (f"FREQ=MONTHLY;{bymonth}BYMONTHDAY={','.join(map(str, days))}", "2000-01-01")
        for nth, days in [([1], [0]), ([-1], [4]), ([2, 4], [1]), ([3], [2, 3]), ([5], [5]), ([-2], [6]), ([1, -1], [0])]:
            exprs = []
            for number in nth:
                on = ",".join(WEEK[day][:3].title() for day in days)
                first = 7 * (abs(number) - 1) + 1
                exprs.append(f"{on} *-{said or '*'}{'-' if number > 0 else '~'}{first}..{min(first + 6, 31)}")
            by = ",".join(f"{number}{SHORT[day]}" for number in nth for day in days)
            names = [WEEK[day] for day in days]
            never = chosen == [2] and nth == [5]
            rule = None if never else (f"FREQ=MONTHLY;{bymonth}BYDAY={by}", "2000-01-01")
            yield {"kind": "month_weekdays", "nth": nth, "weekdays": names} | part, exprs, rule


def matches(days, day):
    """Whether a calendar rule names a date, said as plainly as possible."""
    length = calendar.monthrange(day.year, day.month)[1]
    origin = date.fromisoformat(days.get("from", "1970-01-01"))
    in_month = not days.get("months") or day.month in days["months"]
    match days["kind"]:
        case "every_days":
            return (day - origin).days % days["every"] == 0
        case "every_weeks":
            weeks = ((day - timedelta(day.weekday())) - (origin - timedelta(origin.weekday()))).days // 7
            return WEEK[day.weekday()] in days["weekdays"] and weeks % days["every"] == 0
        case "month_days":
            return in_month and (day.day in days["days"] or day.day - length - 1 in days["days"])
        case "month_weekdays":
            ahead, back = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
            return in_month and WEEK[day.weekday()] in days["weekdays"] and (ahead in days["nth"] or back in days["nth"])


def second_method(days, times, zone, after):
    begin = after.astimezone(zoneinfo.ZoneInfo(zone)).date() - 2 * DAY
    every_day = (begin + timedelta(number) for number in range(366 * 200))
    named = (day for day in every_day if matches(days, day))
    return first_instants((datetime.combine(day, time.fromisoformat(at)) for day in named for at in times), zone, after)


def by_systemd(exprs, times, zone, after):
    found = set()
    for expr, at in itertools.product(exprs, times):
        asked = ["systemd-analyze", "calendar", f"--iterations={COUNT}", f"--base-time={after.strftime('%Y-%m-%d %H:%M:%S')} UTC"]
        asked.append(f"{expr} {at} {zone}")
        ran = subprocess.run(asked, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "UTC"})
        answers = re.findall(r"(?:Next elapse|Iteration #\d+|Iter\. #\d+): \w+ (\S+ \S+) UTC", ran.stdout)
        found.update(datetime.fromisoformat(answer).replace(tzinfo=UTC) for answer in answers)
    return [show(instant) for instant in sorted(found)][:COUNT]


def calendar_row(days, exprs, rule, times, zone, after):
    start = parse(after)
    ours = second_method(days, times, zone, start)
    row = {"schedule": {"kind": "calendar_rule", "days": days, "times": times, "timezone": zone}, "after": after}
    if rule:
        text, origin = rule
        hours = sorted({at.split(":")[0] for at in times})
        if len({at[2:] for at in times}) == 1:
            minute, second = times[0].split(":")[1], (times[0].split(":") + ["00"])[2]
            text += f";BYHOUR={','.join(str(int(hour)) for hour in hours)};BYMINUTE={int(minute)};BYSECOND={int(second)}"
            row["dateutil"] = by_dateutil(text, f"{origin}T00:00:00", zone, start)
    if exprs:
        row["systemd"] = by_systemd(exprs, times, zone, start)
    if "dateutil" not in row and "systemd" not in row:
        raise SystemExit(f"nobody was asked: {days}")
    if row.get("dateutil", ours) != ours:
        raise SystemExit(f"no reason known: dateutil {row['dateutil']}, expected {ours}: {days} {times} in {zone}")
    if row.get("systemd", ours) != ours:
        row |= {"orc": ours, "why": why(row["systemd"], ours, zone)}
    return row


def why(theirs, ours, zone):
    tz = zoneinfo.ZoneInfo(zone)
    local = lambda text: parse(text).astimezone(tz).replace(tzinfo=None)
    twice = lambda text: len(set(instants_of(local(text), tz, True, "first", "skip"))) == 2
    odd = [text for text in ours if text not in theirs[: len(ours)]]
    if odd and twice(odd[0]):
        return WHY_FOLD
    after_gap = parse(odd[0]) if odd else None
    if after_gap and after_gap.astimezone(tz).utcoffset() > (after_gap - timedelta(seconds=1)).astimezone(tz).utcoffset():
        return WHY_GAP
    raise SystemExit(f"no reason known: systemd {theirs}, expected {ours} in {zone}")


def calendar_rows():
    for number, (days, exprs, rule) in enumerate(day_rule_rows()):
        for turn, (zone, after) in enumerate(STARTS):
            times = [["07:30"], ["00:00", "12:00"], ["23:59:30"], ["06:15", "18:45:10"]][(number + turn) % 4]
            times = ["07:30"] if not exprs and len({at[2:] for at in times}) > 1 else times
            if rule is None and "2026-01" not in after:
                continue
            yield calendar_row(days, exprs, rule, times, zone, after)
    for zone, after in CHANGES:
        for at in ["00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "23:45"]:
            yield calendar_row({"kind": "every_days", "every": 1}, ["*-*-*"], ("FREQ=DAILY", "2000-01-01"), [at], zone, after)


def main():
    with open("/usr/share/zoneinfo/tzdata.zi", encoding="utf-8") as file:
        if file.readline().split()[-1] != ZONE_DATA:
            raise SystemExit("systemd's zone data is not that of the package tzdata")
    systemd = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    head = {"zone_data": ZONE_DATA, "limit": COUNT, "dateutil": version("python-dateutil")}
    about = "made by scripts/oracle/make_rule_tables.py, never edited."
    write_table(f"{sys.argv[1]}/rrule_oracle.json", {"about": f"Expected instants of recurrence rules; {about}"} | head, list(rrule_rows()))
    head |= {"systemd": systemd}
    write_table(f"{sys.argv[1]}/calendar_rule_oracle.json", {"about": f"Expected instants of calendar rules; {about}"} | head, list(calendar_rows()))


main()
