import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { NAV } from "../frame/nav";

const KEY = "orc.shortcuts";

/** Whether keys without a modifier do something (WCAG 2.1.4: they can be switched off). */
export function shortcutsOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

/** Switches them on or off in this browser. */
export function setShortcutsOn(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Then they stay on.
  }
}

/** Whether somebody is typing into something. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox]),textarea,select,[contenteditable],[role=dialog],[role=alertdialog],[role=menu]") !== null;
}

/** The keys of the whole page: Ctrl+K, ?, /, g and a letter. */
export function useShortcuts({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }): void {
  const navigate = useNavigate();
  const latest = useRef({ onPalette, onHelp, navigate });
  useEffect(() => {
    latest.current = { onPalette, onHelp, navigate };
  });
  useEffect(() => {
    let waiting = 0;
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        latest.current.onPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !shortcutsOn()) return;
      if (performance.now() < waiting) {
        waiting = 0;
        const item = NAV.flat().find(({ key }) => key === event.key);
        if (item) {
          event.preventDefault();
          void latest.current.navigate({ to: item.to });
        }
        return;
      }
      if (event.key === "g") waiting = performance.now() + 1200;
      else if (event.key === "?") latest.current.onHelp();
      else if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>("[data-filter]");
        if (filter) {
          event.preventDefault();
          filter.focus();
          filter.select();
        }
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
