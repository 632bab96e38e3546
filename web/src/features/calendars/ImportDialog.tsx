import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type CalendarImport, type CalendarImportWarning, calendarImport } from "@/api/generated";
import { calendarImportDefaults } from "@/api/generated/contract.gen";
import { plural } from "@/lib/numbers";
import { readUpload } from "@/lib/upload";
import { paths } from "@/paths";
import { NameField } from "@/shared/core/NameField";
import { ZONE_NAMES, ZoneNames } from "@/shared/core/ZoneNames";
import { Button } from "@/ui/Button";
import { FormDialog } from "@/ui/layers/FormDialog";
import { CheckField, TextArea, TextField } from "@/ui/fields/Field";
import { say, sayFailure } from "@/ui/layers/toasts";
import { EntryWords } from "./EntryWords";

/** Entries and warnings that are shown before the import. */
const SHOWN = 12;

/** A calendar out of an iCalendar file: looked at first, then saved. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<CalendarImport>({ ...calendarImportDefaults, name: "" });
  const [file, setFile] = useState("");
  const [zone, setZone] = useState("");
  const body = { ...draft, timezone: zone.trim() || null };
  const look = useMutation({ meta: { quiet: true }, mutationFn: async () => (await calendarImport({ body, query: { dry_run: true }, throwOnError: true })).data });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await calendarImport({ body, throwOnError: true })).data,
    onSuccess: async ({ calendar, date_count }) => {
      say(`${calendar.name} has ${plural(date_count, "date")} now.`);
      await queries.invalidateQueries();
      void navigate(paths.calendarOne(calendar.name));
    },
  });
  const set = (change: Partial<typeof draft>) => {
    look.reset();
    save.reset();
    setDraft((old) => ({ ...old, ...change }));
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    try {
      const { text, base64 } = await readUpload(file);
      setFile(base64 === null ? "" : file.name);
      set({ ics: text, ics_base64: base64, name: draft.name || nameOf(file.name) });
    } catch {
      sayFailure("The file cannot be read", file.name);
    }
  };
  const failure = apiError(save.error) ?? apiError(look.error);
  const seen = look.data;
  return (
    <FormDialog
      wide
      title="Import a calendar"
      hint="Takes an iCalendar file (.ics), the form in which holidays and on-call plans are published. You see its dates before anything is saved."
      verb={seen ? `Import ${plural(seen.date_count, "date")}` : "Show the dates"}
      failure={failure}
      fields={["/name", "/ics", "/timezone"]}
      busy={save.isPending || look.isPending}
      disabledReason={draft.name === "" || !(draft.ics || draft.ics_base64) ? "Choose a name and a file first." : undefined}
      onSubmit={() => (seen ? save : look).mutate()}
      onClose={onClose}
    >
        <NameField value={draft.name} onText={(name) => set({ name })} error={messagesAt(failure, "/name")} />
        <label className="flex flex-col gap-1 text-sm font-medium">
          File
          <input type="file" accept=".ics,text/calendar" onChange={(event) => void read(event.target.files?.[0])} className="control w-full" />
        </label>
        <TextArea
          label="Text"
          mono
          rows={6}
          value={draft.ics ?? ""}
          onText={(ics) => {
            setFile("");
            set({ ics, ics_base64: null });
          }}
          error={messagesAt(failure, "/ics")}
          hint={file ? `${file} is not UTF-8. The server finds out its encoding.` : "Choose a file above, or paste the text here."}
        />
        <TextField
          label="Time zone"
          hint="Events with times of day get the dates that they have in this zone. Empty means the zone that the file names, or else the server's. Whole days stay as they are."
          list={ZONE_NAMES}
          value={zone}
          error={messagesAt(failure, "/timezone")}
          onText={(timezone) => {
            look.reset();
            save.reset();
            setZone(timezone);
          }}
        />
        <ZoneNames />
        <CheckField label="If a calendar with this name exists, replace its dates" checked={draft.replace ?? false} onChecked={(replace) => set({ replace })} />
        {seen && (
          <section aria-label="Result" className="rounded-md border border-line p-3 text-sm">
            <p className="font-semibold">{plural(seen.date_count, "date")}</p>
            <p className="text-xs text-muted">
              Read as {seen.encoding}. Times of day are those of {seen.timezone}.
            </p>
            {seen.warnings.length > 0 && <Warnings warnings={seen.warnings} />}
            <ul className="mt-1">
              {seen.calendar.entries.slice(0, SHOWN).map((entry) => (
                <li key={JSON.stringify(entry)}>
                  <EntryWords entry={entry} />
                </li>
              ))}
            </ul>
            {seen.calendar.entries.length > SHOWN && <p className="text-xs text-muted">and {seen.calendar.entries.length - SHOWN} more</p>}
          </section>
        )}
    </FormDialog>
  );
}

/** What was read differently than it is written, event by event. */
function Warnings({ warnings }: { warnings: CalendarImportWarning[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? warnings : warnings.slice(0, SHOWN);
  return (
    <>
      <ul aria-label="Warnings" className="mt-1 text-xs text-warn">
        {shown.map((warning) => (
          <li key={`${warning.line}:${warning.code}:${warning.text}`}>{warning.text}</li>
        ))}
      </ul>
      {shown.length < warnings.length && (
        <Button onClick={() => setAll(true)}>Show all {warnings.length} warnings</Button>
      )}
    </>
  );
}

const nameOf = (file: string): string =>
  file
    .toLowerCase()
    .replace(/\.ics$/, "")
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[^a-z0-9]+|-+$/g, "");
