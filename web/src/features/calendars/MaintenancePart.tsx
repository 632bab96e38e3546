import { type ApiError, messagesAt } from "@/api/errors";
import type { Maintenance } from "@/api/generated";
import { viewerZone } from "@/lib/time";
import { CheckField, TextField } from "@/ui/Field";
import { TagEditor } from "@/ui/Lists";

/** Whether the calendar is a maintenance window, and when. */
export function MaintenancePart({ value, onValue, failure }: { value: Maintenance | null; onValue: (value: Maintenance | null) => void; failure: ApiError | null }) {
  const fault = (field: string) => messagesAt(failure, `/maintenance/${field}`);
  return (
    <div className="flex flex-col gap-3">
      <CheckField label="Nothing starts in it: a maintenance window" checked={value !== null} onChecked={(on) => onValue(on ? { timezone: viewerZone(), from: "22:00", to: "04:00", tags: [] } : null)} />
      {value && (
        <div className="grid gap-3 sm:grid-cols-3">
          <TextField error={fault("from")} label="From" placeholder="22:00" value={value.from} onText={(from) => onValue({ ...value, from })} />
          <TextField error={fault("to")} label="To" placeholder="04:00" hint="Not after From: it reaches over midnight." value={value.to} onText={(to) => onValue({ ...value, to })} />
          <TextField error={fault("timezone")} label="Time zone" value={value.timezone} onText={(timezone) => onValue({ ...value, timezone })} />
          <div className="sm:col-span-3">
            <TagEditor label="Only tasks with these tags" hint="None: all tasks." tags={value.tags ?? []} onTags={(tags) => onValue({ ...value, tags })} />
          </div>
        </div>
      )}
    </div>
  );
}
