import { useEffect, useMemo, useRef, useState } from "react";
import { LogFinder } from "./LogFinder";
import type { LogStore } from "./logStore";

/** Search in a log that grows: the matches, the present one, and the ways on and back. Matches are places as the store counts them. */
export function useSearch(store: LogStore, go: (place: number) => void) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const finder = useMemo(() => new LogFinder(store), [store]);
  const version = store.snapshot();
  // oxlint-disable-next-line react/exhaustive-deps -- the version stands for the lines of the store
  const found = useMemo(() => finder.find(text), [finder, text, version]);
  const move = (step: number) => {
    if (found.length === 0) return;
    const next = (at + step + found.length) % found.length;
    setAt(next);
    const place = found[next];
    if (place !== undefined) go(place);
  };
  return {
    text,
    found,
    at: Math.min(at, Math.max(0, found.length - 1)),
    current: text === "" ? undefined : found[Math.min(at, found.length - 1)],
    setText(next: string) {
      setText(next);
      const matches = finder.find(next);
      // The newest match is the one that somebody who follows is looking for.
      const last = Math.max(0, matches.length - 1);
      setAt(last);
      const place = matches[last];
      if (place !== undefined) go(place);
    },
    next: () => move(1),
    previous: () => move(-1),
  };
}

/** What the keys of a log do. */
export interface LogKeys {
  follow: () => void;
  wrap: () => void;
  next: () => void;
  previous: () => void;
  begin: () => void;
  end: () => void;
}

/** f follows, w wraps, n and N go through the matches, g and G to the ends. */
export function useLogKeys(keys: LogKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input,textarea,select,[role=dialog],[role=alertdialog],[role=menu]")) return;
      const now = latest.current;
      const inLog = target.closest("[role=log]") !== null;
      if (event.key === "f") now.follow();
      else if (event.key === "w") now.wrap();
      else if (event.key === "n") now.next();
      else if (event.key === "N") now.previous();
      else if (event.key === "Home" && inLog) now.begin();
      else if ((event.key === "G" || event.key === "End") && (inLog || event.key === "G")) now.end();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
