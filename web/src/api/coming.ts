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

/** Runs made for the slots of a past period. */
export interface Backfill {
  id: string;
  task: string;
  schedule_key: string | null;
  from_at: string;
  until_at: string;
  state: "running" | "finished" | "cancelled";
  at_once: number;
  slot_count: number;
  made_count: number;
  open_count: number;
  succeeded_count: number;
  failed_count: number;
  created_at: string;
  created_by: string;
  finished_at: string | null;
}

/** What is asked for. */
export interface BackfillRequest {
  schedule_key?: string | null;
  from_at: string;
  until_at: string;
  at_once: number;
}

/** Starts one, or only counts. */
export const backfillCreate = (task: string, body: BackfillRequest, dry_run: boolean): Promise<Backfill> =>
  call("POST", `/tasks/${encodeURIComponent(task)}/backfills`, dry_run ? { dry_run } : {}, body);

/** Backfills of a task, newest first. */
export const backfillList = (task: string): Promise<{ items: Backfill[]; next_cursor: string | null }> => call("GET", "/backfills", { task });

/** Ends one: what has not begun is not run. */
export const backfillCancel = (backfill: string): Promise<Backfill> => call("POST", `/backfills/${encodeURIComponent(backfill)}/cancel`);

/** A crontab to be read. */
export interface TaskImport {
  format: "crontab";
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
  tasks: { line: number; definition: TaskDefinition; words: string[]; next_slots: SlotPreview[]; warnings: string[] }[];
  problems: { line: number; position: number | null; message: string }[];
}

/** Reads a crontab, and saves what it makes unless it is only looked at. */
export const taskImport = (body: TaskImport, dry_run: boolean): Promise<TaskImportResult> => call("POST", "/tasks/import", dry_run ? { dry_run } : {}, body);
