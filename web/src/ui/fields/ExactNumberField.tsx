import { digitsOf, exactNumber, isExact } from "@/lib/exactJson";
import { TextField, type TextFieldProps } from "./Field";

/** Props of ExactNumberField. */
export type ExactNumberFieldProps = Omit<TextFieldProps, "value" | "onText"> & {
  value: unknown;
  /** Reports the number with all digits that are typed; a text that is no number, so that the server names the field; undefined if nothing is typed. */
  onNumber: (value: unknown) => void;
};

/** A field for a number of any size. The browser's own field would round it. */
export function ExactNumberField({ value, onNumber, ...rest }: ExactNumberFieldProps) {
  const shown = typeof value === "number" || isExact(value) ? digitsOf(value) : typeof value === "string" ? value : "";
  return <TextField inputMode="decimal" {...rest} value={shown} onText={(text) => onNumber(text === "" ? undefined : (exactNumber(text) ?? text))} />;
}
