import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CalendarPlus, ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { PlanDay } from "@/api/generated";
import { planDaysOptions, systemViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { addDays, addMonths, dateIn, datesBetween, dayWord, mondayOf, monthGrid, monthWord } from "@/lib/time/dates";
import { Loaded } from "@/shared/core/Loaded";
import { type CalendarSearch, paths } from "@/paths";
import { Button, IconButton } from "@/ui/Button";
import { Page } from "@/ui/layout/Page";
import { Skeleton } from "@/ui/layout/Skeleton";
import { Agenda, Grid, Legend } from "./Days";
import { DayDialog } from "./DayDialog";
import { FeedsDialog } from "./Feeds";

const route = getRouteApi("/app/calendar");
const VIEWS = [["month", "Month"], ["week", "Week"], ["agenda", "Agenda"]] as const;
/** Days of the agenda. */
const AGENDA = 14;

/** What ran and what will run, by day, in the server's zone. */
export default function CalendarPage() {
  const system = useQuery(systemViewOptions());
  if (!system.data) return <Page title="Calendar"><Loaded query={system}>{() => <Skeleton rows={8} />}</Loaded></Page>;
  return <Calendar timezone={system.data.timezone} now={system.data.now_at} />;
}

function Calendar({ timezone, now }: { timezone: string; now: string }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const [narrow] = useState(() => matchMedia("(max-width: 767px)").matches);
  const [feeds, setFeeds] = useState(false);
  const today = dateIn(now, timezone);
  const view = search.view ?? (narrow ? "agenda" : "month");
  const date = search.date ?? today;
  const shown = view === "month" ? monthGrid(date.slice(0, 7)) : view === "week" ? datesBetween(mondayOf(date), addDays(mondayOf(date), 6)) : datesBetween(date, addDays(date, AGENDA - 1));
  const days = useQuery({ ...planDaysOptions({ query: { from: shown[0] ?? date, until: shown.at(-1) ?? date, timezone, ...(view === "month" ? {} : { by_task: true }) } }), placeholderData: (old) => old });
  const heading = useFocusKept();
  const go = (change: Partial<CalendarSearch>) => void navigate({ to: "/calendar", search: { ...search, ...change } });
  const step = (by: 1 | -1) => go({ date: view === "month" ? addMonths(date, by) : addDays(date, by * (view === "week" ? 7 : AGENDA)) });
  useKeys({ ArrowLeft: () => step(-1), ArrowRight: () => step(1), t: () => go({ date: undefined }) });
  const title = view === "month" ? `${monthWord(date.slice(0, 7))} ${date.slice(0, 4)}` : view === "week" ? `Week of ${dayWord(shown[0] ?? date)}` : `${dayWord(shown[0] ?? date)} onwards`;
  return (
    <Page title="Calendar" hint={`Days in ${timezone}, the server's time zone.`}>
      <div className="flex flex-wrap items-center gap-2">
        <IconButton label="Earlier (left arrow)" look="plain" icon={<ChevronLeft size={16} aria-hidden />} onClick={() => step(-1)} />
        <IconButton label="Later (right arrow)" look="plain" icon={<ChevronRight size={16} aria-hidden />} onClick={() => step(1)} />
        <Button onClick={() => go({ date: undefined })}>Today</Button>
        <h2 ref={heading} tabIndex={-1} className="mr-auto text-base font-semibold" aria-live="polite">
          {title}
        </h2>
        <div role="group" aria-label="View" className="flex gap-1">
          {VIEWS.map(([key, word]) => (
            <Button key={key} look={key === view ? "primary" : "plain"} aria-pressed={key === view} onClick={() => go({ view: key })}>
              {word}
            </Button>
          ))}
        </div>
        <Button icon={<CalendarPlus size={15} aria-hidden />} onClick={() => setFeeds(true)}>
          Subscribe
        </Button>
      </div>
      <Legend />
      <Loaded query={days} rows={10}>
        {(found) => (
          <>
            {found.truncated && <p className="rounded-md bg-warn-soft px-3 py-1.5 text-xs">There are more slots than were counted; figures are at least so many.</p>}
            {found.days.every(isEmpty) && (
              <p className="text-sm text-muted">
                Nothing ran and nothing is planned on these days. Days fill as soon as a{" "}
                <Link {...paths.tasks()} className="underline underline-offset-2">
                  task
                </Link>{" "}
                has a schedule.
              </p>
            )}
            {/* Seven columns of tasks do not fit on a phone. */}
            {view === "agenda" || (view === "week" && narrow) ? (
              <Agenda days={found.days} today={today} timezone={timezone} onOpen={(day) => go({ day })} />
            ) : (
              <Grid days={found.days} today={today} timezone={timezone} month={view === "month" ? date.slice(0, 7) : null} onOpen={(day) => go({ day })} />
            )}
          </>
        )}
      </Loaded>
      {feeds && <FeedsDialog onClose={() => setFeeds(false)} />}
      {search.day && <DayDialog date={search.day} timezone={timezone} onClose={() => go({ day: undefined })} />}
    </Page>
  );
}

/** A day that had the focus and goes away, since the next month has fewer weeks, leaves it to the heading. */
function useFocusKept() {
  const heading = useRef<HTMLHeadingElement>(null);
  const button = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const look = (event: FocusEvent) => {
      button.current = (event.target as HTMLElement).closest<HTMLElement>("[data-day]");
    };
    addEventListener("focusin", look);
    return () => removeEventListener("focusin", look);
  }, []);
  useEffect(() => {
    if (button.current?.isConnected !== false) return;
    button.current = null;
    if (document.activeElement === document.body) heading.current?.focus();
  });
  return heading;
}

const isEmpty = ({ planned, skipped, succeeded, failed, missed, past_skipped }: PlanDay): boolean => planned + skipped + succeeded + failed + missed + past_skipped === 0;

/** Keys of the page, never while something is typed or a dialog is open. */
function useKeys(keys: Record<string, () => void>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if ((event.target as HTMLElement).closest("input,textarea,select,[contenteditable],[role=dialog],[role=alertdialog],[role=menu]")) return;
      latest.current[event.key]?.();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
