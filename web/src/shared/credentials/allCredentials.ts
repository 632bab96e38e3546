/** All credentials. */
import { queryOptions } from "@tanstack/react-query";
import { credentialList } from "@/api/generated";
import { allPages } from "@/api/pages";
import { readKey } from "@/api/queries";

/** Follows the list to its end: a form offers all of them. */
export const allCredentials = queryOptions({
  queryKey: readKey("credentialList", { all: true }),
  queryFn: async ({ signal }) => (await allPages(async (cursor) => (await credentialList({ query: { limit: 500, ...cursor }, signal, throwOnError: true })).data)).items,
});
