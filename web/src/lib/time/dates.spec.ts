import { describe, expect, it } from "vitest";
import { dayStart, timeIn } from "./dates";

const begins = (date: string, timezone: string) => new Date(dayStart(date, timezone)).toISOString();

describe("days of a zone", () => {
  it("begin at its midnight, whatever the clock does on that day", () => {
    expect(begins("2026-11-25", "UTC")).toBe("2026-11-25T00:00:00.000Z");
    expect(begins("2027-03-28", "Europe/Berlin")).toBe("2027-03-27T23:00:00.000Z");
    expect(begins("2027-03-29", "Europe/Berlin")).toBe("2027-03-28T22:00:00.000Z");
    expect(begins("2026-11-25", "Pacific/Kiritimati")).toBe("2026-11-24T10:00:00.000Z");
    expect(begins("2026-11-25", "Pacific/Pago_Pago")).toBe("2026-11-25T11:00:00.000Z");
  });

  it("begin after midnight where that does not exist, and not at all where the day is left out", () => {
    expect(begins("2018-11-04", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00.000Z");
    expect(timeIn(dayStart("2018-11-04", "America/Sao_Paulo"), "America/Sao_Paulo")).toBe("01:00");
    expect(begins("2011-12-30", "Pacific/Apia")).toBe(begins("2011-12-31", "Pacific/Apia"));
  });
});
