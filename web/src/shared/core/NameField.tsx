import { nameRule } from "@/api/generated/contract.gen";
import { TextField, type TextFieldProps } from "@/ui/fields/Field";

type NameFieldProps = Omit<TextFieldProps, "label"> & { rule?: { maxLength: number; words: string } };

/** A field for a name. The contract says which characters a name may contain and how many; `hint` says more about it. */
export function NameField({ rule = nameRule, hint, ...rest }: NameFieldProps) {
  return <TextField label="Name" required autoCapitalize="none" maxLength={rule.maxLength} hint={hint ? <>{hint} {rule.words}</> : rule.words} {...rest} />;
}
