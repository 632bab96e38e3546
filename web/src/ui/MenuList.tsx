import { Menu as Base } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import type { MenuItem } from "./Menu";

/** Props of MenuList. */
export interface MenuListProps {
  id: string;
  anchor: HTMLButtonElement | null;
  items: (MenuItem | null)[];
  header?: ReactNode;
  onClose: () => void;
}

/** The open list of a menu. */
export default function MenuList({ id, anchor, items, header, onClose }: MenuListProps) {
  return (
    <Base.Root
      open
      modal={false}
      onOpenChange={(_, details) => {
        // A press on the button itself: its own click closes.
        if (details.reason === "outside-press" && anchor?.contains(details.event.target as Node)) return;
        onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} sideOffset={6} align="end" className="z-40">
          <Base.Popup id={id} finalFocus={() => anchor} className="pop min-w-44 p-1 outline-none">
            {header && <div className="border-b border-line px-2.5 pt-1 pb-2 text-xs text-muted">{header}</div>}
            {items.map((item, at) =>
              item === null ? (
                // oxlint-disable-next-line react/no-array-index-key -- a line has no other name than its place
                <Base.Separator key={`line-${at}`} className="my-1 h-px bg-line" />
              ) : (
                <Entry key={item.label} item={item} />
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ item }: { item: MenuItem }) {
  return (
    <Base.Item
      disabled={Boolean(item.disabledReason)}
      onClick={item.onSelect}
      className={cx(
        "flex min-h-8 cursor-default items-center gap-2.5 rounded px-2.5 py-1 text-sm outline-none select-none data-disabled:text-muted data-highlighted:bg-hover pointer-coarse:min-h-10",
        item.danger && !item.disabledReason && "text-fail",
      )}
    >
      <span className="flex w-4 justify-center" aria-hidden>
        {item.checked ? "✓" : item.icon}
      </span>
      <span>
        {item.label}
        {item.checked && <span className="sr-only">, chosen</span>}
        {item.disabledReason && <span className="block text-xs text-muted">{item.disabledReason}</span>}
      </span>
    </Base.Item>
  );
}
