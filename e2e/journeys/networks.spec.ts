import { createServer } from "node:net";
import { accessible, expect, test } from "../fixtures";

test("a network profile is tried, saved, and seen to hold no more when its server is gone", async ({ admin, orc }) => {
  const office = createServer((socket) => socket.end());
  await new Promise<void>((listening) => office.listen(0, "127.0.0.1", listening));
  const address = office.address();
  const port = typeof address === "object" && address ? address.port : 0;

  await admin.goto("/networks");
  await expect(admin.getByText("127.0.0.1/8")).toBeVisible();
  await admin.getByRole("button", { name: "New network profile" }).first().click();
  const form = admin.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("office");
  await form.getByRole("combobox", { name: "Rule 1" }).selectOption("tcp");
  await form.getByRole("textbox", { name: "Host" }).fill("http://127.0.0.1/");
  await form.getByRole("spinbutton", { name: "Port" }).fill(String(port));
  await form.getByRole("button", { name: "Try these rules now" }).click();
  await expect(form.getByText("is more than a host")).toBeVisible();
  await form.getByRole("textbox", { name: "Host" }).fill("127.0.0.1");
  await form.getByRole("button", { name: "Try these rules now" }).click();
  await expect(form.getByText("holds now", { exact: true })).toBeVisible();
  await accessible(admin, "the form of a network profile");
  await form.getByRole("button", { name: "Save the profile" }).click();
  await expect(form).toBeHidden();

  await admin.getByRole("button", { name: "Look now" }).click();
  await expect(admin.getByText("holds now", { exact: true })).toBeVisible();
  await new Promise<void>((closed) => office.close(() => closed()));
  await expect(admin.getByText(`127.0.0.1:${port} does not accept connections: Connection refused`)).toBeVisible({ timeout: 15_000 });
  await expect(admin.getByText("does not hold now")).toBeVisible();

  await orc.api("DELETE", "/networks/office");
  await expect(admin.getByRole("heading", { name: "office" })).toBeHidden();
});
