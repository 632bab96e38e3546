/** Lists of the contract come in pages, each with the cursor of the next one. */

/** A page, or several put together; a cursor that is left says that there is more. */
export interface Items<T> {
  items: T[];
  next_cursor: string | null;
}

/** For `useInfiniteQuery`, beside the generated options: where a list begins, and how it goes on. */
export const PAGED = {
  initialPageParam: "",
  getNextPageParam: (page: { next_cursor: string | null }): string | undefined => page.next_cursor ?? undefined,
} as const;

/** Follows the cursor to the end of a list, or for so many pages. */
export async function allPages<T>(ask: (cursor: { cursor?: string }) => Promise<Items<T>>, most = Number.POSITIVE_INFINITY): Promise<Items<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < most; page += 1) {
    const answer: Items<T> = await ask(cursor === null ? {} : { cursor });
    items.push(...answer.items);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return { items, next_cursor: cursor };
}
