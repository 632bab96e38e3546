/** Keys of the rows of the timeline. Everything with words is a `data-item`; the Tab key stops at one item per row. */
import type { KeyboardEvent } from "react";

const stopOf = (row: Element | null | undefined) => row?.querySelector<HTMLElement>("[data-item][tabindex='0']");

/** Left and right within a row, up and down between rows, to the ends with Home and End. */
export function move(event: KeyboardEvent<HTMLElement>): void {
  const row = event.currentTarget.closest("[data-row]");
  const items = [...(row?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
  const here = items.indexOf(event.currentTarget);
  const to = {
    ArrowRight: () => items[here + 1],
    ArrowLeft: () => items[here - 1],
    Home: () => items[0],
    End: () => items.at(-1),
    ArrowDown: () => stopOf(row?.nextElementSibling),
    ArrowUp: () => stopOf(row?.previousElementSibling),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to()?.focus();
}
