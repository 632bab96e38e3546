import type { Maintenance } from "@/api/generated";
import { viewerZone } from "@/lib/time/time";
import { CheckField, TextField } from "@/ui/fields/Field";
import { TagEditor } from "@/ui/fields/Lists";
import type { At } from "./EntriesEditor";
import { ZONE_NAMES, ZoneNames } from "@/shared/core/ZoneNames";

/** Whether the calendar is a maintenance window, and when. */
export function MaintenancePart({ value, onValue, at }: { value: Maintenance | null; onValue: (value: Maintenance | null) => void; at: At }) {
  const tags = at("/maintenance/tags", true);
  const whole = at("/maintenance");
  return (
    <div className="flex flex-col gap-3">
      <CheckField label="This is a maintenance window: nothing starts in it" checked={value !== null} onChecked={(on) => onValue(on ? { timezone: viewerZone(), from: "22:00", to: "04:00", tags: [] } : null)} />
      {value && (
        <div className="grid gap-3 sm:grid-cols-3">
          <TextField label="From" placeholder="22:00" error={at("/maintenance/from")} value={value.from} onText={(from) => onValue({ ...value, from })} />
          <TextField label="To" placeholder="04:00" hint="If it is not after From, it is on the next day." error={at("/maintenance/to")} value={value.to} onText={(to) => onValue({ ...value, to })} />
          <TextField label="Time zone" list={ZONE_NAMES} error={at("/maintenance/timezone")} value={value.timezone} onText={(timezone) => onValue({ ...value, timezone })} />
          <ZoneNames />
          {whole && <p className="text-xs font-medium text-fail sm:col-span-3">{whole}</p>}
          <div className="sm:col-span-3">
            <TagEditor label="Only tasks with these tags" hint="None means all tasks." tags={value.tags ?? []} onTags={(tags) => onValue({ ...value, tags })} />
            {tags && <p className="text-xs font-medium text-fail">{tags}</p>}
          </div>
        </div>
      )}
    </div>
  );
}
