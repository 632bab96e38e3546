import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useId, useState } from "react";

const MenuList = lazy(() => import("./MenuList"));

/** One entry of a menu. */
export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  /** Why it cannot be chosen now. */
  disabledReason?: string | false | undefined;
  /** Ticked (for choices). */
  checked?: boolean;
}

/** A menu behind a button, loaded when it is first opened; `null` draws a line. */
export function Menu({ trigger, items, header }: { trigger: ReactElement; items: (MenuItem | null)[]; header?: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null);
  const id = useId();
  const button = cloneElement(trigger, {
    ref: setAnchor,
    "aria-haspopup": "menu",
    "aria-expanded": open,
    "aria-controls": open ? id : undefined,
    onClick: () => setOpen((old) => !old),
  } as Record<string, unknown>);
  return (
    <>
      {button}
      {open && (
        <Suspense>
          <MenuList id={id} anchor={anchor} items={items} header={header} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
