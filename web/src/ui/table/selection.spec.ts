import { describe, expect, it } from "vitest";
import { chosenOf, toggled, withAll } from "./selection";

describe("a selection", () => {
  it("takes a row in and out again", () => {
    expect(toggled({}, "a")).toEqual({ a: true });
    expect(toggled({ a: true, b: true }, "a")).toEqual({ b: true });
  });

  it("takes all rows that are loaded, and keeps what is chosen besides", () => {
    expect(withAll({ z: true }, ["a", "b"], true)).toEqual({ z: true, a: true, b: true });
    expect(withAll({ z: true, a: true }, ["a", "b"], false)).toEqual({ z: true });
  });

  it("says how many of the rows are chosen", () => {
    expect(chosenOf({}, ["a"])).toBe("none");
    expect(chosenOf({ a: true, z: true }, ["a", "b"])).toBe("some");
    expect(chosenOf({ a: true, b: true }, ["a", "b"])).toBe("all");
    expect(chosenOf({}, [])).toBe("none");
  });
});
