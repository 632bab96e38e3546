import type { RunSpec } from "@/api/generated";

const quoted = (text: string): string => (/^[\w@%+=:,./${}-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/** What a task runs, as one reads it. */
export function runWords(run: RunSpec): string {
  switch (run.kind) {
    case "command":
      return [run.program, ...(run.arguments ?? [])].map(quoted).join(" ");
    case "shell":
      return run.line;
    case "script":
      return `#!${run.interpreter}\n${run.text}`;
    case "http":
      return [`${run.method ?? "GET"} ${run.url}`, ...Object.entries(run.headers ?? {}).map(([name, value]) => `${name}: ${value}`), ...(run.body ? ["", run.body] : [])].join("\n");
    case "heartbeat":
      return "a job elsewhere, which calls Orc";
  }
}
