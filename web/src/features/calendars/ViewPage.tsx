import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Calendar, calendarDelete } from "@/api/generated";
import { problemWords } from "@/lib/words/reasons";
import { calendarDatesOptions, calendarViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Silenced } from "@/shared/forecast/EffectList";
import { Loaded } from "@/shared/core/Loaded";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Button, IconButton } from "@/ui/Button";
import { Card, Facts } from "@/ui/layout/Card";
import { Confirm } from "@/ui/layers/Dialog";
import { Page } from "@/ui/layout/Page";
import { say } from "@/ui/layers/toasts";
import { EntryWords } from "./EntryWords";
import { Year } from "./Year";

const route = getRouteApi("/app/calendars/$calendar");

/** One calendar: its dates over a year, its entries, and who uses it. */
export default function ViewPage() {
  const { calendar: name } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const denied = useDenied("define");
  const [asking, setAsking] = useState(false);
  const view = useQuery(calendarViewOptions({ path: { calendar: name } }));
  const [thisYear] = useState(() => new Date().getFullYear());
  const year = search.year ?? thisYear;
  const dates = useQuery(calendarDatesOptions({ path: { calendar: name }, query: { from: `${year}-01-01`, until: `${year}-12-31` } }));
  const go = (to: number) => void navigate({ to: "/calendars/$calendar", params: { calendar: name }, search: { year: to } });
  const actions = (
    <>
      <Button icon={<Pencil size={15} aria-hidden />} disabledReason={denied ?? (view.data ? undefined : "Still loading.")} onClick={() => void navigate(paths.calendarEdit(name))}>
        Edit
      </Button>
      <Button icon={<Trash2 size={15} aria-hidden />} disabledReason={denied ?? (view.data ? undefined : "Still loading.")} onClick={() => setAsking(true)}>
        Delete
      </Button>
    </>
  );
  return (
    <Page title={name} hint={view.data?.description} actions={actions}>
      <Silenced warnings={view.data?.warnings ?? []} className="mb-3" />
      <Card
        title={`Dates of ${year}`}
        actions={
          <>
            <IconButton label="Year before" icon={<ChevronLeft size={16} aria-hidden />} onClick={() => go(year - 1)} />
            <IconButton label="Next year" icon={<ChevronRight size={16} aria-hidden />} onClick={() => go(year + 1)} />
          </>
        }
      >
        {/* A calendar that is not there is told once, below. */}
        {!view.error && (
          <Loaded query={dates} rows={8}>
            {(found) => <Year year={year} dates={found.dates} />}
          </Loaded>
        )}
      </Card>
      <Loaded query={view} rows={4}>
        {(calendar) => (
          <>
            {problemWords(calendar) && (
              <p role="alert" className="mb-3 rounded-md bg-fail-soft px-3 py-2 text-sm font-medium text-fail first-letter:uppercase">
                {problemWords(calendar)}.
              </p>
            )}
            <Details calendar={calendar} />
            <Deletion calendar={calendar} open={asking} onClose={() => setAsking(false)} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Details({ calendar }: { calendar: Calendar }) {
  const { maintenance } = calendar;
  return (
    <div className="grid items-start gap-3 lg:grid-cols-2">
      <Card title="Entries">
        <Entries title="Contains" entries={calendar.entries} />
        <Entries title="Except" entries={calendar.except} />
        {maintenance && (
          <Facts
            className="mt-3"
            items={[
              ["Maintenance", `${maintenance.from} to ${maintenance.to}, ${maintenance.timezone}`],
              ["Stops", maintenance.tags?.length ? `tasks with ${maintenance.tags.join(", ")}` : "all tasks"],
            ]}
          />
        )}
      </Card>
      <Card title="Used by">
        {calendar.used_by.length + calendar.contained_in.length === 0 && <p className="text-sm text-muted">No schedule and no other calendar uses it.</p>}
        <ul className="text-sm">
          {calendar.used_by.map((task) => (
            <li key={task}>
              <Link {...paths.task(task)} className="underline-offset-2 hover:underline">
                {task}
              </Link>
            </li>
          ))}
          {calendar.contained_in.map((other) => (
            <li key={other}>
              <Link {...paths.calendarOne(other)} className="underline-offset-2 hover:underline">
                calendar {other}
              </Link>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}

function Entries({ title, entries }: { title: string; entries: Calendar["entries"] }) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title} className="not-first:mt-3">
      <h3 className="text-xs font-semibold text-muted">{title}</h3>
      <ul className="max-h-72 overflow-y-auto text-sm" tabIndex={0} aria-label={`${title}, ${entries.length}`}>
        {entries.map((entry) => (
          <li key={JSON.stringify(entry)} className="py-0.5">
            <EntryWords entry={entry} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Deletion({ calendar, open, onClose }: { calendar: Calendar; open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: async () => {
      await calendarDelete({ path: { calendar: calendar.name }, headers: { "If-Match": `"${calendar.version}"` }, throwOnError: true });
    },
    onSuccess: async () => {
      say(`The calendar ${calendar.name} is deleted.`);
      await navigate(paths.calendars());
      await queries.invalidateQueries();
    },
  });
  const users = [...calendar.used_by, ...calendar.contained_in];
  const used = users.length > 0 ? "It is in use. Remove it from everything that uses it first." : undefined;
  const text = used ? `In use by ${users.join(", ")}. Remove it from them first.` : "Nothing uses it.";
  return <Confirm question={open ? { title: `Delete the calendar ${calendar.name}?`, text, verb: "Delete the calendar", keep: "Keep the calendar", disabledReason: used, onYes: () => remove.mutateAsync() } : null} onClose={onClose} />;
}
