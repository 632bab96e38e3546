import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { apiError } from "@/api/errors";
import type { TriggerCall } from "@/api/generated";
import { triggerCallListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { bytes, plural } from "@/lib/numbers";
import { HOOK_VERDICTS, WEBHOOK_SENDERS } from "@/lib/words/webhookWords";
import { paths } from "@/paths";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** Most calls that the page shows: as many as the server keeps. */
const SHOWN = 60;

/** The newest calls of a webhook and what became of each; asked for when somebody opens it. */
export function HookCalls({ task, trigger }: { task: string; trigger: string }) {
  const [open, setOpen] = useState(false);
  const list = useQuery({ ...triggerCallListOptions({ path: { task, trigger }, query: { limit: SHOWN } }), enabled: open, refetchInterval: open ? 5000 : false });
  const failure = apiError(list.error);
  const calls = list.data?.items;
  return (
    <details className="mt-1" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer py-1 text-sm font-medium">Last calls</summary>
      {failure && <p className="text-xs text-muted">The calls are not known: {failure.message}</p>}
      {calls?.length === 0 && <p className="text-xs text-muted">Nobody has called yet.</p>}
      {calls && calls.length > 0 && (
        <ol aria-label={`Calls of ${trigger}`} className="divide-y divide-line text-xs">
          {calls.map((call, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- calls have no id; two may be alike
            <OneCall key={place} call={call} />
          ))}
        </ol>
      )}
    </details>
  );
}

function OneCall({ call }: { call: TriggerCall }) {
  const { word, tone } = HOOK_VERDICTS[call.verdict];
  return (
    <li className="py-1.5">
      <p className="flex flex-wrap items-center gap-x-2">
        <Badge tone={tone}>{word}</Badge>
        {call.count > 1 && <span className="text-muted">{plural(call.count, "call")}</span>}
        {call.run_id && (
          <Link {...paths.run(call.run_id)} className="underline underline-offset-2 pointer-coarse:py-1">
            run
          </Link>
        )}
        <span className="ml-auto text-muted">
          <DateTime at={call.called_at} plain />
        </span>
      </p>
      <p className="flex min-w-0 gap-x-2 text-muted">
        <span>
          {WEBHOOK_SENDERS[call.sender].word}, {call.address}, {bytes(call.body_bytes)}
        </span>
        {call.delivery && (
          <span className="min-w-0 flex-1 truncate text-right font-mono" title={`Delivery ${call.delivery}`}>
            {call.delivery}
          </span>
        )}
      </p>
    </li>
  );
}
