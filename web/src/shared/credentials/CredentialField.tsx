import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { credentialListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useRested } from "@/lib/useRested";
import { NameSearch, searching } from "@/shared/core/NameSearch";
import type { TextFieldProps } from "@/ui/fields/Field";

/** Credentials whose name contains a text. */
export function useCredentials(text: string) {
  return useQuery({ ...credentialListOptions({ query: searching(text) }), placeholderData: keepPreviousData, refetchInterval: false });
}

/** The name of a credential. The server searches while somebody types. */
export function CredentialField({ value, ...rest }: Pick<TextFieldProps, "className" | "error" | "onText"> & { value: string }) {
  const found = useCredentials(useRested(value.trim(), 200)).data?.items ?? [];
  return <NameSearch {...rest} label="Credential" placeholder="Search for a credential" names={found.map(({ name }) => name)} value={value} />;
}
