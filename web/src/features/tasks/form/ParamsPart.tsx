import { Plus, Trash2 } from "lucide-react";
import type { ParamSpec } from "@/api/generated";
import { paramStringDefaults } from "@/api/generated/contract.gen";
import { Button, IconButton } from "@/ui/Button";
import { ExactNumberField } from "@/ui/fields/ExactNumberField";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/fields/Field";
import { Part, type PartProps, Row } from "./FormParts";

const KINDS: [ParamSpec["kind"], string][] = [
  ["string", "Text"],
  ["integer", "Whole number"],
  ["number", "Number"],
  ["boolean", "Yes or no"],
  ["choice", "Choice"],
  ["date", "Date"],
  ["json", "JSON"],
];

/** What a number field reports, as the generated types call it. Digits beyond a JavaScript number are an object until they are sent. */
const orNull = (value: unknown) => (value ?? null) as number | null;

/** Another kind keeps what all kinds have. */
function ofKind(kind: ParamSpec["kind"], { name, description, required }: ParamSpec): ParamSpec {
  const common = { name, description, required };
  return kind === "choice" ? { kind, ...common, choices: [] } : { kind, ...common };
}

/** Typed inputs of a run. */
export function ParamsPart({ draft, set, at }: PartProps) {
  const change = (place: number, spec: ParamSpec) => set({ params: draft.params.map((old, each) => (each === place ? spec : old)) });
  return (
    <Part id="params" title="Params" hint="Inputs of a run. Orc asks for them when somebody starts the task by hand.">
      {draft.params.map((spec, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- names change while they are typed; the place is what stays
        <div key={place} className="flex flex-col gap-3 rounded-md border border-line p-3">
          <div className="flex items-end gap-2">
            <TextField className="flex-1" label="Name" mono value={spec.name} error={at(`/params/${place}/name`)} onText={(name) => change(place, { ...spec, name })} />
            <SelectField className="w-40" label="Kind" value={spec.kind} options={KINDS} onValue={(kind) => change(place, ofKind(kind, spec))} />
            <IconButton label={`Remove param ${spec.name}`} icon={<Trash2 size={15} />} onClick={() => set({ params: draft.params.filter((_, each) => each !== place) })} />
          </div>
          <TextField label="Description" value={spec.description ?? ""} error={at(`/params/${place}/description`)} onText={(description) => change(place, { ...spec, description })} />
          <Extras spec={spec} place={place} at={at} onSpec={(next) => change(place, next)} />
          {at(`/params/${place}`) && <p className="text-xs font-medium text-fail">{at(`/params/${place}`)}</p>}
        </div>
      ))}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => set({ params: [...draft.params, { kind: "string", name: "", ...paramStringDefaults }] })}>
        Add a param
      </Button>
    </Part>
  );
}

function Extras({ spec, place, at, onSpec }: { spec: ParamSpec; place: number; at: PartProps["at"]; onSpec: (spec: ParamSpec) => void }) {
  const error = at(`/params/${place}/default`);
  const needed = <CheckField label="Required" hint="A run cannot start without a value." checked={spec.required ?? false} onChecked={(required) => onSpec({ ...spec, required })} />;
  switch (spec.kind) {
    case "integer":
    case "number":
      return (
        <>
          <Row three>
            <ExactNumberField label="Default" value={spec.default} error={error} onNumber={(value) => onSpec({ ...spec, default: orNull(value) })} />
            <ExactNumberField label="Minimum" value={spec.minimum} error={at(`/params/${place}/minimum`)} onNumber={(minimum) => onSpec({ ...spec, minimum: orNull(minimum) })} />
            <ExactNumberField label="Maximum" value={spec.maximum} error={at(`/params/${place}/maximum`)} onNumber={(maximum) => onSpec({ ...spec, maximum: orNull(maximum) })} />
          </Row>
          {needed}
        </>
      );
    case "boolean":
      return <CheckField label="Yes by default" checked={spec.default ?? false} onChecked={(value) => onSpec({ ...spec, default: value })} />;
    case "choice":
      return (
        <>
          <TextArea
            label="Choices"
            hint="One per line."
            rows={3}
            value={spec.choices.join("\n")}
            error={at(`/params/${place}/choices`, true)}
            onText={(text) => onSpec({ ...spec, choices: text.split("\n") })}
            onBlur={() => onSpec({ ...spec, choices: spec.choices.map((choice) => choice.trim()).filter((choice) => choice !== "") })}
          />
          <TextField label="Default" value={spec.default ?? ""} error={error} onText={(value) => onSpec({ ...spec, default: value || null })} />
          {needed}
        </>
      );
    case "json":
      return needed;
    case "date":
    case "string":
      return (
        <>
          <TextField label="Default" type={spec.kind === "date" ? "date" : "text"} value={spec.default ?? ""} error={error} onText={(value) => onSpec({ ...spec, default: value || null })} />
          {needed}
        </>
      );
  }
}
