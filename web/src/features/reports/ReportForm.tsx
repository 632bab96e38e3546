import { useMutation } from "@tanstack/react-query";
import { Eye } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Report, reportCreate, type ReportDefinition, type ReportPeriod, reportPreview, reportUpdate } from "@/api/generated";
import { NameField } from "@/shared/core/NameField";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { ZONE_NAMES, ZoneNames } from "@/shared/core/ZoneNames";
import { ChannelPicker } from "@/shared/notify/ChannelPicker";
import { ScopeFields } from "@/shared/notify/ScopeFields";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/fields/Field";
import { FormDialog } from "@/ui/layers/FormDialog";
import { say } from "@/ui/layers/toasts";
import { ReportFrame } from "./Preview";
import { definitionOf, pageOf, PERIODS, WEEKDAYS, WHEN_EMPTY } from "./words";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const BLANK: Required<ReportDefinition> = { name: "", description: "", enabled: true, period: { kind: "daily" }, at: "07:00", timezone: HERE, what: {}, who: [], when_empty: "send" };
const FIELDS = ["/name", "/description", "/period/weekday", "/period/day", "/at", "/timezone", "/what/tasks", "/who", "/when_empty"];

/** A new report, or a change of one. It can be looked at before it is saved. */
export function ReportForm({ report, onClose }: { report: Report | null; onClose: () => void }) {
  const changed = useAskAgain("reportList", "reportView");
  // What arrives while one types changes nothing: the version of the beginning goes with the change.
  const [held] = useState(report);
  const [draft, setDraft] = useState(() => (held ? definitionOf(held) : BLANK));
  const set = (part: Partial<ReportDefinition>) => setDraft((old) => ({ ...old, ...part }));
  const body = { ...draft, name: draft.name.trim() };
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () =>
      held ? (await reportUpdate({ path: { report: held.id }, headers: { "If-Match": `"${held.version}"` }, body, throwOnError: true })).data : (await reportCreate({ body, throwOnError: true })).data,
    onSuccess: async (saved) => {
      say(`The report ${saved.name} is saved.`);
      onClose();
      await changed();
    },
  });
  const look = useMutation({
    meta: { quiet: true },
    mutationFn: async (asked: ReportDefinition) => ({ subject: (await reportPreview({ body: asked, throwOnError: true })).data.subject, page: pageOf(asked.name, "", asked) }),
  });
  const failure = apiError(save.error) ?? apiError(look.error);
  const at = (pointer: string, inside = false) => messagesAt(failure, pointer, inside);
  return (
    <FormDialog
      title={held ? `Report ${held.name}` : "New report"}
      hint="What happened in a day, a week or a month, told to channels."
      wide
      verb="Save the report"
      failure={failure}
      fields={FIELDS}
      busy={save.isPending}
      onSubmit={() => {
        look.reset();
        save.mutate();
      }}
      onClose={onClose}
    >
      <NameField value={draft.name} onText={(name) => set({ name })} error={at("/name")} />
      <Period period={draft.period} at={at} onPeriod={(period) => set({ period })} />
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="At" placeholder="07:00" value={draft.at} error={at("/at")} onText={(time) => set({ at: time })} />
        <TextField label="Time zone" list={ZONE_NAMES} value={draft.timezone} error={at("/timezone")} onText={(timezone) => set({ timezone })} />
      </div>
      <ZoneNames />
      <ChannelPicker label="Send it to these channels" hint="Mail gets the whole report. The others get a short text with a link." names={draft.who} error={at("/who", true)} onNames={(who) => set({ who })} />
      <ScopeFields label="Only about these tasks" whose="the report" scope={draft.what} error={at("/what/tasks", true)} onScope={(what) => set({ what })} />
      <SelectField label="If nothing ran" value={draft.when_empty} options={WHEN_EMPTY} onValue={(when_empty) => set({ when_empty })} />
      <TextField label="Description" hint="What the report is for. It stands at its beginning." value={draft.description} error={at("/description")} onText={(description) => set({ description })} />
      <div className="flex flex-col gap-2 rounded-md border border-line p-3">
        <Button
          className="self-start"
          icon={<Eye size={14} aria-hidden />}
          busy={look.isPending}
          onClick={() => {
            save.reset();
            look.mutate(body);
          }}
        >
          Show the newest one
        </Button>
        {look.data ? (
          <>
            <p role="status" className="text-sm break-words">
              {look.data.subject}
            </p>
            <ReportFrame title="Preview of the report" src={look.data.page} />
          </>
        ) : (
          <p className="text-xs text-muted">Shows the report as the form stands. Nothing is saved or sent.</p>
        )}
      </div>
    </FormDialog>
  );
}

type At = (pointer: string) => string | undefined;

function Period({ period, at, onPeriod }: { period: ReportPeriod; at: At; onPeriod: (period: ReportPeriod) => void }) {
  const choose = (kind: ReportPeriod["kind"]) => onPeriod(kind === "weekly" ? { kind, weekday: "monday" } : kind === "monthly" ? { kind, day: "1" } : { kind });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField label="Sent" value={period.kind} options={PERIODS} onValue={choose} />
      {period.kind === "weekly" && <SelectField label="On" value={period.weekday} options={WEEKDAYS} error={at("/period/weekday")} onValue={(weekday) => onPeriod({ ...period, weekday })} />}
      {period.kind === "monthly" && <TextField label="Day of the month" hint="1 to 31, or last." value={period.day ?? "1"} error={at("/period/day")} onText={(day) => onPeriod({ ...period, day })} />}
    </div>
  );
}
