/** The one list of toasts: successes, failures and notices. */

/** One message. */
export interface ToastMessage {
  id: number;
  tone: "ok" | "fail" | "info";
  title: string;
  detail?: string | undefined;
  requestId?: string | null | undefined;
  action?: ToastAction | undefined;
}

/** What a toast offers. */
export interface ToastAction {
  label: string;
  onClick: () => void;
}

const MOST = 4;
let list: ToastMessage[] = [];
let next = 1;
const watchers = new Set<() => void>();

function set(messages: ToastMessage[]): void {
  list = messages;
  for (const watcher of watchers) watcher();
}

function add(message: Omit<ToastMessage, "id">): void {
  const rest = list.filter((old) => old.title !== message.title || old.detail !== message.detail);
  set([...rest, { ...message, id: next }].slice(-MOST));
  next += 1;
}

/** The messages now. */
export const toastList = (): ToastMessage[] => list;

/** Calls back on each change; gives the way to stop. */
export function watchToasts(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Removes one toast. */
export function closeToast(id: number): void {
  set(list.filter((message) => message.id !== id));
}

/** Says that something was done; `action` may undo it or show it. */
export function say(title: string, action?: ToastAction): void {
  add({ tone: "ok", title, action });
}

/** Says that something failed, with what to do; stays until it is closed. */
export function sayFailure(title: string, detail: string, requestId?: string | null): void {
  add({ tone: "fail", title, detail, requestId });
}

/** Says something that the reader should know; stays until it is closed. */
export function sayInfo(title: string, detail: string, action?: ToastAction): void {
  add({ tone: "info", title, detail, action });
}
