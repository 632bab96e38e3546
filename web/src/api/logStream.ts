/** The live log of a run: the backlog first, then what is written, resumed by itself after a break. */
import { type LogChunk, runLog } from "./generated";
import { type ApiError, apiError } from "./errors";
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

/** Opens it; given back after 30 s in the background. Gives the way to close it. */
export function followLog(options: LogStreamOptions): () => void {
  let seen = "";
  let ended = false;
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
    if (ended) return;
    if (document.visibilityState === "visible") stream.wake();
    else timer = setTimeout(() => stream.pause(), 30_000);
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    stream.close();
  };
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
