/** Keys of queries: each begins with the id of the operation that it reads, so that a renamed operation does not compile. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { ReadId } from "./generated/contract.gen";

/** The parts of a key that the page looks at; the generated client writes them so. */
interface KeyParts {
  _id?: string;
  path?: Record<string, string>;
  query?: Record<string, unknown>;
}

const partsOf = (key: QueryKey): KeyParts => (typeof key[0] === "object" && key[0] !== null ? key[0] : {});

/** The key of a query that puts together several answers of one operation. */
export const readKey = (id: ReadId, more: Record<string, unknown> = {}) => [{ ...more, _id: id }] as const;

/** The operation that a query reads. */
export const readOf = (key: QueryKey): string | undefined => partsOf(key)._id;

/** The run or the task that a query is limited to, by id or name. */
export function limitedTo(key: QueryKey): string | undefined {
  const { path = {}, query = {} } = partsOf(key);
  const found = path["run"] ?? path["task"] ?? query["task"];
  return typeof found === "string" ? found : undefined;
}

/** Picks the queries that read one of these operations. */
export const reading = (...ids: ReadId[]) => ({ predicate: ({ queryKey }: { queryKey: QueryKey }) => (ids as string[]).includes(readOf(queryKey) ?? "") });

/** Asks again for whatever on the screen comes from these operations. */
export const askAgain = (queries: QueryClient, ...ids: ReadId[]): Promise<void> => queries.invalidateQueries(reading(...ids));
