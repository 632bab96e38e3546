import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, TriangleAlert } from "lucide-react";
import { runAcknowledge, type RunSummary } from "@/api/generated";
import { useDenied } from "@/shared/access/session";
import { paths } from "@/paths";
import { Button } from "@/ui/Button";
import { say } from "@/ui/layers/toasts";
import { useRunsChanged } from "./useRunsChanged";

/** Why a run that succeeded still looks wrong, and a way to say that it does not. */
export function Suspicion({ run }: { run: RunSummary }) {
  const denied = useDenied("run");
  const changed = useRunsChanged();
  const acknowledge = useMutation({
    mutationFn: async () => (await runAcknowledge({ path: { run: run.id }, throwOnError: true })).data,
    onSuccess: async () => {
      say("The run counts as normal.");
      await changed();
    },
  });
  return (
    <section aria-label="Suspicious" className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md bg-warn-soft px-3 py-2 text-sm">
      <TriangleAlert size={16} aria-hidden className="shrink-0 text-warn" />
      <p className="min-w-0 flex-1 basis-56">
        <span className="font-medium">The run succeeded, but it looks unusual:</span> {run.suspicious.map(({ text }) => text).join("; ")}.{" "}
        <Link {...paths.task(run.task.name, "figures")} className="text-accent hover:underline">
          What is usual
        </Link>
      </p>
      <Button icon={<Check size={14} aria-hidden />} busy={acknowledge.isPending} disabledReason={denied} onClick={() => acknowledge.mutate()}>
        This is normal
      </Button>
    </section>
  );
}
