import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { Button } from "@/ui/Button";
import { LogHeader } from "./LogHeader";
import { LogRow } from "./LogRow";
import { useLogKeys, useSearch } from "./logSearch";
import { type LogStatus, useLog, useOlder } from "./useLog";

/** A log of more than this is shown from its last 1,000 lines on. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const ROW = 19;

/** Props of LogView. */
export interface LogViewProps {
  run: string;
  attempt: number | undefined;
  /** Bytes so far; decides whether the log is read from its first byte. */
  size: number;
}

/** The live log: colours, search, wrap, links to lines, and following that stops when one scrolls up. */
export function LogView({ run, attempt, size }: LogViewProps) {
  const [whole] = useState(() => size <= WHOLE_BYTES);
  const [wrap, setWrap] = useState(() => !matchMedia("(min-width: 768px)").matches);
  const [follow, setFollow] = useState(() => lineOfHash() === null);
  const [picked, setPicked] = useState(lineOfHash);
  const [jumping, setJumping] = useState(() => whole && lineOfHash() !== null);
  const { store, status, failure } = useLog({ run, attempt, whole, follow: follow || jumping });
  const box = useRef<HTMLDivElement>(null);
  const { lines, base } = store;
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 20, getItemKey: (index) => base + index });
  const go = (place: number) => {
    setFollow(false);
    virtual.scrollToIndex(place - store.base, { align: "center" });
  };
  const search = useSearch(store, go);
  const older = useOlder(run, store, (loaded) => {
    setFollow(false);
    // The line that was the first one stays where it was.
    requestAnimationFrame(() => virtual.scrollToIndex(loaded, { align: "start" }));
  });
  useEffect(() => virtual.measure(), [wrap, virtual]);
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines.length, base, virtual]);
  const last = lines.at(-1)?.number ?? 0;
  useEffect(() => {
    if (!jumping || picked === null || last < picked) return;
    setJumping(false);
    const place = lines.findIndex(({ number }) => number === picked);
    if (place !== -1) virtual.scrollToIndex(place, { align: "center" });
  }, [jumping, picked, last, lines, virtual]);
  useLogKeys({
    follow: () => setFollow((old) => !old),
    wrap: () => setWrap((old) => !old),
    next: search.next,
    previous: search.previous,
    begin: () => go(base),
    end: () => setFollow(true),
  });
  const pick = (number: number) => {
    setPicked(number);
    setFollow(false);
    history.replaceState(history.state, "", `#L${number}`);
  };
  return (
    <section aria-label="Log" className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <LogHeader {...{ run, attempt, status, search, follow, wrap }} lines={store.total} partial={!whole && older.exist} onFollow={setFollow} onWrap={setWrap} />
      {older.exist && <Older whole={whole} busy={older.busy} onLoad={() => void older.load()} />}
      {[failure, older.failure].map(
        (each) =>
          each && (
            <p key={each.title} role="alert" className="border-t border-line bg-warn-soft px-3 py-2 text-sm">
              {each.title}: {each.message}
            </p>
          ),
      )}
      <Scroller box={box} follow={follow} filled={lines.length > 0} onFollow={setFollow}>
        <div className={cx("relative min-w-full", !wrap && "w-max")} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line && (
                <LogRow
                  key={item.key}
                  measure={wrap ? virtual.measureElement : undefined}
                  index={item.index}
                  start={item.start}
                  line={line}
                  number={line.number}
                  length={line.raw.length}
                  wrap={wrap}
                  digits={String(last).length}
                  picked={line.number !== null && line.number === picked}
                  found={search.current === base + item.index}
                  marked={search.text}
                  onPick={pick}
                />
              )
            );
          })}
        </div>
        {lines.length === 0 && <p className="p-4 text-log-muted">{nothingWords(status)}</p>}
      </Scroller>
    </section>
  );
}

const nothingWords = (status: LogStatus): string => (status === "ended" ? "The run wrote nothing." : "The run has written nothing yet.");

function Older({ whole, busy, onLoad }: { whole: boolean; busy: boolean; onLoad: () => void }) {
  return (
    <p className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-1.5 text-xs text-muted">
      Older lines are not loaded.{!whole && " Lines are numbered from the first one that is."}
      <Button className="min-h-7!" busy={busy} onClick={onLoad}>
        Load older lines
      </Button>
    </p>
  );
}

interface ScrollerProps {
  box: RefObject<HTMLDivElement | null>;
  follow: boolean;
  filled: boolean;
  onFollow: (follow: boolean) => void;
  children: ReactNode;
}

/** The box that scrolls: going up stops the following, reaching the end by hand starts it. */
function Scroller({ box, follow, filled, onFollow, children }: ScrollerProps) {
  return (
    // It scrolls, so it takes the focus and listens to what scrolls it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label="Lines of the log"
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        const atEnd = scrollHeight - scrollTop - clientHeight < ROW * 1.5;
        if (atEnd && !follow && filled && event.currentTarget.dataset["moved"]) onFollow(true);
      }}
      onWheel={(event) => {
        event.currentTarget.dataset["moved"] = "1";
        if (event.deltaY < 0) onFollow(false);
      }}
      onTouchMove={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        if (scrollHeight - scrollTop - clientHeight > ROW * 3) onFollow(false);
      }}
      onKeyDown={(event) => {
        if (["ArrowUp", "PageUp", "Home"].includes(event.key)) onFollow(false);
      }}
      className="h-[calc(100dvh-13.5rem)] min-h-72 max-md:h-[62dvh] overflow-auto bg-log-bg font-mono text-xs text-log-text focus-visible:-outline-offset-2"
    >
      {children}
    </div>
  );
}

/** The line that the address names. */
function lineOfHash(): number | null {
  const match = /^#L(\d+)$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}
