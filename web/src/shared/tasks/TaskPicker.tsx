import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { taskListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useRested } from "@/lib/useRested";
import { Picker, type PickerProps } from "@/ui/fields/Picker";

/** How many names the list shows at once; typing finds the others. */
const LISTED = 20;

/** Props of TaskPicker. */
export type TaskPickerProps = Pick<PickerProps, "label" | "hint" | "error" | "names" | "onNames"> & {
  /** A task that cannot be chosen: the one that is edited. */
  except?: string;
};

/** Chooses tasks. The server searches while somebody types, so every task can be found. */
export function TaskPicker({ except, ...rest }: TaskPickerProps) {
  const [text, setText] = useState("");
  const wanted = useRested(text.trim(), 200);
  const list = useQuery({
    ...taskListOptions({ query: { limit: LISTED, ...(wanted === "" ? {} : { text: wanted }) } }),
    placeholderData: keepPreviousData,
    refetchInterval: false,
  });
  const asking = list.isPending || list.isPlaceholderData || wanted !== text.trim();
  return (
    <Picker
      {...rest}
      placeholder="Search for a task"
      nothing="There is no other task."
      text={text}
      onText={setText}
      found={{
        names: (list.data?.items ?? []).map(({ name }) => name).filter((name) => name !== except),
        state: list.isError ? "failed" : asking ? "asking" : "known",
        more: list.data?.next_cursor !== null,
      }}
    />
  );
}
