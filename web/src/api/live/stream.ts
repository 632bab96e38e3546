/**
 * One EventSource with our own back-off. The browser never retries after an answer other than 200, and a new
 * EventSource cannot send `Last-Event-ID`. So this class reopens the stream and puts the id into the query.
 * It runs both in pages and in the shared worker, so it uses nothing that only one of them has.
 */

/** Whether events arrive. */
export type LiveStatus = "connecting" | "live" | "offline";

/** What to open and whom to tell. */
export interface StreamOptions {
  /** Address; called at each opening with the id of the last event seen. */
  url: (lastId: string) => string;
  /** Names of the events to listen to. */
  kinds: readonly string[];
  onEvent: (kind: string, data: string, id: string) => void;
  onStatus: (status: LiveStatus) => void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;

/** A stream that reconnects until it is closed. */
export class Stream {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private lastId = "";
  private closed = false;
  private readonly options: StreamOptions;

  constructor(options: StreamOptions) {
    this.options = options;
    this.open();
  }

  /** Reconnects at once if the stream is waiting to do so. */
  wake(): void {
    if (this.closed || this.source) return;
    clearTimeout(this.timer);
    this.open();
  }

  /** Closes the connection until `wake`. */
  pause(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.failures = 0;
  }

  /** Ends it. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    this.options.onStatus(this.failures > 1 ? "offline" : "connecting");
    const source = new EventSource(this.options.url(this.lastId));
    this.source = source;
    source.addEventListener("open", () => {
      this.failures = 0;
      this.options.onStatus("live");
    });
    source.addEventListener("error", () => this.retry(source));
    for (const kind of this.options.kinds) {
      source.addEventListener(kind, (event) => {
        if (this.source !== source) return;
        if (event.lastEventId !== "") this.lastId = event.lastEventId;
        this.options.onEvent(kind, event.data as string, event.lastEventId);
      });
    }
  }

  private retry(source: EventSource): void {
    source.close();
    if (this.closed || this.source !== source) return;
    this.source = null;
    this.failures += 1;
    this.options.onStatus(this.failures > 1 ? "offline" : "connecting");
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
    this.timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }
}
