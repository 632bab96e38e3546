import { useState } from "react";
import { KeyValueEditor, type Pairs } from "@/ui/fields/Lists";
import type { PartProps } from "../form/FormParts";

/** Props of TakenParams. */
export interface TakenParamsProps {
  /** The word with which a place begins. */
  origin: "trigger" | "dependency";
  params: Record<string, string>;
  at: PartProps["at"];
  onParams: (params: Record<string, string>) => void;
}

/** Params that a run takes from the other run: the one that triggers it, or the one for which it waits. */
export function TakenParams({ origin, params, at, onParams }: TakenParamsProps) {
  const [pairs, setPairs] = useState<Pairs>(() => Object.entries(params));
  const result = `\${${origin}.result.NAME}`;
  return (
    <>
      <KeyValueEditor
        label="Params from the other run"
        addLabel="Add a param"
        names="Param"
        values={result}
        pairs={pairs}
        onPairs={(next) => {
          setPairs(next);
          onParams(Object.fromEntries(next.filter(([name]) => name !== "")));
        }}
        errorAt={(name) => at(`/params/${name}`)}
      />
      <p className="text-xs text-muted">
        <code>{result}</code> takes a value that the other run wrote to ORC_RESULT_FILE, <code>{`\${${origin}.params.NAME}`}</code> one of its params. If the value is missing, the run fails before anything starts.
      </p>
    </>
  );
}
