/** The live connection of this page, through the shared worker or, where the browser has none, through a stream of its own. */
import type { Event as OrcEvent } from "../generated";
import { type LiveStatus, Stream } from "./stream";

/** All kinds of events. A new kind in the contract does not compile until it is listed here. */
const KINDS: Record<OrcEvent["kind"], true> = {
  hello: true,
  gap: true,
  "run.changed": true,
  "task.changed": true,
  "slot.changed": true,
  "system.changed": true,
};

let status: LiveStatus = "connecting";
let changedAt = Date.now();
const watchers = new Set<() => void>();

/** Whether events arrive. */
export const isLive = (): boolean => status === "live";
/** The status of the connection. */
export const liveStatus = (): LiveStatus => status;
/** Since when it has this status (milliseconds). */
export const liveSince = (): number => changedAt;

/** Calls back on each change of the status and returns the function that stops this. */
export function watchLive(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function setStatus(next: LiveStatus): void {
  if (next === status) return;
  status = next;
  changedAt = Date.now();
  for (const watcher of watchers) watcher();
}

/** Opens the connection and returns the function that closes it. Calls `onLive` each time events begin to arrive. */
export function connectLive(onEvent: (event: OrcEvent) => void, onLive: () => void): () => void {
  const forget = watchLive(() => {
    if (isLive()) onLive();
  });
  const receive = (data: string) => {
    try {
      onEvent(JSON.parse(data) as OrcEvent);
    } catch {
      // A newer server sends an event that this version of the page does not know.
    }
  };
  const close = typeof SharedWorker === "undefined" ? connectHere(receive) : connectWorker(receive);
  return () => {
    forget();
    close();
    setStatus("connecting");
  };
}

function connectWorker(receive: (data: string) => void): () => void {
  const worker = new SharedWorker(new URL("./eventsWorker.ts", import.meta.url), { type: "module", name: "orc-events" });
  worker.port.onmessage = (message: MessageEvent<{ data?: string; status?: LiveStatus }>) => {
    if (message.data.status) setStatus(message.data.status);
    if (message.data.data) receive(message.data.data);
  };
  const hello = () => worker.port.postMessage({ hello: Object.keys(KINDS) });
  const bye = () => worker.port.postMessage({ bye: true });
  const wake = () => {
    if (document.visibilityState === "visible") worker.port.postMessage({ wake: true });
  };
  // A page that comes back from the browser's memory says hello again.
  const again = (event: PageTransitionEvent) => event.persisted && hello();
  hello();
  addEventListener("pageshow", again);
  addEventListener("pagehide", bye);
  document.addEventListener("visibilitychange", wake);
  return () => {
    bye();
    removeEventListener("pagehide", bye);
    removeEventListener("pageshow", again);
    document.removeEventListener("visibilitychange", wake);
    worker.port.close();
  };
}

/** Without shared workers, keeps a stream only while this page is visible, and closes it after 30 s in the background. */
function connectHere(receive: (data: string) => void): () => void {
  let stream: Stream | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    stream ??= new Stream({
      url: (lastId) => `/api/v1/events${lastId === "" ? "" : `?last_event_id=${encodeURIComponent(lastId)}`}`,
      kinds: Object.keys(KINDS),
      onEvent: (_kind, data) => receive(data),
      onStatus: setStatus,
    });
  };
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      open();
      stream?.wake();
      return;
    }
    timer = setTimeout(() => {
      stream?.close();
      stream = null;
      setStatus("connecting");
    }, 30_000);
  };
  open();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    stream?.close();
  };
}
