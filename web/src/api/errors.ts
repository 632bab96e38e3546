/** What the server says went wrong (RFC 9457), as one error class for all pages. */
import type { Problem } from "./generated";

/** Titles for people where the server only names the status. */
const TITLES: Record<string, string> = {
  "Bad Request": "The server does not understand the request",
  "Unprocessable Entity": "Something here is not right",
  Forbidden: "You are not allowed to do this",
  "Not Found": "Not found",
  Conflict: "This conflicts with something that exists",
  "Precondition Failed": "Somebody changed it in the meantime",
  "Service Unavailable": "Not available at the moment",
  "Internal Server Error": "The server has an internal error",
};

/** An answer that is a problem, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  /** Faults by JSON pointer, in the server's order. */
  readonly fields: { pointer: string; message: string }[];

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? "The server gave no reason.");
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.title = TITLES[problem.title ?? ""] ?? problem.title ?? "Something went wrong";
    this.requestId = problem.request_id ?? null;
    this.fields = (problem.fields ?? []).map(({ pointer, message }) => ({ pointer, message }));
  }
}

/** Makes any failure of a request an ApiError. */
export function toApiError(failure: unknown, response?: Response): ApiError {
  if (failure instanceof ApiError) return failure;
  if (failure instanceof Error && response === undefined) {
    return new ApiError(0, {
      title: "The server cannot be reached",
      detail: "No answer from the server. It may be restarting.",
      code: "unreachable",
    });
  }
  if (typeof failure === "object" && failure !== null && "title" in failure) {
    return new ApiError(response?.status ?? 0, failure as Partial<Problem>);
  }
  const detail = typeof failure === "string" && failure !== "" ? failure.slice(0, 300) : undefined;
  return new ApiError(response?.status ?? 0, { title: `The server answered ${response?.status ?? "nothing"}`, detail });
}

/** Says why a list could not be refreshed, above the rows that are still shown. */
export function staleWords({ status, message }: ApiError, kept: boolean): string {
  return status === 0 && kept ? `${message} You see the last known state.` : message;
}

/** The error of a query or mutation as what it is: the generated types know only the problem inside it. */
export function apiError(failure: unknown): ApiError | null {
  return failure === null || failure === undefined ? null : toApiError(failure);
}

/** Messages for the field at a JSON pointer; `deep` includes what lies below the pointer. */
export function messagesAt(error: ApiError | null, pointer: string, deep = false): string | undefined {
  if (!error) return undefined;
  const found = error.fields.filter((field) => field.pointer === pointer || (deep && field.pointer.startsWith(`${pointer}/`)));
  return found.length === 0 ? undefined : found.map((field) => field.message).join("; ");
}

/** Whether fields of the form show all faults, so that the form needs no other message. */
export const allAt = (error: ApiError | null, pointers: readonly string[]): boolean => error !== null && error.fields.length > 0 && error.fields.every(({ pointer }) => pointers.includes(pointer));
