import { cloneElement, type KeyboardEvent, type ReactElement, type ReactNode, useId, useState } from "react";
import { MenuList } from "./MenuList";

/** One entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  /** Why it cannot be chosen now. */
  disabledReason?: string | false | undefined;
  /** Ticked or not (for choices). */
  checked?: boolean;
}

/** A menu behind a button; `null` draws a line. */
export function Menu({ trigger, items, header }: { trigger: ReactElement; items: (MenuItem | null)[]; header?: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null);
  const id = useId();
  const props = trigger.props as { "aria-label"?: string };
  const button = cloneElement(trigger, {
    ref: setAnchor,
    "aria-haspopup": "menu",
    "aria-expanded": open,
    "aria-controls": open ? id : undefined,
    onClick: () => setOpen((old) => !old),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      setOpen(true);
    },
  } as Record<string, unknown>);
  return (
    <>
      {button}
      {open && anchor && <MenuList id={id} label={props["aria-label"] ?? "Menu"} anchor={anchor} items={items} header={header} onClose={() => setOpen(false)} />}
    </>
  );
}
