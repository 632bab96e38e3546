/** Which reads go stale by which event. Each subject registers its own reads in its `live.ts`; there is no other list. */
import type { Event as OrcEvent } from "../generated";
import type { ReadId } from "../generated/contract.gen";

/** Kinds of events that say that something changed. */
export type ChangeKind = Exclude<OrcEvent["kind"], "hello" | "gap">;

/** How soon a read is asked for again: after a second, or after five because it is costly and may lag. */
export type Pace = "soon" | "later";

/** What one subject registers. */
export interface LiveRules {
  /** Its reads that go stale, by kind of event. A query of one task or run goes stale only by events of that task or run. */
  stale: { [K in ChangeKind]?: Partial<Record<ReadId, Pace>> };
  /** Its reads that no event concerns. */
  still?: ReadId[];
}
