/** The definition of a task with a proposed schedule in it. */
import type { SimulationProposal, Task, TaskDefinition } from "@/api/generated";

/** What tells one proposal from the others. */
export const proposalKey = ({ task, schedule_key }: SimulationProposal): string => `${task} ${schedule_key}`;

/** What a person defines of a task, without what the server adds. */
function definitionOf(task: Task): TaskDefinition {
  const { id: _id, version: _version, created_at: _created, updated_at: _updated, owner: _owner, next_slots: _slots, last_run: _run, actions: _actions, ...definition } = task;
  return definition;
}

/** The task with the proposal; null if its schedule is gone or says something else by now. */
export function withProposal(task: Task, { schedule, schedule_key, words_before }: SimulationProposal): TaskDefinition | null {
  const present = task.schedules.find((each) => each.key === schedule_key);
  if (!present || (present.words ?? words_before) !== words_before) return null;
  const definition = definitionOf(task);
  return { ...definition, schedules: task.schedules.map((each) => (each === present ? { ...schedule, key: schedule_key } : each)) };
}
