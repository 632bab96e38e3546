import { CalendarX, CircleAlert, TriangleAlert } from "lucide-react";
import type { TaskImportResult } from "@/api/generated";
import { wallTime } from "@/lib/time/time";
import { Badge } from "@/ui/text/Badge";
import { Card } from "@/ui/layout/Card";
import { Marked } from "@/ui/text/Marked";
import { runWords } from "../describe";

/** Lines that make no task, with the letter where it went wrong. */
export function ImportProblems({ problems, text }: { problems: TaskImportResult["problems"]; text: string }) {
  if (problems.length === 0) return null;
  const lines = text.split("\n");
  return (
    <Card title={`Problems (${problems.length})`} hint="Either all lines are saved or none. Correct these in the text.">
      <ul className="flex flex-col divide-y divide-line">
        {problems.map(({ line, position, message }) => (
          <li key={`${line}:${position}:${message}`} className="flex flex-col gap-1 py-2 text-sm first:pt-0 last:pb-0">
            <p className="flex items-start gap-2">
              <CircleAlert size={15} className="mt-px shrink-0 text-fail" aria-hidden />
              <span>
                <b className="font-semibold">Line {line}</b>: {message}
              </span>
            </p>
            <div className="rounded-md bg-bg px-3 py-1">
              {position === null ? <code className="font-mono whitespace-pre-wrap">{lines[line - 1] ?? ""}</code> : <Marked text={lines[line - 1] ?? ""} place={Math.max(position - 1, 0)} />}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const FORMS: Record<TaskImportResult["form"], string> = { user: "Read as a user crontab.", system: "Read as a system crontab, with a user before each command." };

/** The tasks, each with its words, what it runs, its next slots and what was not understood. */
export function ImportTasks({ tasks, form, notes }: Pick<TaskImportResult, "tasks" | "form" | "notes">) {
  if (tasks.length === 0) return null;
  return (
    <Card title={`Tasks (${tasks.length})`} hint={FORMS[form]}>
      {notes.map((note) => (
        <p key={note.code} className="mb-3 text-sm text-muted first-letter:uppercase">
          {note.text}.
        </p>
      ))}
      <ul className="flex flex-col divide-y divide-line">
        {tasks.map(({ line, definition, skipped, words, next_slots, warnings }) => (
          <li key={`${line}${definition.name}`} className="flex flex-col gap-1 py-3 text-sm first:pt-0 last:pb-0">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <b className="font-mono font-semibold">{definition.name}</b>
              <span className="text-xs text-muted">line {line}</span>
              {skipped && <Badge>skipped, because a task already does the same</Badge>}
              {definition.enabled === false && <Badge>disabled</Badge>}
            </p>
            <p className="first-letter:uppercase">{words.join("; ")}</p>
            <code className="font-mono text-xs break-all whitespace-pre-wrap text-muted">{runWords(definition.run)}</code>
            {next_slots.length > 0 ? (
              <ol className="flex flex-wrap gap-x-4 text-xs text-muted tabular-nums" aria-label={`Next slots of ${definition.name}`}>
                {next_slots.slice(0, 3).map((slot) => {
                  const { day, time, offset } = wallTime(slot.scheduled_local);
                  return (
                    <li key={slot.scheduled_for} className={slot.skipped ? "line-through" : undefined}>
                      {day}, {time} {offset}
                    </li>
                  );
                })}
              </ol>
            ) : (
              <p className="flex items-center gap-1.5 text-xs text-muted">
                <CalendarX size={13} aria-hidden /> No next slot.
              </p>
            )}
            {warnings.map((warning) => (
              <p key={warning.code} className="flex items-start gap-1.5 text-xs text-warn">
                <TriangleAlert size={13} className="mt-px shrink-0" aria-hidden /> {warning.text}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </Card>
  );
}
