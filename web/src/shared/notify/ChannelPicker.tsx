import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { channelListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useRested } from "@/lib/useRested";
import { searching } from "@/shared/core/NameSearch";
import { Picker, type PickerProps } from "@/ui/fields/Picker";

/** Chooses channels. The server searches while somebody types. */
export function ChannelPicker(props: Pick<PickerProps, "label" | "hint" | "error" | "names" | "onNames">) {
  const [text, setText] = useState("");
  const wanted = useRested(text.trim(), 200);
  const list = useQuery({ ...channelListOptions({ query: searching(wanted) }), placeholderData: keepPreviousData, refetchInterval: false });
  const asking = list.isPending || list.isPlaceholderData || wanted !== text.trim();
  return (
    <Picker
      {...props}
      placeholder="Search for a channel"
      nothing="There is no such channel. Create it on the page of channels first."
      text={text}
      onText={setText}
      found={{ names: (list.data?.items ?? []).map(({ name }) => name), state: list.isError ? "failed" : asking ? "asking" : "known", more: list.data?.next_cursor !== null }}
    />
  );
}
