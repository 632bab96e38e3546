import { useMutation, useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { type ReactNode } from "react";
import { type Delivery, deliveryRetry } from "@/api/generated";
import { deliveryViewOptions } from "@/api/generated/@tanstack/react-query.gen";
import { plural } from "@/lib/numbers";
import { useDenied } from "@/shared/access/session";
import { Loaded } from "@/shared/core/Loaded";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { DELIVERY_STATES } from "@/shared/notify/deliveries";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/layers/Dialog";
import { say } from "@/ui/layers/toasts";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";

/** One delivery: what it says, and what became of it. */
export function DeliveryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(deliveryViewOptions({ path: { delivery: id } }));
  const changed = useAskAgain("deliveryList", "deliveryView");
  const denied = useDenied("run");
  const retry = useMutation({
    mutationFn: async () => await deliveryRetry({ path: { delivery: id }, throwOnError: true }),
    onSuccess: async () => {
      say("The notification is sent again.");
      await changed();
    },
  });
  const open = query.data && query.data.state !== "delivered";
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={query.data?.subject ?? "Delivery"}
      footer={
        <>
          {open && (
            <Button icon={<RotateCcw size={14} aria-hidden />} busy={retry.isPending} disabledReason={denied} onClick={() => retry.mutate()}>
              Send again now
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <Loaded query={query} rows={4}>
        {(delivery) => <Facts delivery={delivery} />}
      </Loaded>
    </Dialog>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const { word, tone } = DELIVERY_STATES[delivery.state];
  return (
    <div className="flex flex-col gap-3 text-sm">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <Fact label="State">
          <Badge tone={tone}>{word}</Badge>
        </Fact>
        <Fact label="Channel">{delivery.channel}</Fact>
        <Fact label="Made">
          <DateTime at={delivery.created_at} />
        </Fact>
        {delivery.attempted_at && (
          <Fact label="Tried">
            {plural(delivery.attempt_count, "attempt")}, last <DateTime at={delivery.attempted_at} />
          </Fact>
        )}
        {delivery.delivered_at && (
          <Fact label="Accepted">
            <DateTime at={delivery.delivered_at} />
          </Fact>
        )}
        {delivery.due_at && (
          <Fact label="Next attempt">
            <DateTime at={delivery.due_at} />
          </Fact>
        )}
        {delivery.answer && <Fact label="Answer">{delivery.answer}</Fact>}
        {delivery.problem && <Fact label="Problem">{delivery.problem.text}</Fact>}
        {delivery.unreached.length > 0 && <Fact label="Still to reach">{delivery.unreached.join(", ")}</Fact>}
      </dl>
      <pre className="rounded-md bg-hover p-3 font-mono text-xs break-words whitespace-pre-wrap">{delivery.text}</pre>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
