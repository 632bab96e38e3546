import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { renderPage } from "@/mocks/render";

it("a webhook's address is promised where it is made: on the task's page, after saving", async () => {
  const { user } = renderPage("/tasks/new");
  await user.click(await screen.findByRole("button", { name: "Add a trigger" }));
  screen.getByText(/After saving, create its address on the task's page\./);
  await user.selectOptions(screen.getByRole("combobox", { name: "Proof" }), "signature");
  screen.getByText(/After saving, create its secret on the task's page\./);
});

it("the beginning of an interval says in whose time zone it is read, and a distance keeps what is typed", async () => {
  const { user } = renderPage("/tasks/new");
  await user.click(await screen.findByRole("button", { name: "Add a schedule" }));
  await user.click(screen.getByRole("button", { name: "Every 15 minutes in office hours" }));
  await screen.findByLabelText("Counted from");
  screen.getByText(/^In your time zone\. Empty means 1970/);
  const every = screen.getByRole<HTMLInputElement>("spinbutton", { name: "Every" });
  await user.clear(every);
  await user.type(every, "25");
  expect(every.value).toBe("25");
});
