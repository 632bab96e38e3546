import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { poolListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { plural } from "@/lib/numbers";
import { useRested } from "@/lib/useRested";
import { NameSearch, searching } from "@/shared/core/NameSearch";

/** The pool of a task. The server searches while somebody types. */
export function PoolField({ value, error, onText }: { value: string; error: string | undefined; onText: (pool: string) => void }) {
  const wanted = useRested(value.trim(), 200);
  const found = useQuery({ ...poolListOptions({ query: searching(wanted) }), placeholderData: keepPreviousData, refetchInterval: false }).data?.items ?? [];
  const chosen = found.find(({ name }) => name === value);
  const hint = chosen ? `It has ${plural(chosen.capacity, "place")}. A run waits until enough of them are free.` : "Empty: none. A run waits until the pool has enough free places.";
  return <NameSearch label="Pool" placeholder="Search for a pool" hint={hint} names={found.map(({ name }) => name)} value={value} error={error} onText={(text) => onText(text.trim())} />;
}
