import { describe, expect, it } from "vitest";
import { dateTimeFormat, numberFormat } from "./locale";

const SOURCES = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.spec.*", "!../api/generated/**"], { eager: true, query: "?raw", import: "default" });

describe("the locale", () => {
  it("is named in one place", () => {
    const others = Object.entries(SOURCES).filter(([, text]) => /new Intl\.|\.toLocale|\.localeCompare/.test(text));
    expect(others.map(([file]) => file)).toEqual(["./locale.ts"]);
  });

  it("writes days before months, 24 hours, and commas in large numbers", () => {
    expect(dateTimeFormat({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" }).format(Date.UTC(2026, 10, 23, 21, 5))).toBe("23 Nov, 21:05");
    expect(numberFormat().format(12_345)).toBe("12,345");
  });
});
