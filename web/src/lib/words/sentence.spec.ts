import { expect, it } from "vitest";
import { sentence } from "./sentence";

it("begins with a capital letter and ends with a full stop, but leaves paths and names alone", () => {
  expect(sentence("the vault is sealed")).toBe("The vault is sealed.");
  expect(sentence("it ended. Look again.")).toBe("It ended. Look again.");
  expect(sentence("/tmp/key is missing")).toBe("/tmp/key is missing.");
  expect(sentence('"file" is not met')).toBe('"file" is not met.');
  expect(sentence("db-main:5432 is closed")).toBe("db-main:5432 is closed.");
});
