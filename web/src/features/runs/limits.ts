import type { Attempt, AttemptLimit, LimitKind, LimitMeans } from "@/api/generated";
import { bytes, count, plural } from "@/lib/numbers";

/** A limit with its value, as people say it. */
const VALUES: Record<LimitKind, (value: number) => string> = {
  memory: (value) => `${bytes(value)} of memory`,
  cpu: (value) => `${count(value)} % of one processor`,
  processes: (value) => plural(value, "process", "processes"),
  open_files: (value) => `${count(value)} open files for each process`,
  niceness: (value) => `niceness ${value}`,
};

const HELD: Record<LimitMeans, string> = {
  cgroup: "held by the kernel for all its processes together",
  process: "held by the kernel for each process",
  watched: "watched once a second",
  none: "not held",
};

/** A limit of an attempt in words. */
export function limitWords({ kind, value, means, passed }: AttemptLimit): string {
  return `${VALUES[kind](value)}${passed ? ", passed" : ""} (${HELD[means]})`;
}

/** The peak of memory, beside its limit if there is one. */
export function memoryWords({ peak_memory_bytes, limits }: Attempt): string | null {
  if (!peak_memory_bytes) return null;
  const limit = limits.find(({ kind }) => kind === "memory");
  return limit ? `${bytes(peak_memory_bytes)} peak of ${bytes(limit.value)}` : `${bytes(peak_memory_bytes)} peak`;
}

/** What was read from disks and written for them; none: nothing. */
export function diskWords({ disk_read_bytes, disk_written_bytes }: Attempt): string[] {
  return [disk_read_bytes ? `${bytes(disk_read_bytes)} read` : null, disk_written_bytes ? `${bytes(disk_written_bytes)} written` : null].filter((part) => part !== null);
}
