import { expect, it } from "vitest";
import { mendWords } from "./mends";

it("says what saving changed, and nothing if nothing did", () => {
  expect(mendWords([])).toBe("");
  expect(mendWords(["byte_order_mark", "line_ends"])).toMatch(/^ The byte order mark.* Its Windows line ends/);
});
