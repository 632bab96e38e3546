import { TimerReset } from "lucide-react";
import type { LateKind, Lateness } from "@/api/generated";
import { cx } from "@/lib/cx";

/** What is late, in one word. */
export const LATE_KINDS: Record<LateKind, { now: string; over: string }> = {
  start: { now: "late", over: "started late" },
  finish: { now: "late", over: "ended late" },
  missed: { now: "missed", over: "missed" },
  silent: { now: "silent", over: "was silent" },
  running_long: { now: "runs long", over: "ran long" },
  waiting_long: { now: "waits long", over: "waited long" },
  never_fires: { now: "never fires", over: "did not fire" },
};

/** What is late about a task or a slot, with the reason as its title. What is over is grey. */
export function LateMark({ lateness, short }: { lateness: Lateness | null; short?: boolean }) {
  if (!lateness) return null;
  const word = LATE_KINDS[lateness.kind][lateness.over_at === null ? "now" : "over"];
  return (
    <span title={lateness.reason.text} className={cx("inline-flex items-center gap-1 align-middle text-xs font-medium whitespace-nowrap", lateness.over_at === null ? "text-warn" : "text-muted")}>
      <TimerReset size={14} strokeWidth={2.5} aria-hidden />
      {word}
      {short && <span className="sr-only">: {lateness.reason.text}</span>}
    </span>
  );
}
