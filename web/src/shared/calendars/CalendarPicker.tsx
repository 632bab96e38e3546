import { useState } from "react";
import { Picker, type PickerProps } from "@/ui/fields/Picker";
import { useCalendarNames } from "./useCalendarNames";

/** Props of CalendarPicker. */
export type CalendarPickerProps = Pick<PickerProps, "label" | "hint" | "error" | "names" | "onNames">;

/** Chooses calendars. */
export function CalendarPicker(props: CalendarPickerProps) {
  const [text, setText] = useState("");
  const calendars = useCalendarNames();
  const wanted = text.trim().toLowerCase();
  return (
    <Picker
      {...props}
      placeholder="Search for a calendar"
      nothing="There is no calendar yet. Create one under Calendars."
      text={text}
      onText={setText}
      found={{ names: (calendars.data ?? []).filter((name) => name.includes(wanted)), state: calendars.isError ? "failed" : calendars.isPending ? "asking" : "known", more: false }}
      isLost={(name) => calendars.data?.includes(name) === false}
    />
  );
}
