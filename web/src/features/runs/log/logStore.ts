/**
 * Lines of a log as they arrive: numbered, each with the style that it begins in. Watchers hear of changes at most once
 * a frame. The store keeps a window of the log: while it trims, the oldest lines go; older ones can be put back in front.
 */
import type { LogChunk, LogGap, LogStream } from "@/api/generated";
import { type AnsiStyle, ansiLine, PLAIN } from "@/lib/ansi";
import { bytes, utf8Length } from "@/lib/numbers";

/** Lines that are kept of a log that grows. */
export const MOST_LINES = 20_000;
/** Lines beyond that are taken away together, because each time costs a copy. */
const SLACK = 2000;

const GAP_WORDS: Record<Exclude<LogGap, "long_line" | "redraws">, string> = {
  long_log: "the log is longer than its limit",
  full_disk: "the disk was nearly full",
  write_error: "the log could not be written",
  damaged: "that part of the log is damaged",
};

/** One line. */
export interface LogLine {
  /** Number from 1; nothing for what Orc says itself between the lines. */
  number: number | null;
  raw: string;
  stream: LogStream;
  style: AnsiStyle;
  /** Redraws of it (of a progress bar) that are not in the log. */
  redraws: number;
  /** Its first byte in the log of its attempt. */
  offset: number;
  attempt: number;
}

/** A store for `useSyncExternalStore`. */
export class LogStore {
  lines: LogLine[] = [];
  /** Place of the first kept line among all lines: rises as lines are trimmed, falls as older ones are put in front. */
  base = 0;
  /** Lines written so far, those that Orc says itself left out. */
  total = 0;
  /** Whether the oldest lines go when there are too many; off while somebody reads them. */
  private trims = true;
  private version = 0;
  private numbered = 0;
  private attempt: number | null = null;
  private readonly open = new Map<LogStream, LogLine>();
  private readonly styles = new Map<LogStream, AnsiStyle>();
  private readonly watchers = new Set<() => void>();
  private scheduled = false;

  /** Number of changes so far. */
  readonly snapshot = (): number => this.version;

  /** Calls back on changes, at most once a frame; gives the way to stop. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Place after the last line. */
  get end(): number {
    return this.base + this.lines.length;
  }

  /** Place from which on lines may still grow. */
  get unsettled(): number {
    let place = this.end;
    if (this.open.size === 0) return place;
    const growing = new Set(this.open.values());
    for (let at = this.lines.length - 1; at >= 0 && growing.size > 0; at -= 1) {
      if (growing.delete(this.lines[at] as LogLine)) place = this.base + at;
    }
    return place;
  }

  /** Adds a piece; it may begin and end in the middle of a line. */
  append(chunk: LogChunk): void {
    if (this.attempt !== null && chunk.attempt !== this.attempt) this.say(`attempt ${chunk.attempt}`, chunk);
    if (this.attempt !== chunk.attempt) this.restart(chunk.attempt);
    if (chunk.dropped_bytes > 0) this.leaveOut(chunk);
    const parts = chunk.text.split("\n");
    const rest = parts.pop() ?? "";
    let { offset } = chunk;
    for (const part of parts) {
      this.add(chunk, part, true, offset);
      offset += utf8Length(part) + 1;
    }
    if (rest !== "") this.add(chunk, rest, false, offset);
    this.trim();
    this.tell();
  }

  /** Puts older pieces of the first kept line's attempt in front. `partial`: they begin in the middle of a line, which is left out. */
  prepend(chunks: readonly LogChunk[], partial: boolean): void {
    const first = this.lines[0];
    if (!first) return;
    const older = new LogStore();
    older.setTrims(false);
    for (const chunk of chunks) older.append(chunk);
    if (partial) older.lines.shift();
    const before = older.lines.filter(({ number }) => number !== null).length;
    this.base -= older.lines.length;
    this.lines = [...older.lines, ...this.lines];
    this.renumber(first.attempt, before);
    this.tell();
  }

  /** Says whether the oldest lines may go, and takes them away if so. */
  setTrims(trims: boolean): void {
    this.trims = trims;
    this.trim();
  }

  private trim(): void {
    if (!this.trims || this.lines.length <= MOST_LINES + SLACK) return;
    const gone = this.lines.length - MOST_LINES;
    this.lines = this.lines.slice(gone);
    this.base += gone;
    this.tell();
  }

  /** Forgets everything. */
  clear(): void {
    this.lines = [];
    this.base = 0;
    this.attempt = null;
    this.open.clear();
    this.styles.clear();
    this.numbered = 0;
    this.total = 0;
    this.tell();
  }

  /** Older lines come before those of their attempt. Where numbers began with the first line that was loaded, all of them rise; exact ones only reach back. */
  private renumber(attempt: number, before: number): void {
    const kept = this.lines.filter((line) => line.attempt === attempt && line.number !== null);
    const known = kept[before]?.number ?? before + 1;
    const begin = Math.max(1, known - before);
    kept.forEach((line, at) => {
      line.number = begin + at;
    });
    if (this.attempt === attempt) this.numbered = begin + kept.length - 1;
    this.total = Math.max(this.total, this.numbered);
  }

  private restart(attempt: number): void {
    this.attempt = attempt;
    this.numbered = 0;
    this.open.clear();
    this.styles.clear();
  }

  /** What is missing of one line is told in the line; anything else ends the lines that were open. */
  private leaveOut(chunk: LogChunk): void {
    const size = bytes(chunk.dropped_bytes);
    if (chunk.dropped_because === "redraws") {
      this.add(chunk, "", false, chunk.offset);
      const line = this.open.get(chunk.stream);
      if (line) line.redraws += chunk.redraw_count;
    } else if (chunk.dropped_because === "long_line") {
      this.add(chunk, ` [… ${size} of this line left out …] `, false, chunk.offset);
    } else {
      this.open.clear();
      this.say(`${size} left out here, because ${GAP_WORDS[chunk.dropped_because ?? "damaged"]}`, chunk);
    }
  }

  private add({ stream, attempt }: LogChunk, text: string, whole: boolean, offset: number): void {
    let line = this.open.get(stream);
    if (line) {
      line.raw += text;
    } else {
      this.numbered += 1;
      this.total += 1;
      line = { number: this.numbered, raw: text, stream, style: this.styles.get(stream) ?? PLAIN, redraws: 0, offset, attempt };
      this.lines.push(line);
    }
    if (!whole) {
      this.open.set(stream, line);
      return;
    }
    this.open.delete(stream);
    if (line.raw.includes("\u001b")) this.styles.set(stream, ansiLine(line.raw, line.style).after);
  }

  private say(text: string, { offset, attempt }: LogChunk): void {
    this.lines.push({ number: null, raw: text, stream: "system", style: PLAIN, redraws: 0, offset, attempt });
  }

  private tell(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const flush = () => {
      this.scheduled = false;
      this.version += 1;
      for (const watcher of this.watchers) watcher();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(flush);
    else setTimeout(flush, 200);
  }
}
