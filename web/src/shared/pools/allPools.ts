/** All pools. */
import { queryOptions } from "@tanstack/react-query";
import { poolList } from "@/api/generated";
import { allPages } from "@/api/pages";
import { readKey } from "@/api/queries";

/** Follows the list to its end, because the contract has no search for pools. */
export const allPools = queryOptions({
  queryKey: readKey("poolList", { all: true }),
  queryFn: async ({ signal }) => (await allPages(async (cursor) => (await poolList({ query: { limit: 500, ...cursor }, signal, throwOnError: true })).data)).items,
});
