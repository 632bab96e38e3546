import { useSyncExternalStore } from "react";
import { liveSince, liveStatus, watchLive } from "@/api/live/live";
import { cx } from "@/lib/cx";
import { absoluteTime, clockTime } from "@/lib/time/time";
import { Tooltip } from "@/ui/layers/Tooltip";

const WORDS = { live: "Live", connecting: "Connecting", offline: "Not live" };
const DOTS = { live: "bg-ok", connecting: "bg-warn breathing", offline: "bg-fail" };

/** Whether the page receives changes live. */
export function LivePill() {
  const status = useSyncExternalStore(watchLive, liveStatus);
  const text =
    status === "live"
      ? "Changes appear as they happen."
      : `No live connection since ${absoluteTime(liveSince())}. The page asks the server every 5 seconds and reconnects on its own.`;
  return (
    <Tooltip text={text}>
      <span role="status" tabIndex={0} data-live={status} className="flex h-8 items-center gap-1.5 rounded-md px-2 text-xs text-muted">
        <span className={cx("size-2 rounded-full", DOTS[status])} aria-hidden />
        {/* On a phone the word takes its room only when something is wrong. */}
        <span className={cx(status !== "offline" && "max-sm:sr-only")}>
          {WORDS[status]}
          {status === "offline" && <span className="max-sm:sr-only"> since {clockTime(liveSince())}</span>}
        </span>
      </span>
    </Tooltip>
  );
}
