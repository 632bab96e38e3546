import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { NumberField } from "./Field";

function Needed({ heard, start }: { heard: number[]; start: number }) {
  const [value, setValue] = useState(start);
  const onNumber = (next: number) => {
    heard.push(next);
    setValue(next);
  };
  return (
    <>
      <NumberField label="Every" value={value} onNumber={onNumber} />
      <output>{value}</output>
    </>
  );
}

it("a cleared number stays empty while one types, and no other number is reported", async () => {
  const heard: number[] = [];
  const user = userEvent.setup();
  render(<Needed heard={heard} start={2} />);
  const field = screen.getByRole<HTMLInputElement>("spinbutton", { name: "Every" });
  await user.clear(field);
  expect(field.value).toBe("");
  expect(heard).toEqual([]);
  screen.getByText("Enter a number. If you leave it empty, it stays 2.");
  await user.type(field, "15");
  expect(field.value).toBe("15");
  expect(heard).toEqual([1, 15]);
  expect(screen.queryByText(/Needs a number/)).toBeNull();
});

it("a number left empty is what it was", async () => {
  const heard: number[] = [];
  const user = userEvent.setup();
  render(<Needed heard={heard} start={4} />);
  const field = screen.getByRole<HTMLInputElement>("spinbutton", { name: "Every" });
  await user.clear(field);
  await user.tab();
  expect(field.value).toBe("4");
  expect(field.getAttribute("aria-invalid")).toBeNull();
  expect(heard).toEqual([]);
});

it("a number that may be missing is reported as missing", async () => {
  const heard: (number | null)[] = [];
  const user = userEvent.setup();
  render(<NumberField label="Limit" optional value={5} onNumber={(value) => heard.push(value)} />);
  await user.clear(screen.getByRole("spinbutton", { name: "Limit" }));
  expect(heard).toEqual([null]);
  expect(screen.queryByText(/Needs a number/)).toBeNull();
});
