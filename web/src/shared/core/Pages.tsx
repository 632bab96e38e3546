import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import type { Items } from "@/api/pages";
import { ListFoot } from "@/ui/layout/ListFoot";
import { Loaded } from "./Loaded";

/** A list in pages, as a query gives it. */
export type PagedList<T> = UseInfiniteQueryResult<InfiniteData<Items<T>>, unknown>;

/** The items of all pages that are loaded. */
export function useItems<T>({ data }: PagedList<T>): T[] {
  return useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
}

/** A list of all loaded items, with a button to load more. */
export function Pages<T>({ list, rows, children }: { list: PagedList<T>; rows?: number; children: (items: T[]) => ReactNode }) {
  const items = useItems(list);
  return (
    <Loaded query={list} rows={rows}>
      {() => (
        <>
          {children(items)}
          {list.hasNextPage && <ListFoot loaded={items.length} busy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />}
        </>
      )}
    </Loaded>
  );
}
