import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type BackfillCreate, backfillCreate, type Task } from "@/api/generated";
import { backfillCreateDefaults } from "@/api/generated/contract.gen";
import { count, plural } from "@/lib/numbers";
import { fromLocalInput, localInput } from "@/lib/time/time";
import { useRested } from "@/lib/useRested";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { paramBody, ParamFields, type ParamValues } from "@/shared/runs/ParamFields";
import { FormDialog } from "@/ui/layers/FormDialog";
import { NumberField, SelectField, TextField } from "@/ui/fields/Field";
import { say } from "@/ui/layers/toasts";
import { Row } from "../form/FormParts";

const DAY = 86_400_000;

const create = async (task: Task, body: BackfillCreate, dry_run: boolean) => (await backfillCreate({ path: { task: task.id }, body, query: dry_run ? { dry_run } : {}, throwOnError: true })).data;

/** Asks for the period; says how many runs it makes before any is made. */
export function BackfillDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const changed = useAskAgain("backfillList");
  const [now] = useState(() => Date.now());
  const [from, setFrom] = useState(() => localInput(new Date(now - 7 * DAY).toISOString()));
  const [until, setUntil] = useState(() => localInput(new Date(now).toISOString()));
  const [key, setKey] = useState("");
  const [params, setParams] = useState<ParamValues>({});
  const [atOnce, setAtOnce] = useState(backfillCreateDefaults.at_once);
  const body: BackfillCreate = { schedule_key: key || null, from_at: fromLocalInput(from) ?? "", until_at: fromLocalInput(until) ?? "", at_once: atOnce, params: paramBody(task.params, params) };
  const rested = useRested(body, 250);
  const whole = rested.from_at !== "" && rested.until_at !== "";
  const dry = useQuery({ queryKey: ["backfillDry", task.name, rested], queryFn: () => create(task, rested, true), enabled: whole, placeholderData: (old) => old, refetchInterval: false, retry: false, gcTime: 0 });
  const start = useMutation({
    meta: { quiet: true },
    mutationFn: () => create(task, body, false),
    onSuccess: async (made) => {
      say(`The backfill has started: ${plural(made.slot_count, "slot")}.`);
      onClose();
      await changed();
    },
  });
  const failure = apiError(dry.error);
  const at = (pointer: string) => messagesAt(failure, pointer);
  const slots = failure ? undefined : dry.data?.slot_count;
  return (
    <FormDialog
      wide
      title={`Backfill ${task.name}`}
      hint="Starts one run for each slot of a past period, oldest first. Each run finds its slot in ORC_SCHEDULED_FOR."
      verb={slots ? `Start ${plural(slots, "run")}` : "Start"}
      failure={apiError(start.error)}
      busy={start.isPending}
      disabledReason={slots ? undefined : slots === 0 ? "The period has no slot." : "The slots are not counted yet."}
      onSubmit={() => start.mutate()}
      onClose={onClose}
    >
        <Row>
          <TextField label="From" type="datetime-local" hint="In your time zone." value={from} error={at("/from_at")} onText={setFrom} />
          <TextField label="Until" type="datetime-local" hint="In your time zone." value={until} error={at("/until_at")} onText={setUntil} />
        </Row>
        <Row>
          <SelectField
            label="Schedule"
            value={key}
            options={[["", task.schedules.length === 1 ? "The only one" : "All of them"], ...task.schedules.map((each): [string, string] => [each.key ?? each.kind, each.words ?? each.key ?? each.kind])]}
            error={at("/schedule_key")}
            onValue={setKey}
          />
          <NumberField label="Runs at once" hint="How many of its runs may be open at the same time." min={1} max={100} step={1} value={atOnce} error={at("/at_once")} onNumber={setAtOnce} />
        </Row>
        {task.params.length > 0 && <ParamFields specs={task.params} values={params} onValues={setParams} errorAt={(name) => at(`/params/${name}`)} />}
        <p role="status" className="min-h-12 rounded-md bg-bg px-3 py-2 text-sm">
          {failure ? (
            <span className="text-fail">{failure.fields.length > 0 ? "It cannot start like this. The message beside the field says what is wrong." : failure.message}</span>
          ) : slots === undefined ? (
            "Counting …"
          ) : (
            <>
              <b className="text-lg tabular-nums">{count(slots)}</b> {slots === 1 ? "slot" : "slots"} in this period{slots > 0 && ", so the backfill makes that many runs"}.
            </>
          )}
        </p>
    </FormDialog>
  );
}
