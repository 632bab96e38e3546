import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { definitionOf, type Draft, draftOf, emptyDraft } from "../draft/draft";
import { task } from "@/mocks/data";
import { ExpectPart } from "./ExpectPart";

/** The part, and what would be sent. */
function Form({ start }: { start: Draft }) {
  const [draft, setDraft] = useState(start);
  return (
    <>
      <ExpectPart draft={draft} set={(change) => setDraft((old) => ({ ...old, ...change }))} at={(pointer) => (pointer === "/expect/finish_by/at" ? "is no time" : undefined)} />
      <output>{JSON.stringify(definitionOf(draft).expect)}</output>
    </>
  );
}

const sent = () => JSON.parse(screen.getByRole("status").textContent ?? "") as unknown;

describe("what is expected of a task", () => {
  it("is nothing at first, and is written in seconds", () => {
    render(<Form start={emptyDraft()} />);
    expect(sent()).toEqual({ start_within_seconds: null, finish_by: null, at_least_every_seconds: null, usual_times: null, wait_within_seconds: null });
    fireEvent.change(screen.getByLabelText(/Starts within/), { target: { value: "5" } });
    fireEvent.change(screen.getByLabelText(/Succeeds at least every/), { target: { value: "24" } });
    fireEvent.change(screen.getByLabelText(/Ends at the latest/), { target: { value: "within" } });
    fireEvent.change(screen.getByLabelText(/Takes at most/), { target: { value: "2.5" } });
    fireEvent.change(screen.getByLabelText(/Waits at most/), { target: { value: "30" } });
    expect(sent()).toEqual({ start_within_seconds: 300, finish_by: { within_seconds: 3600, at: null }, at_least_every_seconds: 86_400, usual_times: 2.5, wait_within_seconds: 1800 });
  });

  it("keeps a time of day and shows what is wrong with it", () => {
    const start = draftOf(task(0));
    render(<Form start={start} />);
    expect(screen.getByLabelText<HTMLInputElement>(/Ends by/).value).toBe("06:00");
    expect(screen.getByText("is no time")).toBeTruthy();
    expect(definitionOf(start).expect).toEqual({ start_within_seconds: 300, finish_by: { within_seconds: null, at: "06:00" }, at_least_every_seconds: null, usual_times: null, wait_within_seconds: null });
  });
});
