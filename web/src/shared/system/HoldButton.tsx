import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonPause } from "lucide-react";
import { useState } from "react";
import { type Hold, systemHold } from "@/api/generated";
import { systemViewQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/layers/Dialog";
import { TextField } from "@/ui/fields/Field";
import { useDenied } from "../access/session";

/** Puts everything on hold, with a reason; the banner releases. */
export function HoldButton({ hold }: { hold: Hold | null }) {
  const denied = useDenied("admin");
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon={<OctagonPause size={15} aria-hidden />} disabledReason={denied ?? (hold ? "Everything is on hold already." : undefined)} onClick={() => setAsking(true)}>
        Hold all
      </Button>
      {asking && <Ask onClose={() => setAsking(false)} />}
    </>
  );
}

function Ask({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const hold = useMutation({
    mutationFn: async () => (await systemHold({ body: { reason: reason.trim() }, throwOnError: true })).data,
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: systemViewQueryKey() });
    },
  });
  return (
    <Dialog open onClose={onClose} title="Put everything on hold?" hint="Nothing fires and nothing starts until it is released. What runs goes on. Slots that pass are in the ledger with your reason.">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          hold.mutate();
        }}
      >
        <TextField label="Why" hint="Your colleagues read this in the banner." required maxLength={500} value={reason} onText={setReason} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="danger" busy={hold.isPending} disabledReason={reason.trim() === "" ? "Say why first." : undefined}>
            Hold all
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
