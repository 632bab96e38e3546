/** Dependencies in words: their kinds, windows, and what happens while they do not hold. */
import type { AfterDeadline, DependencyWindow, OnUnmet, TaskDependency } from "@/api/generated";
import { bytes } from "@/lib/numbers";

/** Kinds of dependency: a word, and what must hold. */
export const DEPENDENCY_KINDS: Record<TaskDependency["kind"], { word: string; hint: string }> = {
  task: { word: "Other task", hint: "Another task's newest run ended well." },
  file: { word: "File", hint: "A file is there, or is not." },
  url: { word: "Address", hint: "A server answers." },
  command: { word: "Command", hint: "A command ends with exit code 0." },
  tcp: { word: "Port", hint: "A port accepts connections." },
  vpn: { word: "Network", hint: "A network profile holds, such as that of a VPN." },
  host: { word: "This machine", hint: "The server's machine has room and rest." },
};

/** When the run of the other task must have ended. */
export const WINDOWS: Record<DependencyWindow["kind"], string> = {
  today: "Today",
  any_time: "At any time",
  since_last_run: "Since this task's last run",
  within: "Within some seconds",
  same_slot_day: "For a slot of the same day",
};

/** What happens to a run while a condition does not hold. */
export const ON_UNMET: Record<OnUnmet["kind"], string> = { wait: "The run waits", skip: "The run is skipped", fail: "The run fails" };

/** What must hold, as short as it can be said; the server says it in full where it has looked. */
export function needWords(dependency: TaskDependency): string {
  switch (dependency.kind) {
    case "task":
      return dependency.task;
    case "file":
      return dependency.absent ? `no ${dependency.path}` : dependency.path;
    case "url":
      return dependency.url;
    case "command":
      return [dependency.program, ...(dependency.arguments ?? [])].join(" ");
    case "tcp":
      return `${dependency.host}, port ${dependency.port}`;
    case "vpn":
      return dependency.network;
    case "host":
      return hostWords(dependency);
  }
}

function hostWords(host: Extract<TaskDependency, { kind: "host" }>): string {
  const parts = [
    host.disk_path && `at least ${bytes(host.disk_free_bytes ?? 0)} free on the disk of ${host.disk_path}`,
    host.memory_free_bytes && `at least ${bytes(host.memory_free_bytes)} of memory free`,
    host.load_max !== null && host.load_max !== undefined && `a load of at most ${host.load_max} per processor`,
    host.on_ac_power && "mains power",
    host.idle_seconds && `nobody at a terminal for ${host.idle_seconds} s`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** What becomes of a run that has waited too long. */
export const AFTER_DEADLINE: Record<AfterDeadline, string> = { fail: "It fails", skip: "It is skipped" };
