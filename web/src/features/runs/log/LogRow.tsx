import { memo, type CSSProperties, type ReactNode } from "react";
import { type AnsiPiece, type AnsiStyle, ansiLine } from "@/lib/ansi";
import { cx } from "@/lib/cx";
import { plural } from "@/lib/numbers";
import type { LogLine } from "./logStore";

/** Props of LogRow. */
export interface LogRowProps {
  measure: ((element: HTMLElement | null) => void) | undefined;
  index: number;
  start: number;
  line: LogLine;
  /** Its number: it changes when older lines are loaded. */
  number: number | null;
  /** Length of its text: a line may grow while it is shown. */
  length: number;
  wrap: boolean;
  digits: number;
  picked: boolean;
  found: boolean;
  marked: string;
  onPick: (number: number) => void;
}

/** One line of the log. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { line, wrap, measure } = props;
  return (
    <div
      ref={measure}
      data-index={props.index}
      className={cx(
        "absolute top-0 left-0 flex min-w-full leading-[19px]",
        wrap ? "w-full" : "w-max",
        props.picked && "bg-log-picked",
        props.found && "bg-log-found",
        line.stream === "system" && "text-log-note",
      )}
      style={{ transform: `translateY(${props.start}px)` }}
    >
      {line.number === null ? (
        <span className="pl-3 text-log-note italic">– {line.raw} –</span>
      ) : (
        <>
          <a
            href={`#L${line.number}`}
            aria-label={`Line ${line.number}`}
            title={line.stream === "stdout" ? undefined : line.stream}
            tabIndex={-1}
            onClick={(event) => {
              event.preventDefault();
              if (line.number !== null) props.onPick(line.number);
            }}
            style={{ width: `${Math.max(4, props.digits + 2)}ch` }}
            className={cx(
              "sticky left-0 mr-2 shrink-0 border-r-2 bg-log-bg pr-2 text-right select-none hover:text-white",
              line.stream === "stderr" ? "border-log-error text-log-error" : "border-transparent text-log-number",
            )}
          >
            {line.number}
          </a>
          <span className={cx("min-w-0 pr-4", wrap ? "flex-1 wrap-anywhere whitespace-pre-wrap" : "whitespace-pre")}>
            {ansiLine(line.raw, line.style).pieces.map((piece, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- pieces are told apart by their place
              <Piece key={at} piece={piece} marked={props.marked} />
            ))}
            {line.redraws > 0 && <span className="pl-3 text-log-note italic select-none">– drawn again and again, {plural(line.redraws, "redraw")} left out –</span>}
          </span>
        </>
      )}
    </div>
  );
});

function css(style: AnsiStyle): CSSProperties | undefined {
  if (style.fg === null && style.bg === null && !style.inverse) return undefined;
  const front = style.fg ?? "var(--log-text)";
  const back = style.bg ?? "var(--log-bg)";
  return style.inverse ? { color: back, backgroundColor: front } : { color: style.fg ?? undefined, backgroundColor: style.bg ?? undefined };
}

function Piece({ piece: { text, style }, marked }: { piece: AnsiPiece; marked: string }) {
  const content = marked === "" ? text : mark(text, marked);
  return (
    <span className={cx(style.bold && "font-bold", style.dim && "opacity-75", style.italic && "italic", style.underline && "underline")} style={css(style)}>
      {content}
    </span>
  );
}

function mark(text: string, marked: string): ReactNode {
  const parts: ReactNode[] = [];
  const low = text.toLowerCase();
  const wanted = marked.toLowerCase();
  let from = 0;
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at} className="rounded-xs bg-log-mark text-black">{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}
