import { useQuery } from "@tanstack/react-query";
import type { LimitAbility, LimitKind, SystemAbilities } from "@/api/generated";
import { systemViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useDenied } from "@/shared/access/session";
import { NumberField, TextField } from "@/ui/fields/Field";
import type { Draft } from "../draft/draft";
import { Part, type PartProps, Row } from "../form/FormParts";

/** What this server does about a limit, as a hint of its field. */
function answerWords(ability: LimitAbility | undefined): string {
  if (!ability) return "";
  const text = ability.text.charAt(0).toUpperCase() + ability.text.slice(1);
  return { enforced: `Enforced: ${ability.text}.`, advisory: `Advisory: ${ability.text}.`, refused: `${text}.` }[ability.answer];
}

/** Limits of the processes, and the user that they run as. */
export function ProcessPart({ draft, set, at }: PartProps) {
  const abilities = useQuery({ ...systemViewOptions(), refetchInterval: false }).data?.abilities;
  if (draft.kind === "http") return null;
  const { limits } = draft;
  const change = (more: Partial<Draft["limits"]>) => set({ limits: { ...limits, ...more } });
  const about = (kind: LimitKind) => abilities?.limits.find((ability) => ability.kind === kind);
  // A limit that is set stays editable, so that it can be taken away.
  const closed = (kind: LimitKind, value: number | null) => value === null && about(kind)?.answer === "refused";
  return (
    <Part id="process" title="Processes" hint="What the processes of an attempt may use, and who they are. Empty means no limit.">
      <Row>
        <NumberField label="Memory" optional unit="MB" min={4} value={limits.memory_mb} disabled={closed("memory", limits.memory_mb)} hint={answerWords(about("memory"))} error={at("/limits/memory_bytes")} onNumber={(memory_mb) => change({ memory_mb })} />
        <NumberField
          label="Processor"
          optional
          unit="% of one"
          min={1}
          step={1}
          value={limits.cpu_percent}
          disabled={closed("cpu", limits.cpu_percent)}
          hint={answerWords(about("cpu"))}
          error={at("/limits/cpu_percent")}
          onNumber={(cpu_percent) => change({ cpu_percent })}
        />
        <NumberField label="Processes at once" optional min={1} step={1} value={limits.processes} disabled={closed("processes", limits.processes)} hint={answerWords(about("processes"))} error={at("/limits/processes")} onNumber={(processes) => change({ processes })} />
        <NumberField label="Open files" optional min={16} step={1} value={limits.open_files} disabled={closed("open_files", limits.open_files)} hint={answerWords(about("open_files"))} error={at("/limits/open_files")} onNumber={(open_files) => change({ open_files })} />
        <NumberField
          label="Niceness"
          optional
          min={abilities?.run_as ? -20 : 0}
          max={19}
          step={1}
          value={limits.niceness}
          disabled={closed("niceness", limits.niceness)}
          hint="How much it gives way to others: 19 gets little more than what others leave."
          error={at("/limits/niceness")}
          onNumber={(niceness) => change({ niceness })}
        />
        <RunAs draft={draft} set={set} at={at} abilities={abilities} />
      </Row>
      {at("/limits") && <p className="text-xs font-medium text-fail">{at("/limits")}</p>}
    </Part>
  );
}

function RunAs({ draft, set, at, abilities }: PartProps & { abilities: SystemAbilities | undefined }) {
  const denied = useDenied("tasks:run_as");
  const own = abilities?.task_user ?? "the server's user";
  const why = abilities?.run_as === false ? `Only a server that runs as root can choose another user. Tasks run as ${own}.` : denied;
  return (
    <TextField
      label="Run as user"
      hint={why ?? `A user of the server's machine. Empty means ${own}. Without a working directory it starts in the user's home folder.`}
      mono
      disabled={why !== undefined && draft.run_as === ""}
      value={draft.run_as}
      error={at("/run_as")}
      onText={(run_as) => set({ run_as })}
    />
  );
}
