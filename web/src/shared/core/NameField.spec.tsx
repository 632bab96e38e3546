import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { loginNameRule, nameRule } from "@/api/generated/contract.gen";
import { NameField } from "./NameField";

const described = (field: HTMLElement) => document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent;

describe("the field of a name", () => {
  it("says the contract's rule, after what the form says about the name", () => {
    render(<NameField hint="People use it." value="" onText={() => undefined} />);
    const field = screen.getByRole("textbox", { name: "Name" });
    expect(described(field)).toBe(`People use it. ${nameRule.words}`);
    expect(field.getAttribute("maxlength")).toBe(String(nameRule.maxLength));
  });

  it("takes the rule of another kind of name", () => {
    render(<NameField rule={loginNameRule} value="" onText={() => undefined} />);
    expect(described(screen.getByRole("textbox", { name: "Name" }))).toBe(loginNameRule.words);
    expect(new RegExp(loginNameRule.pattern).test("ada@example.org")).toBe(true);
    expect(new RegExp(nameRule.pattern).test("ada@example.org")).toBe(false);
  });
});
