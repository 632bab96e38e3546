/** Operations that the contract gains in these days, by their agreed shapes; each goes when the generated one is there. */
import { client } from "./generated/client.gen";

type Json = Record<string, unknown>;

async function call<T>(method: "GET" | "POST", url: string, query: Json = {}, body?: unknown): Promise<T> {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const { data } = await client.request({ method, url, query, body, headers, throwOnError: true });
  return data as T;
}

/** A trigger as it stands. */
export interface TriggerStatus {
  key: string;
  kind: "webhook" | "file" | "task";
  enabled: boolean;
  id: string;
  url: string | null;
  rotated_at: string | null;
  last_run_at: string | null;
  problem: string | null;
}

/** Triggers of a task. */
export const triggerList = (task: string): Promise<{ items: TriggerStatus[] }> => call("GET", `/tasks/${encodeURIComponent(task)}/triggers`);

/** A fresh address or secret, shown once. */
export const triggerRotate = (task: string, trigger: string): Promise<{ url: string | null; secret: string | null }> =>
  call("POST", `/tasks/${encodeURIComponent(task)}/triggers/${encodeURIComponent(trigger)}/rotate`);
