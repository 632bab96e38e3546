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
