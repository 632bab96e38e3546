import type { ApiError } from "@/api/errors";
import { Failure } from "@/ui/layout/Empty";

/** Explains a failed save: nothing was saved, why, and that the input is still there. */
export function notSavedWords({ status, title, message, fields }: ApiError): { title: string; detail: string } {
  if (fields.length > 0) return { title: "Not saved", detail: fields.length === 1 ? "One field needs a change. It is marked below." : `${fields.length} fields need a change. They are marked below.` };
  if (status === 0) return { title: `Not saved: ${lower(title)}`, detail: `${message} Your input is still here. Save again when the server answers.` };
  return { title: `Not saved: ${lower(title)}`, detail: `${message} Your input is still here.` };
}

const lower = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);

/** A save that failed, above its form. */
export function NotSaved({ failure }: { failure: ApiError }) {
  return <Failure {...notSavedWords(failure)} requestId={failure.requestId} />;
}
