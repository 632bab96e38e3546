/** The theme: system, light or dark; kept in this browser, applied before the first paint by /theme-init.js. */
import { useSyncExternalStore } from "react";

/** What can be chosen. */
export type ThemeChoice = "system" | "light" | "dark";

const KEY = "orc.theme";
const watchers = new Set<() => void>();
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === "light" || choice === "dark" ? choice : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const choice = stored();
  const dark = choice === "dark" || (choice === "system" && systemDark.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  for (const watcher of watchers) watcher();
}

systemDark.addEventListener("change", apply);
addEventListener("storage", apply);

/** The choice and the way to change it. */
export function useTheme(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const choice = useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, stored);
  return [
    choice,
    (next) => {
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // Then it holds until the next load only.
      }
      apply();
    },
  ];
}
