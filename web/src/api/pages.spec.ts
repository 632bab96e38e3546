import { describe, expect, it } from "vitest";
import { allPages, type Items } from "./pages";

const source = (pages: number) => {
  const asked: (string | undefined)[] = [];
  const ask = async ({ cursor }: { cursor?: string }): Promise<Items<number>> => {
    asked.push(cursor);
    const page = Number(cursor ?? 0);
    return { items: [page], next_cursor: page + 1 < pages ? String(page + 1) : null };
  };
  return { asked, ask };
};

describe("all pages", () => {
  it("are followed by their cursor to the end", async () => {
    const { asked, ask } = source(3);
    expect(await allPages(ask)).toEqual({ items: [0, 1, 2], next_cursor: null });
    expect(asked).toEqual([undefined, "1", "2"]);
  });

  it("keep the cursor where they are too many", async () => {
    expect(await allPages(source(9).ask, 2)).toEqual({ items: [0, 1], next_cursor: "2" });
  });
});
