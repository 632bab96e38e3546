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
        <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={`Calls of ${trigger}`}>
          <table className="w-full text-left text-xs">
            <thead className="text-muted">
              <tr>
                {["When", "What became of it", "From", "Delivery", "Size"].map((title) => (
                  <th key={title} scope="col" className="py-1 pr-3 font-medium whitespace-nowrap">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {calls.map((call, place) => (
                // oxlint-disable-next-line react/no-array-index-key -- calls have no id; two may be alike
                <OneCall key={place} call={call} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function OneCall({ call }: { call: TriggerCall }) {
  const { word, tone } = HOOK_VERDICTS[call.verdict];
  return (
    <tr>
      <td className="py-1 pr-3 whitespace-nowrap">
        <DateTime at={call.called_at} plain />
      </td>
      <td className="py-1 pr-3 whitespace-nowrap">
        <Badge tone={tone}>{word}</Badge>{" "}
        {call.count > 1 && <span className="text-muted">{plural(call.count, "call")} </span>}
        {call.run_id && (
          <Link {...paths.run(call.run_id)} className="hover:underline">
            run
          </Link>
        )}
      </td>
      <td className="py-1 pr-3 whitespace-nowrap" title={WEBHOOK_SENDERS[call.sender].word}>
        {call.address}
      </td>
      <td className="max-w-48 truncate py-1 pr-3 font-mono" title={call.delivery ?? undefined}>
        {call.delivery ?? "–"}
      </td>
      <td className="py-1 whitespace-nowrap">{bytes(call.body_bytes)}</td>
    </tr>
  );
}
