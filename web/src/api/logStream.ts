/** The live log of a run: the backlog first, then what is written, resumed by itself after a break. */
import { type LogChunk, runLog } from "./generated";
import { type ApiError, apiError, toApiError } from "./errors";
import { type LiveStatus, Stream } from "./stream";

/** Which log, from where, and whom to tell. */
export interface LogStreamOptions {
  run: string;
  /** Number of the attempt; nothing: the newest, and those that follow. */
  attempt: number | undefined;
  /** From the first byte, or the last thousand lines. */
  whole: boolean;
  onChunk: (chunk: LogChunk) => void;
  onEnd: () => void;
  onStatus: (status: LiveStatus) => void;
  onFailure: (error: ApiError) => void;
}

/** A log that is followed. */
export interface FollowedLog {
  /** Stops for a while, or goes on after the last piece that came. */
  hold: (on: boolean) => void;
  close: () => void;
}

/** Opens the stream of a log. In the background its connection is given back after 30 s. */
export function followLog(options: LogStreamOptions): FollowedLog {
  let seen = "";
  let ended = false;
  let held = false;
  const query = (lastId: string) => {
    const search = new URLSearchParams();
    if (options.attempt !== undefined) search.set("attempt", String(options.attempt));
    if (lastId !== "") search.set("last_event_id", lastId);
    else if (options.whole) search.set("offset", "0");
    return search.toString();
  };
  const stream = new Stream({
    url: (lastId) => `/api/v1/runs/${encodeURIComponent(options.run)}/log/stream?${query(lastId)}`,
    kinds: ["log", "attempt", "end"],
    onEvent(kind, data, id) {
      if (kind === "end") {
        ended = true;
        stream.close();
        options.onEnd();
      } else if (kind === "log" && (id === "" || id !== seen)) {
        seen = id;
        options.onChunk(JSON.parse(data) as LogChunk);
      }
    },
    onStatus(status) {
      options.onStatus(status);
      if (status === "offline") void explain(options);
    },
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (ended || held) return;
    if (document.visibilityState === "visible") stream.wake();
    else timer = setTimeout(() => stream.pause(), 30_000);
  };
  document.addEventListener("visibilitychange", look);
  return {
    hold(on) {
      held = on;
      if (on) stream.pause();
      else look();
    },
    close() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      stream.close();
    },
  };
}

/** A part of a log, in bytes of its attempt. */
export interface LogRange {
  run: string;
  attempt: number;
  from: number;
  until: number;
}

/** Reads the pieces of a part of a log, which keep the stream that each came from; the download does not. */
export function readLog({ run, attempt, from, until }: LogRange): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  return new Promise((resolve, reject) => {
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(run)}/log/stream?attempt=${attempt}&offset=${from}`);
    const done = () => {
      source.close();
      resolve(chunks);
    };
    source.addEventListener("log", ({ data }) => {
      const chunk = JSON.parse(data as string) as LogChunk;
      if (chunk.offset >= until) return done();
      const bytes = new TextEncoder().encode(chunk.text);
      const room = until - chunk.offset;
      chunks.push(bytes.length > room ? { ...chunk, text: new TextDecoder().decode(bytes.slice(0, room)) } : chunk);
      return bytes.length >= room ? done() : undefined;
    });
    source.addEventListener("end", done);
    source.addEventListener("error", () => {
      source.close();
      reject(toApiError(new TypeError("The log cannot be read.")));
    });
  });
}

/** An event source never says why it failed; the download of the same log does. */
async function explain({ run, attempt, onFailure }: LogStreamOptions): Promise<void> {
  const answer = await runLog({ path: { run }, query: { attempt, limit_bytes: 1 } });
  const error = apiError(answer.error);
  if (error && error.status !== 0) onFailure(error);
}

/** Address of the download. */
export function logAddress(run: string, attempt: number | undefined): string {
  return `/api/v1/runs/${encodeURIComponent(run)}/log${attempt === undefined ? "" : `?attempt=${attempt}`}`;
}
