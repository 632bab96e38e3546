import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { AudienceMatch, AudienceRule, Task } from "@/api/generated";
import { taskAudienceOptions } from "@/api/generated/@tanstack/react-query.gen";
import { paths } from "@/paths";
import { Loaded } from "@/shared/core/Loaded";
import { paceWords, RULE_EVENTS } from "@/shared/notify/rules";
import { Card } from "@/ui/layout/Card";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** Who hears of a task: the rules that mean it, and why, and the silences that keep them from telling. */
export function Audience({ task }: { task: Task }) {
  const audience = useQuery(taskAudienceOptions({ path: { task: task.id } }));
  return (
    <Card title="Who hears of this">
      <Loaded query={audience} rows={2}>
        {({ rules, silences }) => (
          <>
            {silences.map((silence) => (
              <p key={silence.id} className="mb-2 rounded-md bg-warn-soft px-3 py-2 text-sm break-words">
                Nobody now: {silence.created_by} silenced it ({silence.reason}), which ends <DateTime at={silence.until_at} plain />.
              </p>
            ))}
            {rules.length === 0 ? (
              <p className="text-sm text-muted">
                Nobody: no rule means this task.{" "}
                <Link {...paths.rules()} className="text-accent hover:underline">
                  Make a rule
                </Link>
              </p>
            ) : (
              <ul className="flex flex-col gap-2 text-sm">
                {rules.map((meant) => (
                  <Meant key={meant.rule.id} meant={meant} />
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Meant({ meant: { rule, because } }: { meant: AudienceRule }) {
  const events = RULE_EVENTS.filter(([event]) => rule.when.includes(event)).map(([, word]) => word.toLowerCase());
  return (
    <li className="min-w-0">
      <p className="flex flex-wrap items-center gap-2">
        <Link {...paths.rules()} className="font-medium break-all hover:underline">
          {rule.name}
        </Link>
        {!rule.enabled && <Badge tone="idle">disabled</Badge>}
      </p>
      <p className="text-xs break-words text-muted">
        Tells {rule.who.join(", ")} {paceWords(rule.how)}: {events.join(", ")}. {because.map(matchWords).join(", ")}.
      </p>
    </li>
  );
}

/** By what a rule means a task, in words. */
function matchWords({ kind, name }: AudienceMatch, place: number): string {
  const words = { all: "it is about all tasks", task: "it names the task", folder: `it names the folder ${name}`, tag: `it names the tag ${name}`, owner: `it names the owner ${name}` }[kind];
  return place === 0 ? `Because ${words}` : words;
}
