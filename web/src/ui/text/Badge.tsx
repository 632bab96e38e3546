import { Ban, Check, CircleDashed, Clock, type LucideIcon, Play, RotateCw, SkipForward, TimerOff, TriangleAlert, Unplug, X } from "lucide-react";
import type { ReactNode } from "react";
import type { RunState, SlotOutcome } from "@/api/generated";
import { cx } from "@/lib/cx";
import { RUN_STATES, SLOT_OUTCOMES, type Tone } from "@/lib/words/words";

const TEXT: Record<Tone, string> = { ok: "text-ok", fail: "text-fail", run: "text-run", warn: "text-warn", idle: "text-idle" };
const SOFT: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  fail: "bg-fail-soft text-fail",
  run: "bg-run-soft text-run",
  warn: "bg-warn-soft text-warn",
  idle: "bg-idle-soft text-idle",
};

const GLYPHS: Record<RunState, LucideIcon> = {
  waiting: CircleDashed,
  queued: Clock,
  running: Play,
  backing_off: RotateCw,
  succeeded: Check,
  failed: X,
  timed_out: TimerOff,
  cancelled: Ban,
  skipped: SkipForward,
  lost: Unplug,
};

const OUTCOME_GLYPHS: Record<SlotOutcome, LucideIcon> = { run: Check, skipped: SkipForward, missed: TriangleAlert, pending: CircleDashed };

/** A small label. */
export function Badge({ tone = "idle", children, className }: { tone?: Tone; children: ReactNode; className?: string }) {
  return <span className={cx("inline-flex items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap", SOFT[tone], className)}>{children}</span>;
}

/** The state of a run: glyph, word and colour, the same everywhere. */
export function StateBadge({ state, soft }: { state: RunState; soft?: boolean }) {
  const { word, tone } = RUN_STATES[state];
  const Glyph = GLYPHS[state];
  return (
    <span
      data-state={state}
      className={cx("inline-flex items-center gap-1.5 align-middle text-sm font-medium whitespace-nowrap", soft ? cx("rounded-md px-2 py-0.5", SOFT[tone]) : TEXT[tone])}
    >
      <Glyph size={14} strokeWidth={2.5} aria-hidden className={state === "running" ? "breathing fill-current" : undefined} />
      {word}
    </span>
  );
}

/** What became of a slot. */
export function OutcomeBadge({ outcome }: { outcome: SlotOutcome }) {
  const { word, tone } = SLOT_OUTCOMES[outcome];
  const Glyph = OUTCOME_GLYPHS[outcome];
  return (
    <span className={cx("inline-flex items-center gap-1.5 align-middle text-sm font-medium whitespace-nowrap", TEXT[tone])}>
      <Glyph size={14} strokeWidth={2.5} aria-hidden />
      {word}
    </span>
  );
}
