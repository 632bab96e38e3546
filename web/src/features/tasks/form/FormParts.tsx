import type { ReactNode } from "react";
import type { Draft } from "../draft/draft";

/** What each part of the form gets. */
export interface PartProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** What the server says about the field at a JSON pointer. */
  at: (pointer: string, deep?: boolean) => string | undefined;
}

/** A part of the form: its name and one sentence on the left, fields on the right. */
export function Part({ id, title, hint, children }: { id: string; title: string; hint: ReactNode; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="grid scroll-mt-4 gap-x-8 gap-y-3 border-b border-line py-5 last:border-b-0 lg:grid-cols-[15rem_minmax(0,1fr)]">
      <div>
        <h2 id={`${id}-title`} className="font-semibold">
          {title}
        </h2>
        <p className="text-sm text-muted">{hint}</p>
      </div>
      <div className="flex min-w-0 flex-col gap-3">{children}</div>
    </section>
  );
}

/** Fields side by side where there is room. */
export function Row({ children, three }: { children: ReactNode; three?: boolean }) {
  return <div className={three ? "grid gap-3 sm:grid-cols-3" : "grid gap-3 sm:grid-cols-2"}>{children}</div>;
}
