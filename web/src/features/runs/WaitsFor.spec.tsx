import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Run } from "@/api/generated";
import { run, waitsFor } from "@/mocks/data";
import { WaitsFor } from "./WaitsFor";

const waiting: Run = { ...run(11), state: "waiting", actions: ["start", "cancel"], attempts: [], dependencies: [waitsFor()] };

it("says of each dependency whether it holds, what was seen, and when Orc looks again", () => {
  render(<WaitsFor run={waiting} />);
  expect(screen.getByRole("heading", { name: "Waits for" })).toBeDefined();
  const text = screen.getByRole("list", { name: "Dependencies" }).textContent;
  expect(text).toContain("does not hold");
  expect(text).toContain("/srv/inbox/*.csv exists");
  expect(text).toContain("there is no /srv/inbox/*.csv");
  expect(text).toMatch(/looked .* · next look .* · waits until/);
});

it("says who did not wait", () => {
  const started: Run = { ...waiting, state: "running", actions: ["cancel"], dependencies: [{ ...waitsFor(), waived_by: "ada", next_look_at: null }] };
  render(<WaitsFor run={started} />);
  expect(screen.getByRole("heading", { name: "Waited for" })).toBeDefined();
  expect(screen.getByText("not waited for: ada")).toBeDefined();
});
