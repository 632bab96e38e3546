/** Operations that the contract gains in these days, by their agreed shapes; each goes when the generated one is there. */
import type { SlotPreview, TaskDefinition } from "./generated";
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

/** A crontab to be read. */
export interface TaskImport {
  kind: "crontab";
  text: string;
  form: "user" | "system" | null;
  timezone?: string | null;
  folder?: string;
  prefix?: string;
  enabled: boolean;
}

/** Tasks that a crontab makes. */
export interface TaskImportResult {
  saved: boolean;
  form: "user" | "system";
  tasks: { line: number; definition: TaskDefinition; skipped: boolean; words: string[]; next_slots: SlotPreview[]; warnings: string[] }[];
  problems: { line: number; position: number | null; message: string }[];
}

/** Reads a crontab, and saves what it makes unless it is only looked at. */
export const taskImport = (body: TaskImport, dry_run: boolean): Promise<TaskImportResult> => call("POST", "/tasks/import", dry_run ? { dry_run } : {}, body);
