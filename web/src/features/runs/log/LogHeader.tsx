import { ArrowDownToLine, ChevronDown, ChevronUp, Download, Search, WrapText } from "lucide-react";
import { logAddress } from "@/api/live/logStream";
import { count, plural } from "@/lib/numbers";
import { Button, buttonClass, IconButton } from "@/ui/Button";
import { Tooltip } from "@/ui/layers/Tooltip";
import type { useSearch } from "./logSearch";
import type { LogStatus } from "./useLog";

const PRESSED = "border-accent! bg-accent-soft!";

/** Props of LogHeader. */
export interface LogHeaderProps {
  run: string;
  attempt: number | undefined;
  status: LogStatus;
  lines: number;
  /** Whether lines before these are neither loaded nor counted. */
  partial: boolean;
  search: ReturnType<typeof useSearch>;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
}

/** How the log arrives, the search, and how it is shown. */
export function LogHeader({ run, attempt, status, lines, partial, search, follow, onFollow, wrap, onWrap }: LogHeaderProps) {
  return (
    <header className="flex flex-wrap items-center gap-2 px-3 py-2">
      <h2 className="text-base font-semibold">Log</h2>
      <span className="text-xs text-muted" data-log-status={status}>
        {partial ? `last ${plural(lines, "line")}` : plural(lines, "line")}, {STATUS_WORDS[status]}
      </span>
      <span className="flex-1" />
      <SearchBox search={search} />
      <Button aria-pressed={follow} className={follow ? PRESSED : ""} icon={<ArrowDownToLine size={14} aria-hidden />} onClick={() => onFollow(!follow)}>
        Follow
      </Button>
      <IconButton label="Wrap lines" aria-pressed={wrap} look="plain" className={wrap ? PRESSED : ""} icon={<WrapText size={15} aria-hidden />} onClick={() => onWrap(!wrap)} />
      <Tooltip text="Download the log">
        <a href={logAddress(run, attempt)} download={`${run}${attempt ? `-${attempt}` : ""}.log`} aria-label="Download the log" className={buttonClass("plain", "min-w-8 px-0!")}>
          <Download size={15} aria-hidden />
        </a>
      </Tooltip>
    </header>
  );
}

const STATUS_WORDS: Record<LogStatus, string> = {
  live: "live",
  connecting: "connecting",
  offline: "not connected, trying again",
  ended: "complete",
  held: "paused while you read, Follow resumes",
};

function SearchBox({ search }: { search: LogHeaderProps["search"] }) {
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
