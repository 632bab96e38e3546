import { createServer } from "node:http";
import { accessible, expect, test } from "../fixtures";

test("a channel is tested before it is saved, and says that it works once something was accepted", async ({ admin, orc }) => {
  await orc.api("POST", "/credentials", { name: "hook-token", kind: "token", value: "correct-canary-9f2" });
  const got: { subject: string; authorization: string }[] = [];
  let accepts = false;
  const service = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      got.push({ subject: JSON.parse(text).subject, authorization: request.headers.authorization ?? "" });
      response.writeHead(accepts ? 200 : 503).end(accepts ? "taken" : "not now");
    });
  });
  await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  const address = service.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook`;

  await admin.goto("/channels");
  await admin.getByRole("button", { name: "New channel" }).first().click();
  const form = admin.getByRole("dialog");
  await form.getByRole("textbox", { name: "Name" }).fill("ops");
  await form.getByRole("combobox", { name: "Kind" }).selectOption("webhook");
  await form.getByRole("textbox", { name: "Address" }).fill(url);
  await form.getByRole("button", { name: "Add a header" }).click();
  await form.getByRole("textbox", { name: "Headers: Name 1" }).fill("Authorization");
  await form.getByRole("textbox", { name: "Headers: Value 1" }).fill("Bearer ${credential.hook-token}");
  await form.getByRole("button", { name: "Send a test now" }).click();
  await expect(form.getByText(/not accepted: the service answered 503: not now/)).toBeVisible();
  await expect(form.getByText("authorization: Bearer ***")).toBeVisible();
  expect(got[0]).toEqual({ subject: "Test of the channel ops", authorization: "Bearer correct-canary-9f2" });
  await accessible(admin, "the form of a channel");
  await form.getByRole("button", { name: "Save the channel" }).click();
  await expect(form).toBeHidden();
  await expect(admin.getByText("never proven", { exact: true })).toBeVisible();

  accepts = true;
  await admin.getByRole("button", { name: "Test ops" }).click();
  await expect(admin.getByText("The test was accepted. Look whether it arrived.")).toBeVisible();
  await accessible(admin, "the test of a channel");
  await admin.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await expect(admin.getByText("works", { exact: true })).toBeVisible();
  await new Promise<void>((closed) => service.close(() => closed()));
});
