import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { cx } from "@/lib/cx";
import type { MenuItem } from "./Menu";

/** Props of MenuList. */
export interface MenuListProps {
  id: string;
  label: string;
  anchor: HTMLElement;
  items: (MenuItem | null)[];
  header?: ReactNode;
  onClose: () => void;
}

/** The open list of a menu. Arrows, first letters, Home and End move; Escape, Tab and a click elsewhere close. */
export function MenuList({ id, label, anchor, items, header, onClose }: MenuListProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useLayoutEffect(() => {
    if (!box.current) return;
    place(box.current, anchor);
    entries(box.current)[0]?.focus();
  }, [anchor]);
  useEffect(() => {
    const press = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!box.current?.contains(target) && !anchor.contains(target)) latest.current();
    };
    const scroll = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) latest.current();
    };
    const resize = () => latest.current();
    document.addEventListener("pointerdown", press);
    document.addEventListener("scroll", scroll, { capture: true, passive: true });
    addEventListener("resize", resize);
    return () => {
      document.removeEventListener("pointerdown", press);
      document.removeEventListener("scroll", scroll, { capture: true });
      removeEventListener("resize", resize);
    };
  }, [anchor]);
  const close = () => {
    onClose();
    anchor.focus();
  };
  return createPortal(
    <div ref={box} className="pop fixed top-0 left-0 z-40 min-w-44 max-w-[calc(100vw-1rem)] p-1">
      {header && <div className="border-b border-line px-2.5 pt-1 pb-2 text-xs text-muted">{header}</div>}
      <div id={id} role="menu" aria-label={label} tabIndex={-1} className="outline-none" onKeyDown={(event) => move(event, box.current, close)}>
        {items.map((item, at) =>
          item === null ? (
            // oxlint-disable-next-line react/no-array-index-key -- a line has no other name than its place
            <hr key={`line-${at}`} className="my-1 border-line" />
          ) : (
            <Entry key={item.label} item={item} onClose={close} />
          ),
        )}
      </div>
    </div>,
    document.body,
  );
}

function Entry({ item, onClose }: { item: MenuItem; onClose: () => void }) {
  const choice = item.checked !== undefined;
  return (
    <button
      type="button"
      role={choice ? "menuitemradio" : "menuitem"}
      aria-checked={choice ? item.checked : undefined}
      aria-disabled={item.disabledReason ? true : undefined}
      tabIndex={-1}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      onClick={() => {
        if (item.disabledReason) return;
        onClose();
        item.onSelect();
      }}
      className={cx(
        "flex min-h-8 w-full items-center gap-2.5 rounded px-2.5 py-1 text-left text-sm outline-none focus:bg-hover aria-disabled:cursor-default aria-disabled:text-muted pointer-coarse:min-h-10",
        item.danger && !item.disabledReason && "text-fail",
      )}
    >
      <span className="flex w-4 shrink-0 justify-center" aria-hidden>
        {choice ? item.checked && "✓" : item.icon}
      </span>
      <span>
        {item.label}
        {item.disabledReason && <span className="block text-xs text-muted">{item.disabledReason}</span>}
      </span>
    </button>
  );
}

function entries(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

function move(event: KeyboardEvent, box: HTMLElement | null, close: () => void): void {
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  const list = entries(box);
  const at = list.indexOf(document.activeElement as HTMLElement);
  const go = (place: number) => list[(place + list.length) % list.length]?.focus();
  switch (event.key) {
    case "ArrowDown":
      go(at + 1);
      break;
    case "ArrowUp":
      go(at <= 0 ? -1 : at - 1);
      break;
    case "Home":
      go(0);
      break;
    case "End":
      go(-1);
      break;
    case "Escape":
    case "Tab":
      close();
      break;
    default: {
      if (event.key.length !== 1 || event.key === " ") return;
      const after = [...list.slice(at + 1), ...list.slice(0, at + 1)];
      after.find((entry) => entry.textContent?.trim().replace(/^✓/, "").toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Below the button and aligned with its end; above where there is no room below. */
function place(box: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8));
  const below = at.bottom + 6;
  const top = below + size.height > innerHeight - 8 ? Math.max(8, at.top - size.height - 6) : below;
  box.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
}
