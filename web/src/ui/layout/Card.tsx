import { useId, type ReactNode } from "react";
import { cx } from "@/lib/cx";

/** Props of Card. */
export interface CardProps {
  title?: ReactNode;
  /** One sentence below the title. */
  hint?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  className?: string;
  /** Whether the content reaches the edges (lists, tables). */
  flush?: boolean;
}

/** A bordered stretch of the page with a heading. */
export function Card({ title, hint, actions, children, className, flush }: CardProps) {
  const id = useId();
  return (
    <section aria-labelledby={title ? id : undefined} className={cx("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {title && (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-2.5 pb-1.5">
          <div className="min-w-0 flex-1">
            <h2 id={id} className="text-base font-semibold">
              {title}
            </h2>
            {hint && <p className="text-xs text-muted">{hint}</p>}
          </div>
          {actions}
        </header>
      )}
      <div className={flush ? "" : cx("px-4 pb-4", !title && "pt-4")}>{children}</div>
    </section>
  );
}

/** Pairs of a name and a value. */
export function Facts({ items, className }: { items: [string, ReactNode][]; className?: string }) {
  return (
    <dl className={cx("grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm", className)}>
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
