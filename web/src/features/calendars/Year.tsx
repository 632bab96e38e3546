import type { CalendarDate } from "@/api/generated";
import { cx } from "@/lib/cx";
import { dayWord, monthGrid, monthWord, WEEK } from "@/lib/time/dates";
import { plural } from "@/lib/numbers";

/** Twelve small months with the dates marked; the same as a list for those who do not see them. */
export function Year({ year, dates }: { year: number; dates: CalendarDate[] }) {
  const titles = new Map(dates.map(({ date, title }) => [date, title]));
  const months = Array.from({ length: 12 }, (_, at) => `${year}-${String(at + 1).padStart(2, "0")}`);
  const named = dates.filter(({ title }) => title !== "");
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-muted">{plural(dates.length, "date")} in {year}</p>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(11.5rem,1fr))] gap-x-6 gap-y-4" aria-hidden>
        {months.map((month) => (
          <Month key={month} month={month} titles={titles} />
        ))}
      </div>
      <details className="text-sm" open={named.length > 0 && named.length <= 24}>
        <summary className="cursor-pointer font-medium">As a list</summary>
        <ul className="mt-1 max-h-72 columns-1 overflow-y-auto sm:columns-2 lg:columns-3" tabIndex={0} aria-label="Dates">
          {dates.map(({ date, title }) => (
            <li key={date}>
              {dayWord(date)}
              {title && <span className="text-muted">: {title}</span>}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Month({ month, titles }: { month: string; titles: Map<string, string> }) {
  return (
    <div>
      <p className="mb-1 text-sm font-semibold">{monthWord(month)}</p>
      <div className="grid grid-cols-7 gap-px text-center text-xs">
        {WEEK.map((day) => (
          <span key={day} className="text-muted">
            {day.slice(0, 1)}
          </span>
        ))}
        {monthGrid(month).map((date) =>
          date.startsWith(month) ? (
            <span key={date} data-tip={titles.has(date) ? titles.get(date) || dayWord(date) : undefined} className={cx("rounded py-0.5", titles.has(date) && "bg-accent-strong font-semibold text-on-accent")}>
              {Number(date.slice(8))}
            </span>
          ) : (
            <span key={date} />
          ),
        )}
      </div>
    </div>
  );
}
