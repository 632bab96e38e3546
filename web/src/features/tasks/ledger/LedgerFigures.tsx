import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { SlotSummary } from "@/api/generated";
import { problemWords } from "@/lib/words/reasons";
import { slotSummaryOptions } from "@/api/generated/@tanstack/react-query.gen";
import { count } from "@/lib/numbers";
import { Loaded } from "@/shared/core/Loaded";
import { Card } from "@/ui/layout/Card";

/** Figures of a period, of all schedules or of one. */
export type SlotCounts = Omit<SlotSummary, "from_at" | "until_at" | "schedules">;

/** `288 expected, 288 accounted for: 280 ran, 5 skipped, 3 missed`. */
export function figureWords({ expected, ran, skipped, missed, pending, unaccounted }: SlotCounts): string {
  if (expected === 0) return "No slot was expected in this period";
  const parts = [`${count(ran)} ran`, skipped > 0 ? `${count(skipped)} skipped` : "", missed > 0 ? `${count(missed)} missed` : "", pending > 0 ? `${count(pending)} pending` : ""].filter(Boolean);
  return `${count(expected)} expected, ${count(expected - unaccounted)} accounted for: ${parts.join(", ")}`;
}

/** Whether every due slot has an entry. The server recomputes the slots from the definitions instead of trusting the ledger. */
export function LedgerFigures({ task, range }: { task: string; range: { from_at: string; until_at: string } }) {
  const summary = useQuery(slotSummaryOptions({ query: { task, ...range } }));
  return (
    <Card title="Completeness" hint="Orc computes the expected slots from the stored definitions and compares them with the ledger.">
      <Loaded query={summary} rows={2}>
        {(data) => <Figures summary={data} />}
      </Loaded>
    </Card>
  );
}

function Figures({ summary }: { summary: SlotSummary }) {
  const good = summary.unaccounted === 0;
  const Glyph = good ? CircleCheck : CircleAlert;
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-start gap-2 text-lg font-semibold tabular-nums">
        <Glyph size={20} className={`mt-0.5 shrink-0 ${good ? "text-ok" : "text-fail"}`} aria-hidden />
        {figureWords(summary)}
      </p>
      {!good && (
        <p role="alert" className="rounded-md bg-fail-soft px-3 py-2 text-sm font-medium text-fail">
          {count(summary.unaccounted)} {summary.unaccounted === 1 ? "slot has" : "slots have"} no entry. This should never happen. Please report it with the server's log of that time.
        </p>
      )}
      {summary.surplus > 0 && <p className="text-sm text-muted">{count(summary.surplus)} entries belong to slots that today's definition does not have, because the schedule was different then.</p>}
      <Bar counts={summary} />
      {(summary.schedules.length > 1 || summary.schedules.some(problemWords)) && (
        <ul className="divide-y divide-line border-t border-line text-sm">
          {summary.schedules.map((each) => (
            <li key={each.schedule_key} className="flex flex-wrap gap-x-3 py-1.5">
              <span className="font-medium">{each.words || each.schedule_key}</span>
              <span className={each.unaccounted > 0 ? "text-fail" : "text-muted"}>{figureWords(each)}</span>
              {problemWords(each) && <span className="w-full text-xs text-warn first-letter:uppercase">{problemWords(each)}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const PARTS: [keyof SlotCounts, string, string][] = [
  ["ran", "ran", "bg-ok"],
  ["skipped", "skipped", "bg-line-strong"],
  ["missed", "missed", "bg-warn"],
  ["pending", "pending", "hatched border border-line-strong"],
  ["unaccounted", "not accounted for", "bg-fail"],
];

function Bar({ counts }: { counts: SlotCounts }) {
  const shown = PARTS.filter(([part]) => counts[part] > 0);
  if (shown.length === 0) return null;
  return (
    <div>
      <div className="state-bar flex h-2.5 gap-px overflow-hidden rounded-full" aria-hidden>
        {shown.map(([part, , fill]) => (
          <span key={part} className={fill} style={{ flexGrow: counts[part], minWidth: 4 }} />
        ))}
      </div>
      <ul className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {shown.map(([part, word, fill]) => (
          <li key={part} className="inline-flex items-center gap-1.5">
            <span className={`size-2.5 rounded-sm ${fill}`} aria-hidden /> {count(counts[part])} {word}
          </li>
        ))}
      </ul>
    </div>
  );
}
