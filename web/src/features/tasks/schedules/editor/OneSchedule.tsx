import { Trash2 } from "lucide-react";
import { messagesAt } from "@/api/errors";
import type { Schedule } from "@/api/generated";
import { scheduleCronDefaults } from "@/api/generated/contract.gen";
import { options } from "@/lib/words/words";
import { IconButton } from "@/ui/Button";
import { CheckField, SelectField } from "@/ui/fields/Field";
import type { PartProps } from "../../form/FormParts";
import { below } from "./fields";
import { isPreset, PATTERNS, patternOf, PRESETS, withPattern, withPreset } from "./patterns";
import { More } from "./More";
import { Preview } from "../preview/Preview";
import { RuleFields } from "./RuleFields";
import { usePreview } from "../preview/usePreview";

/** Props of OneSchedule. */
export interface OneScheduleProps {
  schedule: Schedule;
  place: number;
  /** Name of the task, which spreads H fields. */
  task: string;
  at: PartProps["at"];
  onSchedule: (schedule: Schedule) => void;
  onRemove: () => void;
}

/** One rule by which the task becomes due, and what it means. */
export function OneSchedule({ schedule, place, task, at: asked, onSchedule, onRemove }: OneScheduleProps) {
  const preview = usePreview(schedule, task);
  const saved = below(asked, place);
  // The preview judges the schedule alone, so it knows what is wrong even while other fields are not filled in yet.
  const at = (pointer: string, deep?: boolean) => missing(schedule, pointer) ?? saved(pointer, deep) ?? messagesAt(preview.failure, `/schedule${pointer}`, deep);
  const rule = { schedule, at, onSchedule };
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 rounded-md border border-line p-3">
      <legend className="sr-only">Schedule {place + 1}</legend>
      <div className="flex flex-wrap items-end gap-2">
        <SelectField className="min-w-0 flex-1 basis-64 sm:max-w-96" label="Repeats" value={patternOf(schedule)} options={options(PATTERNS)} onValue={(pattern) => onSchedule(withPattern(pattern, schedule))} />
        <span className="ml-auto flex items-center gap-2">
          <CheckField className="mb-0.5" label="Enabled" checked={schedule.enabled ?? scheduleCronDefaults.enabled} onChecked={(enabled) => onSchedule({ ...schedule, enabled })} />
          <IconButton label={`Remove schedule ${place + 1}`} icon={<Trash2 size={15} />} onClick={onRemove} />
        </span>
      </div>
      <div role="group" aria-label="Common schedules" className="flex flex-wrap gap-1.5">
        {PRESETS.map(({ word, rule: preset }) => (
          <button
            key={word}
            type="button"
            aria-pressed={isPreset(preset, schedule)}
            onClick={() => onSchedule(withPreset(preset, schedule))}
            className="min-h-6 rounded-full border border-line-strong px-2.5 text-xs hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-9"
          >
            {word}
          </button>
        ))}
      </div>
      <RuleFields {...rule} />
      {saved("") && <p className="text-xs font-medium text-fail">{saved("")}</p>}
      <Preview preview={preview} schedule={schedule} />
      <More {...rule} />
    </fieldset>
  );
}

/** Says what to choose where a time is still empty, instead of showing a format error. */
function missing(schedule: Schedule, pointer: string): string | undefined {
  if (schedule.kind === "once" && schedule.at === "" && pointer === "/at") return "Choose the day and the time.";
  if (schedule.kind === "rrule" && schedule.dtstart === "" && pointer === "/dtstart") return "Choose when it begins.";
  return undefined;
}
