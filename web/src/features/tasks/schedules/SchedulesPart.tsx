import { Plus } from "lucide-react";
import type { Schedule } from "@/api/generated";
import { ZoneNames } from "@/shared/core/ZoneNames";
import { Button } from "@/ui/Button";
import { Part, type PartProps } from "../form/FormParts";
import { OneSchedule } from "./editor/OneSchedule";
import { firstSchedule } from "./editor/patterns";

/** Rules by which the task becomes due. */
export function SchedulesPart({ draft, set, at }: PartProps) {
  const change = (place: number, schedule: Schedule) => set({ schedules: draft.schedules.map((old, each) => (each === place ? schedule : old)) });
  return (
    <Part id="schedules" title="Schedules" hint={draft.schedules.length === 0 ? draft.triggers.length > 0 ? "None. Only triggers and people start it." : "None. It only runs when somebody starts it." : "When the task runs. The server previews each schedule."}>
      {draft.schedules.map((schedule, place) => (
        <OneSchedule
          // oxlint-disable-next-line react/no-array-index-key -- new schedules have no id yet; the place is what stays
          key={place}
          schedule={schedule}
          place={place}
          task={draft.name}
          at={at}
          onSchedule={(next) => change(place, next)}
          onRemove={() => set({ schedules: draft.schedules.filter((_, each) => each !== place) })}
        />
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => set({ schedules: [...draft.schedules, firstSchedule()] })}>
        Add a schedule
      </Button>
      <ZoneNames />
    </Part>
  );
}
