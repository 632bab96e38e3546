/** Search in a log that grows: each line is looked at once, and again only while it may still grow. */
import { ansiText } from "@/lib/ansi";
import type { LogStore } from "./logStore";

/** Remembers what was found, and how far it looked. */
export class LogFinder {
  /** Lines looked at so far, for the test that this is not all of them each time. */
  looked = 0;
  private readonly store: LogStore;
  private wanted = "";
  /** Matches among lines that do not change any more, from `from` to `until`. */
  private settled: readonly number[] = [];
  private from = 0;
  private until = 0;

  constructor(store: LogStore) {
    this.store = store;
  }

  /** The places of kept lines that contain a text, whatever its case; places count as the store's `base` does. */
  find(text: string): readonly number[] {
    const { base, end, unsettled } = this.store;
    const wanted = text.toLowerCase();
    if (wanted !== this.wanted || this.until < base || this.until > end) {
      this.wanted = wanted;
      this.settled = [];
      [this.from, this.until] = [base, base];
    }
    if (wanted === "") return this.settled;
    const older = this.scan(base, this.from);
    const younger = this.scan(this.until, unsettled);
    const kept = base > this.from ? this.settled.filter((place) => place >= base) : this.settled;
    if (older.length + younger.length > 0 || kept.length < this.settled.length) this.settled = [...older, ...kept, ...younger];
    [this.from, this.until] = [base, unsettled];
    const growing = this.scan(unsettled, end);
    return growing.length === 0 ? this.settled : [...this.settled, ...growing];
  }

  private scan(from: number, until: number): number[] {
    const { base, lines } = this.store;
    const found: number[] = [];
    for (let place = from; place < until; place += 1) {
      this.looked += 1;
      if (ansiText(lines[place - base]?.raw ?? "").toLowerCase().includes(this.wanted)) found.push(place);
    }
    return found;
  }
}
