import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ClockAlert, OctagonPause, TriangleAlert } from "lucide-react";
import type { Hold, Reason, SystemClock } from "@/api/generated";
import { clockConfirmMutation, systemReleaseMutation, systemViewQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { absoluteTime } from "@/lib/time/time";
import { useDenied } from "@/shared/access/session";
import { Button } from "@/ui/Button";
import { DateTime } from "@/ui/text/Time";
import { say } from "@/ui/layers/toasts";

/** Says that everything is on hold and offers to release it. */
export function HoldBanner({ hold }: { hold: Hold | null }) {
  const queries = useQueryClient();
  const denied = useDenied("admin");
  const release = useMutation({
    ...systemReleaseMutation(),
    onSuccess: () => {
      say("The hold is released. Tasks start again.");
      return queries.invalidateQueries({ queryKey: systemViewQueryKey() });
    },
  });
  if (!hold) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-2 text-sm lg:px-6">
      <OctagonPause size={18} className="shrink-0 text-warn" aria-hidden />
      <p className="min-w-0 flex-1 basis-60">
        <b>Everything is on hold:</b> no schedule fires and no run starts. “{hold.reason}” – {hold.by}, <DateTime at={hold.since_at} />
      </p>
      <Button busy={release.isPending} disabledReason={denied} onClick={() => release.mutate({})}>
        Release
      </Button>
    </div>
  );
}

/** Says that the machine's clock jumped and which time Orc uses, and offers to accept the new time. */
export function ClockBanner({ clock }: { clock: SystemClock | undefined }) {
  const queries = useQueryClient();
  const denied = useDenied("admin");
  const confirm = useMutation({
    ...clockConfirmMutation(),
    onSuccess: () => {
      say("Orc follows the machine's clock again.");
      return queries.invalidateQueries();
    },
  });
  if (!clock?.doubted_since_at) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-2 text-sm lg:px-6">
      <ClockAlert size={18} className="shrink-0 text-warn" aria-hidden />
      <p className="min-w-0 flex-1 basis-60">
        <b>The machine's clock jumped</b> to {absoluteTime(clock.machine_at)}. Orc plans with {absoluteTime(clock.planning_at)} until the new time has been stable for ten minutes.
      </p>
      <Button busy={confirm.isPending} disabledReason={denied} onClick={() => confirm.mutate({})}>
        The new time is correct
      </Button>
    </div>
  );
}

/** Warnings from the server. */
export function Warnings({ warnings }: { warnings: Reason[] }) {
  return warnings.map(({ code, text }) => (
    <p key={`${code} ${text}`} role="status" className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-2 text-sm lg:px-6">
      <TriangleAlert size={16} className="shrink-0 text-warn" aria-hidden />
      <span className="first-letter:uppercase">{text}</span>
    </p>
  ));
}
