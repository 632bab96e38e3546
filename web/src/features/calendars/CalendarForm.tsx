import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Calendar, calendarCreate, type CalendarDefinition, calendarEffect, calendarUpdate } from "@/api/generated";
import { EffectList, effectWords } from "@/parts/EffectList";
import { paths } from "@/paths";
import { NotSaved } from "@/parts/NotSaved";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Dialog } from "@/ui/Dialog";
import { Failure } from "@/ui/Empty";
import { TextField } from "@/ui/Field";
import { say } from "@/ui/toasts";
import { EntriesEditor } from "./EntriesEditor";
import { MaintenancePart } from "./MaintenancePart";

/** Days that are looked ahead before saving. */
const DAYS = 60;

/** A new calendar, or a change of one: what it does to schedules is shown before it is saved. */
export function CalendarForm({ held }: { held: Calendar | null }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<CalendarDefinition>({
    name: held?.name ?? "",
    description: held?.description ?? "",
    entries: held?.entries ?? [],
    except: held?.except ?? [],
    maintenance: held?.maintenance ?? null,
  });
  const set = (change: Partial<CalendarDefinition>) => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held
        ? (await calendarUpdate({ path: { calendar: held.id }, headers: { "If-Match": `"${held.version}"` }, body: draft, throwOnError: true })).data
        : (await calendarCreate({ body: draft, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The calendar ${saved.name} is saved.`);
      await queries.invalidateQueries();
      void navigate(paths.calendarOne(saved.name));
    },
  });
  const look = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await calendarEffect({ path: { calendar: held?.name ?? draft.name }, body: draft, query: { days: DAYS }, throwOnError: true })).data,
    onSuccess: (effect) => {
      if (effect.appear_count + effect.vanish_count + effect.move_count === 0) save.mutate();
    },
  });
  const failure = apiError(save.error) ?? apiError(look.error);
  const shown = look.data && look.data.appear_count + look.data.vanish_count + look.data.move_count > 0 ? look.data : null;
  return (
    <form
      className="flex max-w-4xl flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.reset();
        look.mutate();
      }}
    >
      {failure && failure.fields.length === 0 && <NotSaved failure={failure} />}
      {failure && failure.fields.length > 0 && <Failure title="Not saved" detail={[failure.message, ...failure.fields.map((field) => `${field.pointer}: ${field.message}`)].join(" ")} requestId={failure.requestId} />}
      <Card>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label="Name" hint="a-z, 0-9, . _ -" required maxLength={100} value={draft.name} onText={(name) => set({ name })} error={messagesAt(failure, "/name")} />
          <TextField label="Description" value={draft.description ?? ""} onText={(description) => set({ description })} error={messagesAt(failure, "/description")} />
        </div>
      </Card>
      <Card title="Contains" hint="A date that any of these contains is in the calendar.">
        <EntriesEditor label="entry" pointer="/entries" entries={draft.entries ?? []} onEntries={(entries) => set({ entries })} failure={failure} />
      </Card>
      <Card title="Except" hint="Dates that are left out again.">
        <EntriesEditor label="exception" pointer="/except" entries={draft.except ?? []} onEntries={(except) => set({ except })} failure={failure} />
      </Card>
      <Card title="Maintenance" hint="On its dates and between its times, slots are skipped without any schedule naming it.">
        <MaintenancePart value={draft.maintenance ?? null} onValue={(maintenance) => set({ maintenance })} />
      </Card>
      <div className="flex justify-end gap-2">
        <Button onClick={() => void navigate(held ? paths.calendarOne(held.name) : paths.calendars())}>Cancel</Button>
        <Button type="submit" look="primary" busy={look.isPending || save.isPending}>
          Save the calendar
        </Button>
      </div>
      {shown && (
        <Dialog
          open
          wide
          onClose={() => look.reset()}
          title={`What this changes in the next ${DAYS} days`}
          hint={effectWords(shown)}
          footer={
            <>
              <Button onClick={() => look.reset()}>Back to the form</Button>
              <Button
                look="primary"
                onClick={() => {
                  look.reset();
                  save.mutate();
                }}
              >
                Save
              </Button>
            </>
          }
        >
          <EffectList effect={shown} named />
        </Dialog>
      )}
    </form>
  );
}
