import { ArrowRight, CalendarX, type LucideIcon, Minus, Plus } from "lucide-react";
import type { Effect, Reason, SlotPreview } from "@/api/generated";
import { cx } from "@/lib/cx";
import { count, plural } from "@/lib/numbers";
import { wallTime } from "@/lib/time/time";
import { noteWords } from "@/lib/words/notes";
import { DateTime } from "@/ui/text/Time";

/** Most slots that are listed of each sort. */
const SHOWN = 10;

/** `12 slots appear, 3 vanish, 2 move`. */
export function effectWords({ appear_count, vanish_count, move_count }: Effect): string {
  const parts = [
    appear_count > 0 ? `${plural(appear_count, "slot")} ${appear_count === 1 ? "appears" : "appear"}` : "",
    vanish_count > 0 ? `${plural(vanish_count, "slot")} ${vanish_count === 1 ? "vanishes" : "vanish"}` : "",
    move_count > 0 ? `${plural(move_count, "slot")} ${move_count === 1 ? "moves" : "move"}` : "",
  ].filter(Boolean);
  return parts.length === 0 ? "No slot changes." : `${parts.join(", ")}.`;
}

type Row = { key: string; task: string; slot: SlotPreview; to?: SlotPreview };

/** Slots that a change adds, drops and moves: how many, and the first of each. `named` shows the task of each slot. */
export function EffectList({ effect, named }: { effect: Effect; named?: boolean }) {
  const appear = effect.tasks.flatMap(({ task, appear: slots }) => slots.map((slot): Row => ({ key: `${task}${slot.schedule_key}${slot.scheduled_for}`, task, slot })));
  const vanish = effect.tasks.flatMap(({ task, vanish: slots }) => slots.map((slot): Row => ({ key: `${task}${slot.schedule_key}${slot.scheduled_for}`, task, slot })));
  const moved = effect.tasks.flatMap(({ task, moved: pairs }) => pairs.map(({ from, to }): Row => ({ key: `${task}${from.schedule_key}${from.scheduled_for}`, task, slot: from, to })));
  return (
    <div className="flex flex-col gap-4">
      <Silenced warnings={effect.warnings} />
      <Group word="Vanish" tone="text-fail" glyph={Minus} rows={vanish} total={effect.vanish_count} named={named} struck />
      <Group word="Appear" tone="text-ok" glyph={Plus} rows={appear} total={effect.appear_count} named={named} />
      <Group word="Move" tone="text-run" glyph={ArrowRight} rows={moved} total={effect.move_count} named={named} />
      <MayWait tasks={effect.tasks} />
      {effect.truncated && <p className="text-xs text-muted">Only part of the slots were compared, so the real figures may be higher.</p>}
    </div>
  );
}

/** Tasks whose runs may start after their slots. */
function MayWait({ tasks }: { tasks: Effect["tasks"] }) {
  const waiting = tasks.filter(({ may_wait }) => may_wait).map(({ task }) => task);
  if (waiting.length === 0) return null;
  return <p className="text-xs text-muted">Runs of {waiting.slice(0, SHOWN).join(", ")} may wait for dependencies, so they may start after their slots.</p>;
}

/** Schedules that never fire because of a calendar, the first ones with their reason. */
export function Silenced({ warnings, className }: { warnings: Reason[]; className?: string }) {
  if (warnings.length === 0) return null;
  return (
    <section aria-label="Schedules that never fire" className={cx("rounded-md bg-warn-soft px-3 py-2 text-sm text-warn", className)}>
      <h3 className="flex items-center gap-1.5 font-semibold">
        <CalendarX size={15} aria-hidden /> Schedules that never fire
      </h3>
      <ul className="mt-1">
        {warnings.map(({ code, text }) => (
          <li key={`${code} ${text}`} className="break-words">
            {text}.
          </li>
        ))}
      </ul>
    </section>
  );
}

function Group({ word, tone, glyph: Glyph, rows, total, named, struck }: { word: string; tone: string; glyph: LucideIcon; rows: Row[]; total: number; named: boolean | undefined; struck?: boolean }) {
  if (total === 0) return null;
  const shown = rows.slice(0, SHOWN);
  return (
    <section aria-label={`${word}: ${total}`}>
      <h3 className={`flex items-center gap-1.5 text-sm font-semibold ${tone}`}>
        <Glyph size={15} strokeWidth={2.5} aria-hidden /> {word} <span className="font-normal text-muted">{count(total)}</span>
      </h3>
      <ul className="mt-1 divide-y divide-line text-sm tabular-nums">
        {shown.map(({ key, task, slot, to }) => (
          <li key={key} className="flex flex-wrap items-baseline gap-x-3 py-1">
            {named && <span className="font-medium break-all">{task}</span>}
            <Wall slot={slot} struck={struck || to !== undefined} />
            {to && (
              <>
                <ArrowRight size={13} className="self-center text-muted" aria-label="to" />
                <Wall slot={to} />
              </>
            )}
            <DateTime at={(to ?? slot).scheduled_for} plain className="text-xs text-muted" />
            {(to ?? slot).notes.length > 0 && <span className="w-full text-xs text-warn">{noteWords((to ?? slot).notes)}</span>}
          </li>
        ))}
      </ul>
      {total > shown.length && <p className="pt-1 text-xs text-muted">and {count(total - shown.length)} more</p>}
    </section>
  );
}

function Wall({ slot, struck }: { slot: SlotPreview; struck?: boolean | undefined }) {
  const { day, time, offset } = wallTime(slot.scheduled_local);
  return (
    <span className={struck ? "text-muted line-through" : undefined}>
      {day}, {time} <span className="text-xs text-muted">{offset}</span>
    </span>
  );
}
