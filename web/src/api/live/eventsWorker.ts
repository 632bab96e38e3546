/**
 * Shared worker that owns the one event stream of this browser: a browser keeps at most six connections to a
 * server, so a stream in each tab would stop the seventh from loading at all.
 */
import { type LiveStatus, Stream } from "./stream";

declare const self: SharedWorkerGlobalScope;

const ports = new Set<MessagePort>();
let stream: Stream | null = null;
let status: LiveStatus = "connecting";
let kinds: string[] = [];

function tell(message: unknown): void {
  for (const port of ports) port.postMessage(message);
}

function start(): void {
  if (stream) return;
  stream = new Stream({
    url: (lastId) => `/api/v1/events${lastId === "" ? "" : `?last_event_id=${encodeURIComponent(lastId)}`}`,
    kinds,
    onEvent: (_kind, data) => tell({ data }),
    onStatus: (next) => {
      status = next;
      tell({ status });
    },
  });
}

self.onconnect = (connection) => {
  const port = connection.ports[0];
  if (!port) return;
  port.onmessage = (message: MessageEvent<{ hello?: string[]; wake?: true; bye?: true }>) => {
    if (message.data.hello) {
      kinds = message.data.hello;
      ports.add(port);
      start();
      port.postMessage({ status });
    }
    if (message.data.wake) stream?.wake();
    if (message.data.bye) {
      ports.delete(port);
      if (ports.size === 0) {
        stream?.close();
        stream = null;
      }
    }
  };
};
