import type { RunState } from "@/api/generated";
import type { TasksSearch } from "@/paths";

/** The filters in the address as the list and the export take them. */
export const filterOf = ({ text, folder, tag, enabled, last_state }: TasksSearch) => ({ text, folder, tag, enabled, last_state: last_state as RunState | undefined });
