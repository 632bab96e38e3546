import { createServer } from "node:http";
import { accessible, expect, test, until } from "../fixtures";

test("a task fails again and again, somebody is told once, takes care of it, and is told that it is over", async ({ admin, orc }) => {
  const got: { subject: string; excerpt: string | null }[] = [];
  const service = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      got.push(JSON.parse(text));
      response.end("taken");
    });
  });
  await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  const address = service.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
  await orc.api("POST", "/channels", { name: "ops", target: { kind: "webhook", url } });
  await orc.task("backup", "echo 'disk <b>full</b>'; exit 3");

  await admin.goto("/incidents");
  await admin.getByRole("link", { name: "Rules", exact: true }).click();
  await admin.getByRole("button", { name: "New rule" }).first().click();
  const form = admin.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("on-call");
  await form.getByRole("combobox", { name: "Tell these channels" }).fill("op");
  await form.getByRole("option", { name: "ops" }).click();
  await form.getByRole("button", { name: "Simulate the last 30 days" }).click();
  await expect(form.getByText(/0 runs since .*: each channel would have got 0 messages/)).toBeVisible();
  await accessible(admin, "the form of a rule");
  await form.getByRole("button", { name: "Save the rule" }).click();
  await expect(admin.getByText("Failed, timed out, lost, recovered: all tasks. Tells ops at once.")).toBeVisible();
  await admin.getByRole("link", { name: "Incidents", exact: true }).last().click();
  await expect(admin.getByText("Nothing is wrong")).toBeVisible();
  for (let times = 0; times < 2; times += 1) await orc.reaches((await orc.api("POST", "/tasks/backup/runs", {})).id, "failed");
  const row = admin.getByRole("listitem").filter({ hasText: "backup fails" });
  await expect(row.getByText(/^2 runs/)).toBeVisible();
  await until("the message arrives", async () => got.length > 0);
  expect(got.map(({ subject, excerpt }) => [subject, excerpt])).toEqual([["backup failed", "disk <b>full</b>"]]);

  await row.getByRole("button", { name: "backup fails" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText(/Rule on-call: failed/)).toBeVisible();
  await accessible(admin, "an incident");
  await dialog.getByRole("button", { name: "Snooze" }).click();
  await admin.getByRole("menuitem", { name: "For 1 hour" }).click();
  await expect(dialog.getByText(/by ada, ends in/)).toBeVisible();
  await dialog.getByRole("button", { name: "Wake it up" }).click();
  await dialog.getByRole("textbox", { name: "Note for others" }).fill("I call the vendor");
  await dialog.getByRole("button", { name: "I take care of it" }).click();
  await expect(dialog.getByText(/I call the vendor/)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(row.getByText("ada takes care of it: I call the vendor")).toBeVisible();

  await orc.api("PUT", "/tasks/backup", { name: "backup", run: { kind: "shell", line: "echo done" } });
  await orc.reaches((await orc.api("POST", "/tasks/backup/runs", {})).id, "succeeded");
  await expect(admin.getByText("Nothing is wrong")).toBeVisible();
  await until("the recovery is told", async () => got.length > 1);
  expect(got[1]?.subject).toMatch(/backup recovered/);
  expect(got).toHaveLength(2);
  await new Promise((closed) => service.close(closed));
});
