/** Lines of a log as they arrive: numbered, with the style that each begins in; told at most once a frame. */
import type { LogChunk, LogStream } from "@/api/generated";
import { type AnsiStyle, ansiLine, ansiText, PLAIN } from "@/lib/ansi";
import { bytes } from "@/lib/numbers";

/** One line. */
export interface LogLine {
  /** Number from 1; nothing for what Orc says itself between the lines. */
  number: number | null;
  raw: string;
  stream: LogStream;
  style: AnsiStyle;
}

/** A store for `useSyncExternalStore`. */
export class LogStore {
  lines: LogLine[] = [];
  private version = 0;
  /** Lines written so far, those that Orc says itself left out. */
  total = 0;
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

  /** Adds a piece; it may begin and end in the middle of a line. */
  append(chunk: LogChunk): void {
    if (this.attempt !== null && chunk.attempt !== this.attempt) this.say(`attempt ${chunk.attempt}`);
    if (this.attempt !== chunk.attempt) this.restart(chunk.attempt);
    if (chunk.dropped_bytes > 0) {
      this.open.clear();
      this.say(`${bytes(chunk.dropped_bytes)} dropped here: the log is longer than what is kept`);
    }
    const parts = chunk.text.split("\n");
    const rest = parts.pop() ?? "";
    for (const part of parts) this.add(chunk.stream, part, true);
    if (rest !== "") this.add(chunk.stream, rest, false);
    this.tell();
  }

  /** Forgets everything. */
  clear(): void {
    this.lines = [];
    this.attempt = null;
    this.open.clear();
    this.styles.clear();
    this.numbered = 0;
    this.total = 0;
    this.tell();
  }

  /** The places of lines that contain a text, whatever its case. */
  find(text: string): number[] {
    const wanted = text.toLowerCase();
    if (wanted === "") return [];
    const found: number[] = [];
    for (const [place, line] of this.lines.entries()) {
      if (ansiText(line.raw).toLowerCase().includes(wanted)) found.push(place);
    }
    return found;
  }

  private restart(attempt: number): void {
    this.attempt = attempt;
    this.numbered = 0;
    this.open.clear();
    this.styles.clear();
  }

  private add(stream: LogStream, text: string, whole: boolean): void {
    let line = this.open.get(stream);
    if (line) {
      line.raw += text;
    } else {
      this.numbered += 1;
      this.total += 1;
      line = { number: this.numbered, raw: text, stream, style: this.styles.get(stream) ?? PLAIN };
      this.lines.push(line);
    }
    if (!whole) {
      this.open.set(stream, line);
      return;
    }
    this.open.delete(stream);
    if (line.raw.includes("\u001b")) this.styles.set(stream, ansiLine(line.raw, line.style).after);
  }

  private say(text: string): void {
    this.lines.push({ number: null, raw: text, stream: "system", style: PLAIN });
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
