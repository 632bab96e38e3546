/** A channel's target while it is edited: texts, lists and pairs by name of the field. */
import type { ChannelKind, ChannelTarget, MailSecurity } from "@/api/generated";
import { CHANNEL_KINDS, type TargetField } from "@/shared/notify/channels";
import type { Pairs } from "@/ui/fields/Lists";

/** How a connection to a mail server may be encrypted. */
export const SECURITIES: [MailSecurity, string][] = [
  ["starttls", "STARTTLS (mostly port 587)"],
  ["tls", "TLS from the first byte (mostly port 465)"],
  ["none", "None (only a server on this machine)"],
];

/** The value of one field. */
export type Value = string | number | string[] | Pairs;

/** The values of a target by name of the field. */
export type Draft = Record<string, Value>;

function beginning(field: TargetField): Value {
  if (field.type === "list") return [""];
  if (field.type === "pairs") return [];
  return field.begin ?? "";
}

/** The values with which a new channel of a kind begins. */
export const blank = (kind: ChannelKind): Draft => Object.fromEntries(CHANNEL_KINDS[kind].fields.map((field) => [field.name, beginning(field)]));

/** The values of a stored target. */
export function draftOf(target: ChannelTarget): Draft {
  const stored: Record<string, unknown> = { ...target };
  const read = (field: TargetField): Value => {
    const value = stored[field.name];
    if (field.type === "pairs") return Object.entries((value ?? {}) as Record<string, string>);
    return (value ?? (field.type === "list" ? [] : "")) as Value;
  };
  return Object.fromEntries(CHANNEL_KINDS[target.kind].fields.map((field) => [field.name, read(field)]));
}

/** The target as the contract takes it. A field that may be left empty and is, is null. */
export function targetOf(kind: ChannelKind, draft: Draft): ChannelTarget {
  const sent = ({ name, type, required, exact }: TargetField): unknown => {
    const value = draft[name];
    if (type === "list") return (value as string[]).map((text) => (exact ? text : text.trim())).filter((text) => text !== "");
    if (type === "pairs") return Object.fromEntries((value as Pairs).filter(([key]) => key !== ""));
    return value === "" && !required && type !== "security" ? null : value;
  };
  return { kind, ...Object.fromEntries(CHANNEL_KINDS[kind].fields.map((field) => [field.name, sent(field)])) } as unknown as ChannelTarget;
}
