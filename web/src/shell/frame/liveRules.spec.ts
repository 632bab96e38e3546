import { describe, expect, it } from "vitest";
import { READS, type ReadId } from "@/api/generated/contract.gen";
import { LIVE_BY_FILE } from "./liveRules";

const registered = Object.entries(LIVE_BY_FILE).map(([file, { stale, still = [] }]): [string, ReadId[]] => [
  file,
  [...new Set([...Object.values(stale).flatMap((reads) => Object.keys(reads) as ReadId[]), ...still])],
]);

describe("what subjects register for events", () => {
  it("covers every read of the contract, each in one file", () => {
    const all = registered.flatMap(([, reads]) => reads).toSorted();
    expect(all).toEqual((Object.keys(READS) as ReadId[]).toSorted());
  });

  it("is not at once stale and still", () => {
    for (const { stale, still = [] } of Object.values(LIVE_BY_FILE)) {
      const moved = new Set(Object.values(stale).flatMap((reads) => Object.keys(reads)));
      expect(still.filter((read) => moved.has(read))).toEqual([]);
    }
  });
});
