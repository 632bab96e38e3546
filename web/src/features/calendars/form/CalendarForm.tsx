import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { type Calendar, type CalendarDefinition, calendarView } from "@/api/generated";
import { changedFields } from "@/lib/changedFields";
import { Conflict } from "@/shared/core/Conflict";
import { EffectDialog } from "@/shared/forecast/EffectDialog";
import { focusFaultSoon, useBlocked, useGuard, useSaveKey } from "@/shared/core/formHooks";
import { NameField } from "@/shared/core/NameField";
import { NotSaved } from "@/shared/core/NotSaved";
import { paths } from "@/paths";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { TextField } from "@/ui/fields/Field";
import { say } from "@/ui/layers/toasts";
import { EntriesEditor } from "./EntriesEditor";
import { MaintenancePart } from "./MaintenancePart";
import { DAYS, useCalendarSave } from "./useCalendarSave";

const definitionOf = (calendar: Calendar | null): CalendarDefinition => ({
  name: calendar?.name ?? "",
  description: calendar?.description ?? "",
  entries: calendar?.entries ?? [],
  except: calendar?.except ?? [],
  maintenance: calendar?.maintenance ?? null,
});

/** A new calendar, or a change of one: what it does to schedules is shown before it is saved. */
export function CalendarForm({ held }: { held: Calendar | null }) {
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const done = useRef(false);
  const [base, setBase] = useState(() => ({ definition: definitionOf(held), version: held?.version ?? null }));
  const [draft, setDraft] = useState(base.definition);
  const set = (change: Partial<CalendarDefinition>) => setDraft((old) => ({ ...old, ...change }));
  const changed = useMemo(() => changedFields(base.definition, draft), [base, draft]);
  const { save, look, failure, busy, asked, at: heard } = useCalendarSave(held, {
    saved: async ({ name }) => {
      done.current = true;
      say(`The calendar ${name} is saved.`);
      await navigate(paths.calendarOne(name));
    },
    failed: (error) => focusFaultSoon(form, error),
  });
  const at = (pointer: string, deep?: boolean) => heard(draft, pointer, deep);
  const submit = () => {
    save.reset();
    look.mutate({ definition: draft, version: base.version });
  };
  const store = (version: number | null) => {
    look.reset();
    save.mutate({ definition: draft, version });
  };
  useSaveKey(submit, busy || save.isSuccess || asked !== null);
  useBlocked(changed.length > 0 && !save.isSuccess);
  const guard = useGuard(changed.length > 0, done);
  return (
    <form
      ref={form}
      noValidate
      className="flex max-w-4xl flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      {failure?.status === 412 && held && (
        <Conflict
          what={held.id}
          current={async () => (await calendarView({ path: { calendar: held.id }, throwOnError: true })).data}
          changedBy={(theirs) => changedFields(base.definition, definitionOf(theirs))}
          onTheirs={(theirs) => {
            setBase({ definition: definitionOf(theirs), version: theirs.version });
            setDraft(definitionOf(theirs));
            save.reset();
          }}
          onMine={(theirs) => {
            setBase({ ...base, version: theirs.version });
            store(theirs.version);
          }}
        />
      )}
      {failure && failure.status !== 412 && <NotSaved failure={failure} />}
      <Card>
        <div className="grid gap-3 sm:grid-cols-2">
          <NameField value={draft.name} onText={(name) => set({ name })} error={at("/name")} />
          <TextField label="Description" value={draft.description ?? ""} onText={(description) => set({ description })} error={at("/description")} />
        </div>
      </Card>
      <Card title="Contains" hint="The calendar contains every date that one of these entries matches.">
        <EntriesEditor label="entry" pointer="/entries" entries={draft.entries ?? []} onEntries={(entries) => set({ entries })} at={at} />
      </Card>
      <Card title="Except" hint="Dates that are removed again.">
        <EntriesEditor label="exception" pointer="/except" entries={draft.except ?? []} onEntries={(except) => set({ except })} at={at} />
      </Card>
      <Card title="Maintenance" hint="A maintenance window skips slots of all schedules on its dates, between its times.">
        <MaintenancePart value={draft.maintenance ?? null} onValue={(maintenance) => set({ maintenance })} at={at} />
      </Card>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void navigate(held ? paths.calendarOne(held.name) : paths.calendars())}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy}>
          Save the calendar
        </Button>
      </div>
      {asked && <EffectDialog days={DAYS} effect={asked} named onClose={() => look.reset()} onSave={() => store(base.version)} />}
      {guard}
    </form>
  );
}
