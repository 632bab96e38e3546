import { useId } from "react";
import { TextField, type TextFieldProps } from "@/ui/fields/Field";

/** How many names a field proposes at once; typing finds the others. */
export const LISTED = 20;

/** The part of a list's query that searches. */
export const searching = (text: string): { limit: number; text?: string } => ({ limit: LISTED, ...(text === "" ? {} : { text }) });

/** A field for the name of one thing. It proposes what the server found, so that no form loads a whole list. */
export function NameSearch({ names, ...field }: TextFieldProps & { names: readonly string[] }) {
  const id = useId();
  return (
    <>
      <TextField {...field} list={id} />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  );
}
