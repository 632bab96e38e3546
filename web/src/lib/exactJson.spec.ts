import { describe, expect, it } from "vitest";
import { digitsOf, exactNumber, isExact, parseExact, stringifyExact } from "./exactJson";

describe("JSON with exact numbers", () => {
  it("keeps every digit of numbers that JavaScript would round", () => {
    const text = '{"id":18446744073709551615,"big":123456789012345678901234567890,"price":0.10000000000000000000001,"far":1e400,"list":[-9223372036854775808]}';
    expect(stringifyExact(parseExact(text))).toBe(text);
  });

  it("leaves all other numbers as they are", () => {
    const text = '{"a":9007199254740991,"b":0.30000000000000004,"c":1e21,"d":-0.5,"e":[1,2.5],"f":100000000000000000000,"g":1.7976931348623157e308}';
    const value = parseExact(text) as Record<string, unknown>;
    expect(value).toEqual(JSON.parse(text));
    expect(Object.values(value).some(isExact)).toBe(false);
  });

  it("does not look into texts", () => {
    const text = '{"log":"id 18446744073709551615 \\"123456789012345678901234567890\\" \\\\","n":18446744073709551615}';
    const value = parseExact(text) as { log: string; n: unknown };
    expect(value.log).toBe('id 18446744073709551615 "123456789012345678901234567890" \\');
    expect(isExact(value.n)).toBe(true);
    expect(stringifyExact(value)).toBe(text);
  });

  it("takes a typed number with the digits that are written", () => {
    expect(exactNumber("7")).toBe(7);
    const typed = ["18446744073709551615", "1.50", "1e3", "-0"].map((text) => exactNumber(text) ?? 0);
    expect(typed.map(digitsOf)).toEqual(["18446744073709551615", "1.50", "1e3", "-0"]);
    expect(stringifyExact({ n: typed })).toBe('{"n":[18446744073709551615,1.50,1e3,-0]}');
    for (const text of ["", "seven", "007", "1.", ".5", "+1", "NaN", "Infinity"]) expect(exactNumber(text)).toBeUndefined();
  });
});
