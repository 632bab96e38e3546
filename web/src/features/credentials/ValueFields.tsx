import { Fragment, useState } from "react";
import type { CredentialKind } from "@/api/generated";
import { CREDENTIAL_KINDS } from "@/shared/credentials/kinds";
import { CheckField, TextArea, TextField } from "@/ui/fields/Field";

/** Fields for the values of a credential. What is typed is sent once and can never be read again. */
export function ValueFields({ kind, values, onValues, at }: { kind: CredentialKind; values: Record<string, string>; onValues: (values: Record<string, string>) => void; at: (pointer: string) => string | undefined }) {
  const fields = CREDENTIAL_KINDS[kind].fields;
  const single = fields.length === 1;
  const [several, setSeveral] = useState(false);
  return fields.map(({ name, label, secret, required, long, either, hint }) => {
    const common = {
      label: required ? label : `${label} (optional)`,
      required,
      hint,
      value: values[name] ?? "",
      error: at(single ? "/value" : `/values/${name}`),
      onText: (text: string) => onValues({ ...values, [name]: text }),
    };
    const area = long || (either && several);
    return (
      <Fragment key={name}>
        {area ? <TextArea {...common} mono rows={5} autoComplete="off" /> : <TextField {...common} type={secret ? "password" : "text"} autoComplete={secret ? "new-password" : "off"} />}
        {either && <CheckField label="Several lines" hint="For a certificate or a file. What you type is then visible." checked={several} onChecked={setSeveral} />}
      </Fragment>
    );
  });
}
