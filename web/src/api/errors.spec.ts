import { nameRule } from "./generated/contract.gen";
import { describe, expect, it } from "vitest";
import { problem } from "@/mocks/handlers";
import { server } from "@/mocks/setup";
import { http } from "msw";
import "./client";
import { createQueryClient } from "./client";
import { apiError, messagesAt, staleWords, toApiError } from "./errors";
import { taskCreate } from "./generated";

describe("problems", () => {
  it("become errors with messages by pointer", async () => {
    createQueryClient({ onUnauthorized: () => undefined, onMutationError: () => undefined });
    const answer = await taskCreate({ body: { name: "Not Good", run: { kind: "shell", line: "true" } } });
    const error = apiError(answer.error);
    expect(error?.status).toBe(422);
    expect(messagesAt(error, "/name")).toBe(nameRule.words);
    expect(messagesAt(error, "/title")).toBeUndefined();
  });

  it("say that rows are old only where there are some", () => {
    const error = toApiError(new TypeError("Failed to fetch"));
    expect(staleWords(error, true)).toMatch(/last known state/);
    expect(staleWords(error, false)).toBe(error.message);
    expect(error.message).not.toMatch(/last known state/);
  });

  it("tell when nobody answers", () => {
    expect(toApiError(new TypeError("Failed to fetch")).code).toBe("unreachable");
  });

  it("have a title for people where the server only names the status", () => {
    expect(toApiError({ title: "Unprocessable Entity" }, { status: 422 } as Response).title).toBe("Something here is not right");
    expect(toApiError({ title: "The disk is full" }, { status: 507 } as Response).title).toBe("The disk is full");
  });

  it("keep the request id", async () => {
    server.use(http.post("*/api/v1/tasks", () => problem(500, { title: "Internal error", request_id: "abc" })));
    const answer = await taskCreate({ body: { name: "x", run: { kind: "shell", line: "true" } } });
    expect(apiError(answer.error)?.requestId).toBe("abc");
  });

  it("find messages below a pointer only when asked to", () => {
    const error = toApiError({ title: "Invalid", fields: [{ pointer: "/schedules/0/expression", message: "bad" }] }, { status: 422 } as Response);
    expect(messagesAt(error, "/schedules/0")).toBeUndefined();
    expect(messagesAt(error, "/schedules/0", true)).toBe("bad");
  });
});
