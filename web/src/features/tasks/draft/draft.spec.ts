import { describe, expect, it } from "vitest";
import type { RunSpec, Task } from "@/api/generated";
import { changedFields } from "@/lib/changedFields";
import { task } from "@/mocks/data";
import { codes, definitionOf, draftOf } from "./draft";

const written = ({ id: _id, version: _v, created_at: _c, updated_at: _u, owner: _o, problem: _p, next_slots: _n, last_run: _l, actions: _a, ...definition }: Task) => definition;

describe("a draft", () => {
  it("gives back what it was made from", () => {
    const whole = task(0);
    expect(definitionOf(draftOf(whole))).toEqual(written(whole));
  });

  it.each<RunSpec>([
    { kind: "command", program: "/bin/echo", arguments: ["a b", ""] },
    { kind: "script", interpreter: "python", text: "print(1)\n", arguments: [] },
    { kind: "http", method: "POST", url: "https://example.com", headers: { "x-a": "1" }, body: "{}", expected_codes: [200, 204], body_contains: null },
  ])("keeps what a $kind runs", (run) => {
    expect(definitionOf(draftOf({ ...task(0), run })).run).toEqual(run);
  });

  it("names what was changed", () => {
    const base = definitionOf(draftOf(task(0)));
    expect(changedFields(base, base)).toEqual([]);
    expect(changedFields(base, { ...base, title: "x", tags: [...(base.tags ?? []), "y"] })).toEqual(["title", "tags"]);
  });

  it("leaves wrong codes for the server to judge", () => {
    expect(codes("0, 3 -1")).toEqual([0, 3, -1]);
    expect(codes("1 x")).toEqual([1, "x"]);
  });
});
