import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { SCROLLER } from "../layout/scroller";
import { chosenOf, type Selection, toggled, withAll } from "./selection";
import { usePlace } from "./usePlace";

/** One column: where it stands and what it shows. */
export interface Column<T> {
  id: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  /** Width and visibility, the same in the head and in each row. */
  className: string;
}

/** Props of DataTable. */
export interface DataTableProps<T> {
  label: string;
  rows: T[];
  rowId: (row: T) => string;
  columns: Column<T>[];
  /** What a row is on a phone. */
  card: (row: T) => ReactNode;
  cardHeight?: number;
  /** Name of a row, for its tick box. */
  rowName?: (row: T) => string;
  selection?: Selection;
  onSelection?: (next: Selection) => void;
  onOpen?: (row: T) => void;
  /** Called when the end comes near. */
  onEnd?: (() => void) | undefined;
  /** Rows on the server, if known. */
  total?: number;
}

const ROW = 36;
const NONE: Selection = {};

function useWide(): boolean {
  const query = useMemo(() => matchMedia("(min-width: 768px)"), []);
  const [wide, setWide] = useState(query.matches);
  useEffect(() => {
    const look = () => setWide(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, [query]);
  return wide;
}

/** A table of any length. Only visible rows are rendered; on phones each row is a card. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { rows, rowId, selection = NONE, onSelection, onEnd } = props;
  const wide = useWide();
  const body = useRef<HTMLDivElement>(null);
  const margin = usePlace(body);
  const [active, setActive] = useState(-1);
  const ids = useMemo(() => rows.map(rowId), [rows, rowId]);
  const height = wide ? ROW : (props.cardHeight ?? 84);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById(SCROLLER),
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (at) => ids[at] ?? at,
  });
  useEffect(() => virtual.measure(), [height, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 15) onEnd?.();
  }, [last, rows.length, onEnd]);
  useListKeys(rows.length, active, (at) => {
    setActive(at);
    virtual.scrollToIndex(at, { align: "auto" });
  }, {
    open: (at) => rows[at] && props.onOpen?.(rows[at]),
    select: (at) => ids[at] !== undefined && onSelection?.(toggled(selection, ids[at])),
  });
  const chosen = chosenOf(selection, ids);
  return (
    <div role="table" aria-label={props.label} aria-rowcount={(props.total ?? rows.length) + 1} className="rounded-lg border border-line bg-surface text-sm">
      <div role="rowgroup" className={cx("sticky -top-px z-10 rounded-t-lg border-b border-line bg-surface", !wide && "sr-only")}>
        <div role="row" aria-rowindex={1} className="flex h-9 items-center gap-3 px-3 text-xs font-semibold text-muted">
          {onSelection && (
            <div role="columnheader" className="flex w-5 shrink-0">
              <input
                type="checkbox"
                aria-label="Select all"
                checked={chosen === "all"}
                ref={(box) => {
                  if (box) box.indeterminate = chosen === "some";
                }}
                onChange={(event) => onSelection(withAll(selection, ids, event.target.checked))}
                className="size-4 accent-(--accent-strong)"
              />
            </div>
          )}
          {props.columns.map((column) => (
            <div key={column.id} role="columnheader" className={cx("min-w-0 truncate", column.className)}>
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          const id = ids[item.index];
          if (!row || id === undefined) return null;
          const picked = selection[id] === true;
          return (
            <div
              key={id}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={onSelection ? picked : undefined}
              data-active={item.index === active || undefined}
              className={cx(
                "absolute top-0 left-0 flex w-full items-center gap-3 border-b border-line px-3 last:rounded-b-lg last:border-b-0 hover:bg-hover data-active:bg-hover data-active:shadow-[inset_2px_0_var(--accent)]",
                picked && "bg-accent-soft!",
              )}
              style={{ height, transform: `translateY(${item.start - margin}px)` }}
            >
              {onSelection && (
                <div role="cell" className="flex w-5 shrink-0">
                  <input
                    type="checkbox"
                    aria-label={`Select ${props.rowName?.(row) ?? "row"}`}
                    checked={picked}
                    onChange={() => onSelection(toggled(selection, id))}
                    className="size-4 accent-(--accent-strong) pointer-coarse:size-5"
                  />
                </div>
              )}
              {wide ? (
                props.columns.map((column) => (
                  <div key={column.id} role="cell" className={cx("min-w-0", column.className)}>
                    {column.cell(row)}
                  </div>
                ))
              ) : (
                <div role="cell" className="min-w-0 flex-1">
                  {props.card(row)}
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** j and k move, Enter opens and x selects, but not while somebody types. */
function useListKeys(length: number, active: number, move: (at: number) => void, act: { open: (at: number) => void; select: (at: number) => void }) {
  const latest = useRef({ length, active, move, act });
  useEffect(() => {
    latest.current = { length, active, move, act };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target.closest("input:not([type=checkbox]),textarea,select,[contenteditable],[role=dialog],[role=alertdialog],[role=menu]")) return;
      const { length, active, move, act } = latest.current;
      if (event.key === "j" && active < length - 1) move(active + 1);
      else if (event.key === "k" && active > 0) move(active - 1);
      else if (event.key === "x" && active >= 0) act.select(active);
      else if (event.key === "Enter" && active >= 0 && target.closest("a,button") === null) act.open(active);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
