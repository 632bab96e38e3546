import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

/** One tab. */
export interface Tab<K extends string> {
  key: K;
  label: ReactNode;
  content: ReactNode;
}

/** Tabs whose choice lives with the caller (in the URL). */
export function Tabs<K extends string>({ value, tabs, onValue, label }: { value: K; tabs: Tab<K>[]; onValue: (key: K) => void; label: string }) {
  return (
    <Base.Root value={value} onValueChange={(next) => onValue(next as K)} className="flex min-w-0 flex-col gap-3">
      <Base.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.key}
            value={tab.key}
            className="-mb-px min-h-9 border-b-2 border-transparent px-3 text-sm font-medium whitespace-nowrap text-muted hover:text-text focus-visible:-outline-offset-2 data-active:border-accent data-active:text-text"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.key} value={tab.key} className="min-w-0 outline-offset-4">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
