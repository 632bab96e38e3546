import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LiveStatus, Stream } from "./stream";

class Source extends EventTarget {
  static all: Source[] = [];
  closed = false;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Source.all.push(this);
  }
  close(): void {
    this.closed = true;
  }
  event(kind: string, data: string, id: string): void {
    this.dispatchEvent(new MessageEvent(kind, { data, lastEventId: id }));
  }
}

const newest = (): Source => {
  const last = Source.all.at(-1);
  if (!last) throw new Error("nothing was opened");
  return last;
};

function open() {
  const seen: string[] = [];
  const status: LiveStatus[] = [];
  const stream = new Stream({
    url: (lastId) => `/events?after=${lastId}`,
    kinds: ["run.changed"],
    onEvent: (_kind, data) => seen.push(data),
    onStatus: (next) => status.push(next),
  });
  return { stream, seen, status };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  Source.all = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("Stream", () => {
  it("comes back by itself after the last event it saw", () => {
    const { seen, status } = open();
    newest().dispatchEvent(new Event("open"));
    newest().event("run.changed", "a", "7-41");
    newest().dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(700);
    expect(Source.all.length).toBe(2);
    expect(newest().url).toBe("/events?after=7-41");
    newest().dispatchEvent(new Event("open"));
    newest().event("run.changed", "b", "7-42");
    expect(seen).toEqual(["a", "b"]);
    expect(status).toEqual(["connecting", "live", "connecting", "connecting", "live"]);
  });

  it("waits longer each time, and says that it is offline", () => {
    const { status } = open();
    for (const longest of [625, 1250, 2500]) {
      newest().dispatchEvent(new Event("error"));
      const before = Source.all.length;
      vi.advanceTimersByTime(longest);
      expect(Source.all.length).toBe(before + 1);
    }
    expect(status.at(-1)).toBe("offline");
  });

  it("does not wait when it is woken, and ends when it is closed", () => {
    const { stream } = open();
    newest().dispatchEvent(new Event("error"));
    stream.wake();
    expect(Source.all.length).toBe(2);
    stream.close();
    newest().dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(60_000);
    expect(Source.all.length).toBe(2);
    expect(newest().closed).toBe(true);
  });
});
