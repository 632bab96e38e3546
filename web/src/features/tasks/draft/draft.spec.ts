import { describe, expect, it } from "vitest";
import type { RunSpec, Task } from "@/api/generated";
import { logRulesDefaults, retentionDefaults, retryDefaults, taskDefinitionDefaults } from "@/api/generated/contract.gen";
import { changedFields } from "@/lib/changedFields";
import { task } from "@/mocks/data";
import { draftFaults, readCodes } from "./codes";
import { definitionOf, draftOf, emptyDraft } from "./draft";

const written = ({ id: _id, version: _v, created_at: _c, updated_at: _u, owner: _o, problem: _p, next_slots: _n, last_run: _l, lateness: _t, mended: _m, limits_held: _h, actions: _a, ...definition }: Task) => definition;

describe("a draft", () => {
  it("gives back what it was made from", () => {
    const whole = task(0);
    expect(definitionOf(draftOf(whole))).toEqual(written(whole));
  });

  it.each<RunSpec>([
    { kind: "command", program: "/bin/echo", arguments: ["a b", ""] },
    { kind: "script", interpreter: "python", text: "print(1)\n", arguments: [] },
    { kind: "http", method: "POST", url: "https://example.com", headers: { "x-a": "1" }, body: "{}", expected_codes: [200, 204], body_contains: null, proxy: "http://proxy.example:3128", no_proxy: ["*.corp", "10.0.0.0/8"], ca_file: "/etc/ssl/ca.pem" },
  ])("keeps what a $kind runs", (run) => {
    expect(definitionOf(draftOf({ ...task(0), run })).run).toEqual(run);
  });

  it("names what was changed", () => {
    const base = definitionOf(draftOf(task(0)));
    expect(changedFields(base, base)).toEqual([]);
    expect(changedFields(base, { ...base, title: "x", tags: [...(base.tags ?? []), "y"] })).toEqual(["title", "tags"]);
  });

  it("of a new task sends what the contract declares as defaults", () => {
    expect(definitionOf(emptyDraft())).toMatchObject({
      ...taskDefinitionDefaults,
      retry: retryDefaults,
      log: logRulesDefaults,
      retention: retentionDefaults,
    });
  });

  it("of a task that says nothing about retries shows the declared delay", () => {
    expect(draftOf({ ...task(0), retry: {} }).retry.delay_seconds).toBe(retryDefaults.delay_seconds);
    expect(definitionOf(draftOf({ ...task(0), retry: {} })).retry).toEqual(retryDefaults);
  });

  it("shows expectations in minutes and hours with few digits, and sends the same seconds", () => {
    for (const seconds of [1, 5, 59, 61, 3599, 3601, 86_401, 2_591_999]) {
      const expected = { start_within_seconds: seconds, finish_by: { within_seconds: seconds, at: null }, at_least_every_seconds: seconds, usual_times: 2.5, wait_within_seconds: seconds };
      const draft = draftOf({ ...task(0), expect: expected });
      expect(String(draft.expect.start_minutes).length).toBeLessThan(12);
      expect(definitionOf(draft).expect).toEqual(expected);
    }
  });

  it("tells codes from what is none", () => {
    expect(readCodes("0, 3 -1")).toEqual({ codes: [0, 3, -1], wrong: [] });
    expect(readCodes("1 x 2.5")).toEqual({ codes: [1], wrong: ["x", "2.5"] });
  });

  it("finds faults only in the fields that are shown", () => {
    const draft = { ...emptyDraft(), success_codes: "0 ok" };
    expect(draftFaults(draft)).toEqual([{ pointer: "/success_codes", message: "ok: not a whole number" }]);
    expect(draftFaults({ ...draft, kind: "http" })).toEqual([]);
    expect(draftFaults({ ...emptyDraft(), retry: { ...draft.retry, exit_codes: "x" } })).toEqual([]);
    expect(draftFaults({ ...emptyDraft(), retry: { ...draft.retry, max_attempts: 3, exit_codes: "x" } })).toHaveLength(1);
  });
});
