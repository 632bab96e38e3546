import type { ReactNode } from "react";
import { Link } from "@tanstack/react-router";
import type { CalendarEntry } from "@/api/generated";
import { monthWord, shortDayWord } from "@/lib/time/dates";
import { WEEKDAYS } from "@/lib/words/timeWords";
import { paths } from "@/paths";

const year = (date: string) => date.slice(0, 4);
const whole = (date: string) => `${shortDayWord(date)} ${year(date)}`;

/** An entry as people read it. */
export function EntryWords({ entry }: { entry: CalendarEntry }) {
  switch (entry.kind) {
    case "date":
      return <Words title={entry.title}>{entry.until ? `${whole(entry.date)} to ${whole(entry.until)}` : whole(entry.date)}</Words>;
    case "yearly":
      return <Words title={entry.title}>{`each year on ${entry.day} ${monthWord(`2000-${String(entry.month).padStart(2, "0")}`)}`}</Words>;
    case "weekdays":
      return <Words>{`every ${entry.weekdays.map((day) => WEEKDAYS[day].word).join(", ")}`}</Words>;
    case "rrule":
      return (
        <Words title={entry.title}>
          <code className="font-mono text-xs">{entry.rule}</code> from {whole(entry.dtstart.slice(0, 10))}
        </Words>
      );
    case "calendar":
      return (
        <Words>
          all of{" "}
          <Link {...paths.calendarOne(entry.name)} className="underline underline-offset-2">
            {entry.name}
          </Link>
        </Words>
      );
  }
}

function Words({ title, children }: { title?: string | undefined; children: ReactNode }) {
  return (
    <span className="break-words">
      {title && <strong className="font-medium">{title}: </strong>}
      {children}
    </span>
  );
}
