/** The live log of a run: first the backlog, then new lines. The stream resumes by itself after a break. */
import { type LogChunk, runLog } from "../generated";
import { type ApiError, apiError, toApiError } from "../errors";
import { type LiveStatus, Stream } from "./stream";

/** Which log to follow, where to begin, and whom to tell. */
export interface LogStreamOptions {
  run: string;
  /** Number of the attempt; undefined follows the newest attempt and those after it. */
  attempt: number | undefined;
  /** Whether the log begins with its first byte or with its last 1,000 lines. */
  whole: boolean;
  onChunk: (chunk: LogChunk) => void;
  onEnd: () => void;
  onStatus: (status: LiveStatus) => void;
  onFailure: (error: ApiError) => void;
}

/** A log that is followed. */
export interface FollowedLog {
  /** Pauses the stream, or resumes it after the last piece that arrived. */
  hold: (on: boolean) => void;
  close: () => void;
}

/** Opens the stream of a log. A page in the background closes its connection after 30 s. */
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

/** Reads a part of a log in pieces. Unlike the download, the pieces say which stream they came from. */
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

/** Asks for the download of the same log, because an event source never says why it failed. */
async function explain({ run, attempt, onFailure }: LogStreamOptions): Promise<void> {
  const answer = await runLog({ path: { run }, query: { attempt, limit_bytes: 1 } });
  const error = apiError(answer.error);
  if (error && error.status !== 0) onFailure(error);
}

/** Address of the download. */
export function logAddress(run: string, attempt: number | undefined): string {
  return `/api/v1/runs/${encodeURIComponent(run)}/log${attempt === undefined ? "" : `?attempt=${attempt}`}`;
}
