import { describe, expect, it } from "vitest";
import type { LogChunk } from "@/api/generated";
import { LogFinder } from "./LogFinder";
import { LogStore, MOST_LINES } from "./logStore";

const chunk = (text: string, more: Partial<LogChunk> = {}): LogChunk => ({ kind: "log", attempt: 1, offset: 0, stream: "stdout", at: "2026-11-23T10:00:00Z", text, dropped_bytes: 0, dropped_because: null, redraw_count: 0, ...more });
const shown = (store: LogStore) => store.lines.map((line) => [line.number, line.raw]);

describe("LogStore", () => {
  it("joins a line that came in pieces", () => {
    const store = new LogStore();
    store.append(chunk("a\nb"));
    store.append(chunk("c\nd\n"));
    expect(shown(store)).toEqual([[1, "a"], [2, "bc"], [3, "d"]]);
  });

  it("does not mix pieces of two streams", () => {
    const store = new LogStore();
    store.append(chunk("out "));
    store.append(chunk("err\n", { stream: "stderr" }));
    store.append(chunk("more\n"));
    expect(shown(store)).toEqual([[1, "out more"], [2, "err"]]);
  });

  it("says what was dropped, without a number", () => {
    const store = new LogStore();
    store.append(chunk("a\n"));
    store.append(chunk("z\n", { dropped_bytes: 2048, dropped_because: "long_log" }));
    expect(shown(store)[1]?.[0]).toBeNull();
    expect(shown(store)[1]?.[1]).toContain("2.0 KB");
    expect(shown(store)[2]).toEqual([2, "z"]);
  });

  it.each([
    ["long_log", "longer than its limit"],
    ["full_disk", "disk"],
    ["write_error", "written"],
    ["damaged", "damaged"],
  ] as const)("says why bytes are missing: %s", (because, words) => {
    const store = new LogStore();
    store.append(chunk("z\n", { dropped_bytes: 1, dropped_because: because }));
    expect(shown(store)[0]?.[1]).toContain(words);
  });

  it("tells the missing middle of a long line in the line", () => {
    const store = new LogStore();
    store.append(chunk("begin"));
    store.append(chunk("end\n", { dropped_bytes: 2048, dropped_because: "long_line" }));
    expect(shown(store)).toEqual([[1, "begin [… 2.0 KB of this line left out …] end"]]);
  });

  it("keeps a progress bar on one line and counts the redraws that are not there", () => {
    const { store, finder } = searched();
    store.append(chunk("\r 1%\r 2%"));
    store.append(chunk("\r 40%", { dropped_bytes: 900, dropped_because: "redraws", redraw_count: 37 }));
    store.append(chunk("\r 99%", { dropped_bytes: 900, dropped_because: "redraws", redraw_count: 58 }));
    store.append(chunk("\r\u001b[Kfatal: gone\r\r\n"));
    expect(store.lines).toMatchObject([{ number: 1, redraws: 95 }]);
    expect(finder.find("fatal: gone")).toEqual([0]);
    expect(finder.find("99%")).toEqual([]);
  });

  it("begins anew with a new attempt", () => {
    const store = new LogStore();
    store.append(chunk("a\nb\n"));
    store.append(chunk("c\n", { attempt: 2 }));
    expect(shown(store).slice(2)).toEqual([[null, "attempt 2"], [1, "c"]]);
  });

  it("carries colours into the next line", () => {
    const store = new LogStore();
    store.append(chunk("\u001b[33mwarn\nstill\n"));
    expect(store.lines[1]?.style.fg).toBe("#e3b341");
  });

  it("keeps a window of a log that grows, and the numbers of its lines", () => {
    const store = new LogStore();
    for (let piece = 0; piece < 30; piece += 1) store.append(chunk("x\n".repeat(1000), { offset: piece * 2000 }));
    expect(store.lines.length).toBeLessThanOrEqual(MOST_LINES + 2000);
    expect(store.end).toBe(30_000);
    expect(store.total).toBe(30_000);
    expect(store.lines[0]).toMatchObject({ number: store.base + 1, offset: store.base * 2 });
  });

  it("takes nothing away while somebody reads", () => {
    const store = new LogStore();
    store.setTrims(false);
    store.append(chunk("x\n".repeat(MOST_LINES + 5000)));
    expect(store.base).toBe(0);
    store.setTrims(true);
    expect(store.lines).toHaveLength(MOST_LINES);
  });

  it("knows the first byte of each line", () => {
    const store = new LogStore();
    store.append(chunk("é\n😀\nz\n", { offset: 100 }));
    expect(store.lines.map(({ offset }) => offset)).toEqual([100, 103, 108]);
  });

  it("puts older lines in front with the numbers that they have", () => {
    const store = new LogStore();
    store.append(chunk("a\nb\nc\nd\n"));
    store.lines = store.lines.slice(2);
    store.base = 2;
    store.prepend([chunk("b\n", { offset: 2 })], false);
    expect(shown(store)).toEqual([[2, "b"], [3, "c"], [4, "d"]]);
    expect(store.base).toBe(1);
  });

  it("numbers lines from the first that is loaded where the begin is not known, and drops half a line", () => {
    const store = new LogStore();
    store.append(chunk("y\nz\n", { offset: 500 }));
    store.prepend([chunk("lf\nw\n", { offset: 495 }), chunk("x\n", { offset: 498, stream: "stderr" })], true);
    expect(shown(store)).toEqual([[1, "w"], [2, "x"], [3, "y"], [4, "z"]]);
    store.append(chunk("new\n", { offset: 504 }));
    expect(shown(store).at(-1)).toEqual([5, "new"]);
  });
});

function searched() {
  const store = new LogStore();
  return { store, finder: new LogFinder(store) };
}

describe("LogFinder", () => {
  it("finds text through colours", () => {
    const { store, finder } = searched();
    store.append(chunk("one\ntw\u001b[31mo\u001b[0m Three\n"));
    expect(finder.find("two t")).toEqual([1]);
    expect(finder.find("")).toEqual([]);
  });

  it("looks only at what is new", () => {
    const { store, finder } = searched();
    store.append(chunk("hit\n".repeat(1000)));
    expect(finder.find("hit")).toHaveLength(1000);
    const { looked } = finder;
    store.append(chunk("miss\nhit\n"));
    expect(finder.find("hit").at(-1)).toBe(1001);
    expect(finder.looked - looked).toBe(2);
  });

  it("looks again at a line that grew", () => {
    const { store, finder } = searched();
    store.append(chunk("a\nhi"));
    expect(finder.find("hit")).toEqual([]);
    store.append(chunk("t\n"));
    expect(finder.find("hit")).toEqual([1]);
    expect(finder.find("hit")).toEqual([1]);
  });

  it("forgets what is gone and finds what is put in front", () => {
    const { store, finder } = searched();
    store.append(chunk("hit\nb\nhit\n"));
    expect(finder.find("hit")).toEqual([0, 2]);
    store.lines = store.lines.slice(1);
    store.base = 1;
    expect(finder.find("hit")).toEqual([2]);
    store.prepend([chunk("hit\n")], false);
    expect(finder.find("hit")).toEqual([0, 2]);
    store.clear();
    expect(finder.find("hit")).toEqual([]);
  });
});
