/** Lists of exit codes and HTTP codes: a text while they are edited, numbers in the definition. */
import type { Draft } from "./draft";

/** What is wrong with a field of the draft, before the server is asked. */
export interface Fault {
  pointer: string;
  message: string;
}

const isCode = (part: string): boolean => /^-?\d+$/.test(part);

/** The whole numbers of a text, and its parts that are none. */
export function readCodes(text: string): { codes: number[]; wrong: string[] } {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  return { codes: parts.filter(isCode).map(Number), wrong: parts.filter((part) => !isCode(part)) };
}

/** The whole numbers of a text; `draftFaults` names the parts that are left out here. */
export const codesOf = (text: string): number[] => readCodes(text).codes;

/** The text for a list of codes. */
export const codesText = (codes: readonly number[] | undefined): string => (codes ?? []).join(", ");

/** Faults in the codes of the fields that the form shows. */
export function draftFaults({ kind, http, success_codes, retry }: Draft): Fault[] {
  const texts: [string, string][] = [kind === "http" ? ["/run/expected_codes", http.expected_codes] : ["/success_codes", success_codes]];
  if (retry.max_attempts > 1) texts.push(["/retry/exit_codes", retry.exit_codes], ["/retry/never_exit_codes", retry.never_exit_codes]);
  return texts.flatMap(([pointer, text]) => {
    const { wrong } = readCodes(text);
    return wrong.length === 0 ? [] : [{ pointer, message: `${wrong.join(", ")}: not a whole number` }];
  });
}
