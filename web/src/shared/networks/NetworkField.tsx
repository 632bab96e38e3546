import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { networkListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useRested } from "@/lib/useRested";
import { NameSearch, searching } from "@/shared/core/NameSearch";
import type { TextFieldProps } from "@/ui/fields/Field";

/** The name of a network profile. The server searches while somebody types. */
export function NetworkField({ value, ...rest }: Pick<TextFieldProps, "className" | "error" | "onText"> & { value: string }) {
  const wanted = useRested(value.trim(), 200);
  const found = useQuery({ ...networkListOptions({ query: searching(wanted) }), placeholderData: keepPreviousData, refetchInterval: false }).data?.items ?? [];
  const chosen = found.find(({ name }) => name === value);
  return <NameSearch {...rest} label="Network profile" placeholder="Search for a network profile" hint={chosen?.description || "Its name. Profiles are made under Networks."} names={found.map(({ name }) => name)} value={value} />;
}
