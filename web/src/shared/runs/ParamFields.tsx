import type { ParamSpec } from "@/api/generated";
import { digitsOf, isExact, parseExact, stringifyExact } from "@/lib/exactJson";
import { ExactNumberField } from "@/ui/fields/ExactNumberField";
import { CheckField, SelectField, TextArea, TextField } from "@/ui/fields/Field";

/** Values of params as they are edited: absent is "use the default". */
export type ParamValues = Record<string, unknown>;

/** Props of ParamFields. */
export interface ParamFieldsProps {
  specs: ParamSpec[];
  values: ParamValues;
  onValues: (values: ParamValues) => void;
  errorAt: (name: string) => string | undefined;
}

/** A field for each param, by its kind. */
export function ParamFields({ specs, values, onValues, errorAt }: ParamFieldsProps) {
  const set = (name: string, value: unknown) => {
    const { [name]: _old, ...rest } = values;
    onValues(value === undefined ? rest : { ...rest, [name]: value });
  };
  return specs.map((spec) => <ParamField key={spec.name} spec={spec} value={values[spec.name]} error={errorAt(spec.name)} onValue={(value) => set(spec.name, value)} />);
}

function ParamField({ spec, value, error, onValue }: { spec: ParamSpec; value: unknown; error: string | undefined; onValue: (value: unknown) => void }) {
  const common = { label: spec.required ? `${spec.name} (required)` : spec.name, hint: spec.description || undefined, error };
  const fallback = spec.default === null || spec.default === undefined ? "" : isExact(spec.default) ? digitsOf(spec.default) : typeof spec.default === "object" ? stringifyExact(spec.default) : String(spec.default);
  const text = (next: string) => onValue(next === "" ? undefined : next);
  switch (spec.kind) {
    case "boolean":
      return <CheckField label={common.label} hint={error ?? common.hint} checked={value === undefined ? spec.default === true : value === true} onChecked={onValue} />;
    case "choice": {
      const none: [string, string] = ["", fallback === "" ? "none" : `default: ${fallback}`];
      return <SelectField {...common} value={typeof value === "string" ? value : ""} options={[none, ...spec.choices.map((choice) => [choice, choice] as const)]} onValue={text} />;
    }
    case "integer":
    case "number":
      return <ExactNumberField {...common} value={value} placeholder={fallback} onNumber={onValue} />;
    case "date":
      return <TextField {...common} type="date" value={typeof value === "string" ? value : ""} onText={text} hint={common.hint ?? (fallback === "" ? undefined : `default: ${fallback}`)} />;
    case "json":
      return <TextArea {...common} mono value={typeof value === "string" ? value : ""} placeholder={fallback || "{}"} onText={text} />;
    case "string":
      return <TextField {...common} value={typeof value === "string" ? value : ""} placeholder={fallback} maxLength={spec.max_length ?? undefined} onText={text} />;
  }
}

/** The values for the request. JSON params are parsed; invalid JSON is sent as text, so that the server reports it. */
export function paramBody(specs: ParamSpec[], values: ParamValues): ParamValues {
  const body: ParamValues = {};
  for (const spec of specs) {
    const value = values[spec.name];
    if (value === undefined) continue;
    body[spec.name] = spec.kind === "json" && typeof value === "string" ? parsed(value) : value;
  }
  return body;
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
