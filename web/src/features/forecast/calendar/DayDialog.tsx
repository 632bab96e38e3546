import { useQuery } from "@tanstack/react-query";
import { planDaysOptions } from "@/api/generated/@tanstack/react-query.gen";
import { addDays, dayStart, dayWord } from "@/lib/time/dates";
import { Loaded } from "@/shared/core/Loaded";
import { Dialog } from "@/ui/layers/Dialog";
import { useNow } from "@/ui/text/Time";
import { DayRuns, DayWithout } from "./DayPast";
import { DayPlan } from "./DayPlan";
import { Figures, Names } from "./Days";

/** A day in the zone of the page, as instants. */
export interface DayPeriod {
  from_at: string;
  until_at: string;
}

/** One day: what ran, what was missed and what is planned. */
export function DayDialog({ date, timezone, onClose }: { date: string; timezone: string; onClose: () => void }) {
  const now = useNow();
  const [begin, end] = [dayStart(date, timezone), dayStart(addDays(date, 1), timezone)];
  const period: DayPeriod = { from_at: new Date(begin).toISOString(), until_at: new Date(end).toISOString() };
  const days = useQuery(planDaysOptions({ query: { from: date, until: date, timezone, by_task: true } }));
  return (
    <Dialog open wide onClose={onClose} title={dayWord(date)} hint={`Times in ${timezone}`}>
      <Loaded query={days}>
        {(found) => {
          const day = found.days[0];
          if (!day) return null;
          const ran = day.succeeded + day.failed;
          return (
            <div className="flex flex-col gap-4 text-sm">
              <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
                <Figures day={day} words />
                <Names day={day} />
                {found.truncated && <span className="text-xs text-warn">There are more slots than Orc counted.</span>}
              </div>
              {ran + day.planned + day.skipped + day.missed + day.past_skipped === 0 && <p className="text-muted">Nothing ran on this day and nothing is planned.</p>}
              {day.planned + day.skipped > 0 && <DayPlan day={day} period={period} timezone={timezone} />}
              {day.missed > 0 && <DayWithout outcome="missed" period={period} timezone={timezone} />}
              {day.past_skipped > 0 && <DayWithout outcome="skipped" period={period} timezone={timezone} />}
              {begin <= now && <DayRuns period={period} timezone={timezone} />}
            </div>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
