/** Chosen rows of a table, by id. */

/** Ids of the chosen rows. */
export type Selection = Readonly<Record<string, true>>;

/** The selection with one row chosen, or not any more. */
export function toggled(selection: Selection, id: string): Selection {
  const { [id]: chosen, ...rest } = selection;
  return chosen ? rest : { ...rest, [id]: true };
}

/** The selection with all of these rows chosen, or none of them. */
export function withAll(selection: Selection, ids: readonly string[], chosen: boolean): Selection {
  const next: Record<string, true> = { ...selection };
  for (const id of ids) {
    if (chosen) next[id] = true;
    else delete next[id];
  }
  return next;
}

/** How many of these rows are chosen. */
export function chosenOf(selection: Selection, ids: readonly string[]): "all" | "some" | "none" {
  const count = ids.filter((id) => selection[id]).length;
  if (count === 0) return "none";
  return count === ids.length ? "all" : "some";
}
