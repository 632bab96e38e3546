import { type ReactNode, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";

let place: HTMLElement | null = null;
const watchers = new Set<() => void>();

/** Tells where the foot of the page is; the frame calls this. */
export function setFootPlace(element: HTMLElement | null): void {
  place = element;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Shows its children below the scrolling part of the page, where they are always visible and cover nothing. */
export function Foot({ children }: { children: ReactNode }) {
  const element = useSyncExternalStore(watch, () => place);
  return element && createPortal(<div className="border-t border-line bg-surface px-4 py-2.5 lg:px-6">{children}</div>, element);
}
