import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { TextField } from "../fields/Field";
import { FormDialog, type FormFailure } from "./FormDialog";

const failure = (...pointers: string[]): FormFailure => ({ title: "Refused", message: "That will not do.", requestId: null, fields: pointers.map((pointer) => ({ pointer })) });

const nothing = () => undefined;

function Example({ failed, busy, onSubmit = nothing, onClose = nothing }: { failed?: FormFailure; busy?: boolean; onSubmit?: () => void; onClose?: () => void }) {
  return (
    <FormDialog title="Example" verb="Save it" failure={failed} fields={["/name"]} busy={busy} onSubmit={onSubmit} onClose={onClose}>
      <TextField label="Name" value="x" error={failed?.fields[0]?.pointer === "/name" ? "taken" : undefined} onText={() => undefined} />
    </FormDialog>
  );
}

describe("a form in a dialog", () => {
  it("is sent by Enter, and left by its other button", async () => {
    const [onSubmit, onClose] = [vi.fn(), vi.fn()];
    const user = userEvent.setup();
    render(<Example onSubmit={onSubmit} onClose={onClose} />);
    await user.type(screen.getByRole("textbox", { name: "Name" }), "{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(onClose).toHaveBeenCalledTimes(1);
  });

  it("begins in its first field", async () => {
    render(<Example />);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" })));
  });

  it("says what no field says", () => {
    render(<Example failed={failure()} />);
    screen.getByText("That will not do.");
  });

  it("leaves to a field what it says itself, and puts the focus there", async () => {
    const { rerender } = render(<Example busy />);
    rerender(<Example failed={failure("/name")} />);
    expect(screen.queryByText("That will not do.")).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" })));
  });

  it("says it where only one of two faults has a field", () => {
    render(<Example failed={failure("/name", "/other")} />);
    screen.getByText("That will not do.");
  });
});
