/** Kinds of credentials in words, with their fields. */
import type { CredentialKind } from "@/api/generated";

/** One field of a kind. */
export interface FieldWords {
  name: string;
  label: string;
  secret: boolean;
  required: boolean;
  /** Several lines. */
  long?: boolean;
  /** One line or several, as the person says: an input of one line drops the others. */
  either?: boolean;
  hint?: string;
}

const secret = (label: string, more: Partial<FieldWords> = {}): FieldWords => ({ name: "value", label, secret: true, required: true, ...more });
const username: FieldWords = { name: "username", label: "User name", secret: false, required: true };
const password: FieldWords = { name: "password", label: "Password", secret: true, required: true };

/** What each kind is called, and which fields it has. A kind with the one field `value` is sent as one value. */
export const CREDENTIAL_KINDS: Record<CredentialKind, { word: string; fields: FieldWords[] }> = {
  generic: { word: "Secret value", fields: [secret("Value", { either: true })] },
  login: { word: "User name and password", fields: [username, password] },
  token: { word: "Token or API key", fields: [secret("Token")] },
  ssh_key: { word: "SSH key", fields: [secret("Private key", { long: true, hint: "The whole file, from -----BEGIN to -----END. The key must have no passphrase." })] },
  smtp: {
    word: "Mail server",
    fields: [username, password, { name: "host", label: "Host", secret: false, required: false }, { name: "port", label: "Port", secret: false, required: false }],
  },
  database_url: { word: "Database address", fields: [secret("Address", { hint: "Such as postgres://user:password@host/database." })] },
};

/** The kinds in the order in which a form offers them. */
export const KIND_OPTIONS = (Object.keys(CREDENTIAL_KINDS) as CredentialKind[]).map((kind): [CredentialKind, string] => [kind, CREDENTIAL_KINDS[kind].word]);

/** Values as the contract takes them. */
export function valuesOf(kind: CredentialKind, values: Record<string, string>): { value: string } | { values: Record<string, string> } {
  const fields = CREDENTIAL_KINDS[kind].fields;
  if (fields.length === 1) return { value: values["value"] ?? "" };
  return { values: Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? ""]).filter(([, value]) => value !== "")) as Record<string, string> };
}
