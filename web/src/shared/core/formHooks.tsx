/** What every form on a page of its own shares: where the focus goes, the key that saves, and the question before changes are lost. */
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { apiError } from "@/api/errors";
import { Confirm } from "@/ui/layers/Dialog";

/** After this many milliseconds a dialog that was closed has given the focus back. */
export const FOCUS_BACK = 100;

/** The same as focusFault, once a dialog that may have just closed has given the focus back. */
export function focusFaultSoon(form: { current: HTMLFormElement | null }, failure?: unknown): void {
  setTimeout(() => focusFault(form.current, failure), FOCUS_BACK);
}

/** Focuses the first field that is wrong, or, where no field is to blame, the reason why nothing was saved. Without a failure the form itself found the fault. */
export function focusFault(form: HTMLFormElement | null, failure: unknown): void {
  const field = failure === undefined || apiError(failure)?.fields.length ? form?.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
  if (field) return field.focus();
  const alert = form?.querySelector<HTMLElement>('[role="alert"]');
  if (!alert) return undefined;
  alert.tabIndex = -1;
  alert.focus();
}

/** Ctrl+S saves; not while a save is under way. */
export function useSaveKey(save: () => void, busy: boolean): void {
  const latest = useRef(() => {});
  useEffect(() => {
    latest.current = busy ? () => {} : save;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** The browser's own question when the tab is closed. */
export function useBlocked(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [on]);
}

/** Our question when somebody leaves for another page. */
export function useGuard(on: boolean, done: { current: boolean }) {
  const latest = useRef(on);
  useEffect(() => {
    latest.current = on;
  });
  const blocker = useBlocker({ shouldBlockFn: () => latest.current && !done.current, enableBeforeUnload: false, withResolver: true });
  return (
    <Confirm
      question={
        blocker.status === "blocked"
          ? { title: "Leave without saving?", text: "Your changes in this form will be lost.", verb: "Leave", keep: "Stay here", onYes: () => blocker.proceed() }
          : null
      }
      onClose={() => blocker.reset?.()}
    />
  );
}
