import { describe, expect, it } from "vitest";
import type { LogChunk } from "@/api/generated";
import { LogStore } from "./logStore";

const chunk = (text: string, more: Partial<LogChunk> = {}): LogChunk => ({ attempt: 1, offset: 0, stream: "stdout", at: "2026-11-23T10:00:00Z", text, dropped_bytes: 0, ...more });
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
    store.append(chunk("z\n", { dropped_bytes: 2048 }));
    expect(shown(store)[1]?.[0]).toBeNull();
    expect(shown(store)[1]?.[1]).toContain("2.0 KB");
    expect(shown(store)[2]).toEqual([2, "z"]);
  });

  it("begins anew with a new attempt", () => {
    const store = new LogStore();
    store.append(chunk("a\nb\n"));
    store.append(chunk("c\n", { attempt: 2 }));
    expect(shown(store).slice(2)).toEqual([[null, "attempt 2"], [1, "c"]]);
  });

  it("finds text through colours", () => {
    const store = new LogStore();
    store.append(chunk("one\ntw\u001b[31mo\u001b[0m Three\n"));
    expect(store.find("two t")).toEqual([1]);
    expect(store.find("")).toEqual([]);
  });

  it("carries colours into the next line", () => {
    const store = new LogStore();
    store.append(chunk("\u001b[33mwarn\nstill\n"));
    expect(store.lines[1]?.style.fg).toBe("#e3b341");
  });
});
