import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, ChevronDown, ChevronUp, Download, Search, WrapText } from "lucide-react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ApiError } from "@/api/errors";
import { followLog, logAddress } from "@/api/logStream";
import type { LiveStatus } from "@/api/stream";
import { cx } from "@/lib/cx";
import { count, plural } from "@/lib/numbers";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Tooltip } from "@/ui/layers/Tooltip";
import { LogRow } from "./LogRow";
import { LogStore } from "./logStore";
import { useLogKeys, useSearch } from "./logSearch";

/** A log of more than this is shown from its last lines on. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const ROW = 19;

/** Props of LogView. */
export interface LogViewProps {
  run: string;
  attempt: number | undefined;
  /** Bytes so far; decides whether all of it is asked for. */
  size: number;
}

interface Feed {
  store: LogStore;
  status: LiveStatus | "ended";
  failure: ApiError | null;
}

/** Opens the stream of a log and keeps its lines. */
function useLog(run: string, attempt: number | undefined, whole: boolean): Feed {
  const [feed, setFeed] = useState<Feed>(() => ({ store: new LogStore(), status: "connecting", failure: null }));
  const { store } = feed;
  useEffect(() => {
    const change = (more: Partial<Feed>) => setFeed((old) => ({ ...old, ...more }));
    const close = followLog({
      run,
      attempt,
      whole,
      onChunk: (chunk) => store.append(chunk),
      onEnd: () => change({ status: "ended" }),
      onStatus: (status) => change(status === "live" ? { status, failure: null } : { status }),
      onFailure: (failure) => change({ failure }),
    });
    return () => {
      close();
      store.clear();
    };
  }, [run, attempt, whole, store]);
  useSyncExternalStore(store.watch, store.snapshot);
  return feed;
}

/** The live log: colours, search, wrap, links to lines, following that stops when one scrolls up. */
export function LogView({ run, attempt, size }: LogViewProps) {
  const [whole, setWhole] = useState(() => size <= WHOLE_BYTES);
  const { store, status, failure } = useLog(run, attempt, whole);
  const [wrap, setWrap] = useState(() => !matchMedia("(min-width: 768px)").matches);
  const [follow, setFollow] = useState(() => lineOfHash() === null);
  const [picked, setPicked] = useState(lineOfHash);
  const box = useRef<HTMLDivElement>(null);
  const lines = store.lines;
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 20 });
  const search = useSearch(store, (place) => {
    setFollow(false);
    virtual.scrollToIndex(place, { align: "center" });
  });
  useEffect(() => virtual.measure(), [wrap, virtual]);
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines.length, virtual]);
  useJump(lines.length, picked, (place) => virtual.scrollToIndex(place, { align: "center" }), whole);
  useLogKeys({
    follow: () => setFollow((old) => !old),
    wrap: () => setWrap((old) => !old),
    next: search.next,
    previous: search.previous,
    begin: () => {
      setFollow(false);
      virtual.scrollToIndex(0);
    },
    end: () => setFollow(true),
  });
  const pick = (number: number) => {
    setPicked(number);
    setFollow(false);
    history.replaceState(history.state, "", `#L${number}`);
  };
  const digits = useMemo(() => String(lines.length).length, [lines.length]);
  return (
    <section aria-label="Log" className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-2 px-3 py-2">
        <h2 className="text-base font-semibold">Log</h2>
        <LogState status={status} lines={store.total} />
        <span className="flex-1" />
        <SearchBox search={search} />
        <Button aria-pressed={follow} className={follow ? "border-accent! bg-accent-soft!" : ""} icon={<ArrowDownToLine size={14} aria-hidden />} onClick={() => setFollow(!follow)}>
          Follow
        </Button>
        <IconButton label="Wrap lines" aria-pressed={wrap} look="plain" className={wrap ? "border-accent! bg-accent-soft!" : ""} icon={<WrapText size={15} aria-hidden />} onClick={() => setWrap(!wrap)} />
        <Tooltip text="Download the log">
          <a href={logAddress(run, attempt)} download={`${run}${attempt ? `-${attempt}` : ""}.log`} aria-label="Download the log" className={buttonClass("plain", "min-w-8 px-0!")}>
            <Download size={15} aria-hidden />
          </a>
        </Tooltip>
      </header>
      {!whole && (
        <p className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-1.5 text-xs text-muted">
          The log is long: shown from its last 1,000 lines on, numbered from there.
          <button type="button" className="text-accent underline" onClick={() => setWhole(true)}>
            Show all of it
          </button>
        </p>
      )}
      {failure && (
        <p role="alert" className="border-t border-line bg-warn-soft px-3 py-2 text-sm">
          {failure.title}: {failure.message}
        </p>
      )}
      {/* It scrolls, so it takes the focus and listens to what scrolls it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={box}
        role="log"
        aria-live="off"
        aria-label="Lines of the log"
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          const atEnd = scrollHeight - scrollTop - clientHeight < ROW * 1.5;
          if (atEnd && !follow && lines.length > 0 && event.currentTarget.dataset["moved"]) setFollow(true);
        }}
        onWheel={(event) => {
          event.currentTarget.dataset["moved"] = "1";
          if (event.deltaY < 0) setFollow(false);
        }}
        onTouchMove={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          if (scrollHeight - scrollTop - clientHeight > ROW * 3) setFollow(false);
        }}
        onKeyDown={(event) => {
          if (["ArrowUp", "PageUp", "Home"].includes(event.key)) setFollow(false);
        }}
        className="h-[calc(100dvh-13.5rem)] min-h-72 max-md:h-[62dvh] overflow-auto bg-log-bg font-mono text-xs text-log-text focus-visible:-outline-offset-2"
      >
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
                  length={line.raw.length}
                  wrap={wrap}
                  digits={digits}
                  picked={line.number !== null && line.number === picked}
                  found={search.current === item.index}
                  marked={search.text}
                  onPick={pick}
                />
              )
            );
          })}
        </div>
        {lines.length === 0 && <p className="p-4 text-[#9ba5b4]">{status === "ended" ? "Nothing was written." : "Nothing was written yet."}</p>}
      </div>
    </section>
  );
}

const STATE_WORDS = { live: "live", connecting: "connecting", offline: "not connected, trying again", ended: "complete" };

function LogState({ status, lines }: { status: LiveStatus | "ended"; lines: number }) {
  return (
    <span className="text-xs text-muted" data-log-status={status}>
      {plural(lines, "line")}, {STATE_WORDS[status]}
    </span>
  );
}

function SearchBox({ search }: { search: ReturnType<typeof useSearch> }) {
  return (
    <span className="flex items-center gap-1">
      <span className="relative">
        <Search size={14} aria-hidden className="pointer-events-none absolute top-1/2 left-2 -translate-y-1/2 text-muted" />
        <input
          data-filter
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={search.text}
          onChange={(event) => search.setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            if (event.shiftKey) search.previous();
            else search.next();
          }}
          className="control w-40 pl-7!"
        />
      </span>
      {search.text !== "" && (
        <>
          <span role="status" className="text-xs text-muted">
            {search.found.length === 0 ? "none" : `${search.at + 1} of ${count(search.found.length)}`}
          </span>
          <IconButton label="Previous match" icon={<ChevronUp size={15} aria-hidden />} onClick={search.previous} />
          <IconButton label="Next match" icon={<ChevronDown size={15} aria-hidden />} onClick={search.next} />
        </>
      )}
    </span>
  );
}

/** The line that the address names. */
function lineOfHash(): number | null {
  const match = /^#L(\d+)$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}

/** Goes to the line of the address once, as soon as it is there. */
function useJump(length: number, picked: number | null, go: (place: number) => void, whole: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (done.current || picked === null || !whole || length < picked) return;
    done.current = true;
    go(picked - 1);
  }, [length, picked, go, whole]);
}
