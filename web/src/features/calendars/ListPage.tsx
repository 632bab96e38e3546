import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp, Plus } from "lucide-react";
import { useState } from "react";
import type { CalendarSummary } from "@/api/generated";
import { problemWords } from "@/lib/words/reasons";
import { calendarListInfiniteOptions } from "@/api/generated/@tanstack/react-query.gen";
import { PAGED } from "@/api/pages";
import { shortDayWord } from "@/lib/time/dates";
import { plural } from "@/lib/numbers";
import { Pages } from "@/shared/core/Pages";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Badge } from "@/ui/text/Badge";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/layout/Empty";
import { Page } from "@/ui/layout/Page";
import { ImportDialog } from "./ImportDialog";

/** All calendars. */
export default function ListPage() {
  const calendars = useInfiniteQuery({ ...calendarListInfiniteOptions(), ...PAGED });
  const navigate = useNavigate();
  const denied = useDenied("define");
  const [importing, setImporting] = useState(false);
  const actions = (
    <>
      <Button icon={<FileUp size={15} aria-hidden />} disabledReason={denied} onClick={() => setImporting(true)}>
        Import a file
      </Button>
      <Button look="primary" icon={<Plus size={15} aria-hidden />} disabledReason={denied} onClick={() => void navigate(paths.calendarNew())}>
        New calendar
      </Button>
    </>
  );
  return (
    <Page title="Calendars" hint="Sets of dates on which schedules run or do not run, and maintenance windows." actions={actions}>
      <Pages list={calendars} rows={5}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="No calendars yet" cli="orc calendar import holidays --ics @holidays.ics" action={actions}>
              Put holidays into a calendar, or import them from an .ics file. A schedule can then skip those days or run only on them.
            </Empty>
          ) : (
            <ul className="divide-y divide-line rounded-lg border border-line bg-surface text-sm">
              {items.map((calendar) => (
                <Row key={calendar.id} calendar={calendar} />
              ))}
            </ul>
          )
        }
      </Pages>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}

function Row({ calendar }: { calendar: CalendarSummary }) {
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2">
      <span className="flex min-w-0 flex-1 basis-52 flex-col">
        <span className="flex flex-wrap items-center gap-2">
          <Link {...paths.calendarOne(calendar.name)} className="font-medium underline-offset-2 hover:underline">
            {calendar.name}
          </Link>
          {calendar.maintenance && <Badge tone="warn">Maintenance</Badge>}
          {problemWords(calendar) && <Badge tone="fail">Damaged</Badge>}
        </span>
        {calendar.description && <span className="text-xs text-muted">{calendar.description}</span>}
      </span>
      <span className="w-28 text-muted">{plural(calendar.entry_count, "entry", "entries")}</span>
      <span className="w-28 text-muted">{usedWords(calendar)}</span>
      <span className="w-40 text-muted">{calendar.next_date ? `next ${shortDayWord(calendar.next_date)}` : calendar.entry_count === 0 ? "no dates" : "no more dates"}</span>
    </li>
  );
}

/** A maintenance window holds without anything naming it. */
function usedWords({ maintenance, used_by_count }: CalendarSummary): string {
  if (used_by_count > 0) return `used by ${used_by_count}`;
  return maintenance ? "applies by itself" : "not used";
}
