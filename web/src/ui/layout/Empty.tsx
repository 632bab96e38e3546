import { CircleAlert, Inbox } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Button } from "../Button";
import { CopyButton } from "../text/Copy";

/** An empty place: says what would be here and what to do next, on the page and on the command line. */
export function Empty({ title, children, action, cli, className }: { title: string; children?: ReactNode; action?: ReactNode; cli?: string; className?: string }) {
  return (
    <div className={cx("flex flex-col items-center gap-2 px-4 py-8 text-center", className)}>
      <Inbox size={26} strokeWidth={1.5} className="text-muted" aria-hidden />
      <p className="font-semibold">{title}</p>
      {children && <div className="max-w-prose text-sm text-muted">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
      {cli && <CommandLine text={cli} />}
    </div>
  );
}

/** A line for the terminal that can be copied. */
export function CommandLine({ text, label = "Copy the command" }: { text: string; label?: string }) {
  return (
    <div className="mt-1 flex max-w-full items-center gap-1 rounded-md border border-line bg-bg py-0.5 pr-0.5 pl-3 text-left">
      <code className="min-w-0 flex-1 overflow-x-auto font-mono text-xs whitespace-nowrap" tabIndex={0}>
        {text}
      </code>
      <CopyButton text={text} label={label} />
    </div>
  );
}

/** What failed, and a way to try again; the rest of the page stays. */
export function Failure({ title, detail, requestId, onRetry }: { title: string; detail: string; requestId?: string | null; onRetry?: () => void }) {
  return (
    <div role="alert" className="flex items-start gap-3 rounded-lg border border-line bg-fail-soft px-4 py-3">
      <CircleAlert size={18} className="mt-0.5 shrink-0 text-fail" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-semibold">{title}</p>
        <p className="text-sm break-words">{detail}</p>
        {requestId && <p className="font-mono text-xs break-all text-muted">request {requestId}</p>}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
