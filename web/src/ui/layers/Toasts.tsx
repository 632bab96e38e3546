import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button, IconButton } from "../Button";
import { closeToast, type ToastMessage, toastList, watchToasts } from "./toasts";

const GLYPHS = {
  ok: <CircleCheck size={17} className="text-ok" aria-hidden />,
  fail: <CircleX size={17} className="text-fail" aria-hidden />,
  info: <Info size={17} className="text-run" aria-hidden />,
};
const STAYS_MS = 7000;

/** Where toasts appear. */
export function Toasts() {
  const list = useSyncExternalStore(watchToasts, toastList);
  return (
    <section aria-label="Messages" aria-live="polite" className="pointer-events-none fixed right-4 bottom-16 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 max-md:bottom-20">
      {list.map((message) => (
        <Toast key={message.id} message={message} />
      ))}
    </section>
  );
}

/** One message. A message of success disappears by itself unless the pointer or the focus is on it. */
function Toast({ message }: { message: ToastMessage }) {
  const { id, tone, title, detail, requestId, action } = message;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (tone !== "ok" || held) return undefined;
    const timer = setTimeout(() => closeToast(id), STAYS_MS);
    return () => clearTimeout(timer);
  }, [tone, held, id]);
  return (
    <div
      role={tone === "fail" ? "alert" : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pop pointer-events-auto flex items-start gap-2.5 py-2.5 pr-2 pl-3"
    >
      <span className="mt-0.5">{GLYPHS[tone]}</span>
      <div className="min-w-0 flex-1">
        <p className="text-sm font-semibold break-words">{title}</p>
        {detail && <p className="text-sm break-words text-muted">{detail}</p>}
        {requestId && <p className="mt-0.5 font-mono text-xs break-all text-muted">request {requestId}</p>}
      </div>
      {action && (
        <Button
          className="min-h-7!"
          onClick={() => {
            closeToast(id);
            action.onClick();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Close message" icon={<X size={14} aria-hidden />} className="min-h-7! min-w-7!" onClick={() => closeToast(id)} />
    </div>
  );
}
