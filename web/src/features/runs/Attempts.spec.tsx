import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Attempt } from "@/api/generated";
import { Attempts } from "./Attempts";

const attempt: Attempt = {
  number: 1,
  outcome: "succeeded",
  node: "local",
  pid: 4711,
  started_at: "2026-11-29T10:00:00Z",
  finished_at: "2026-11-29T10:00:01Z",
  duration_seconds: 1,
  exit_code: 0,
  signal: null,
  reason: null,
  cpu_seconds: 0.1,
  peak_memory_bytes: 1024,
  disk_read_bytes: 0,
  disk_written_bytes: 4096,
  limits: [],
  log: { bytes: 0, lines: 0, truncated: false },
  leaked_output: false,
  survivor_count: 0,
  left_behind: [],
  credentials: [],
};

it("lists the programs that an attempt left running, with their pids", () => {
  const left_behind = [{ pid: 4712, name: "shop-worker", started_at: "2026-11-29T10:00:00Z" }];
  render(<Attempts attempts={[attempt, { ...attempt, number: 2, left_behind }]} shown={undefined} onChoose={vi.fn()} />);
  const list = screen.getByRole("list", { name: "Programs that attempt 2 left running" });
  expect(list.textContent).toContain("shop-worker, pid 4712, since");
  expect(screen.getAllByRole("list", { name: /left running/ })).toHaveLength(1);
});

it("shows what an attempt used beside its limits, and the limit that it passed", () => {
  const limits: Attempt["limits"] = [
    { kind: "memory", value: 67_108_864, answer: "advisory", means: "watched", passed: true },
    { kind: "open_files", value: 64, answer: "enforced", means: "process", passed: false },
  ];
  render(<Attempts attempts={[{ ...attempt, peak_memory_bytes: 70_254_592, disk_read_bytes: 1_048_576, limits }]} shown={undefined} onChoose={vi.fn()} />);
  const words = screen.getByRole("button").textContent;
  expect(words).toContain("67.0 MB peak of 64.0 MB · 1.0 MB read · 4.0 KB written");
  expect(words).toContain("Limits: 64.0 MB of memory, passed (watched once a second) · 64 open files for each process (held by the kernel for each process)");
  expect(words).toContain("limit passed: memory");
});
