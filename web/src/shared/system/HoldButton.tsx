import { useMutation } from "@tanstack/react-query";
import { OctagonPause } from "lucide-react";
import { useState } from "react";
import { apiError, messagesAt } from "@/api/errors";
import { type Hold, systemHold } from "@/api/generated";
import { Button } from "@/ui/Button";
import { FormDialog } from "@/ui/layers/FormDialog";
import { TextField } from "@/ui/fields/Field";
import { useAskAgain } from "@/shared/core/useAskAgain";
import { useDenied } from "../access/session";

/** Puts everything on hold, with a reason; the banner releases. */
export function HoldButton({ hold }: { hold: Hold | null }) {
  const denied = useDenied("admin");
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon={<OctagonPause size={15} aria-hidden />} disabledReason={denied ?? (hold ? "Everything is on hold already." : undefined)} onClick={() => setAsking(true)}>
        Hold everything
      </Button>
      {asking && <Ask onClose={() => setAsking(false)} />}
    </>
  );
}

function Ask({ onClose }: { onClose: () => void }) {
  const changed = useAskAgain("systemView");
  const [reason, setReason] = useState("");
  const hold = useMutation({
    meta: { quiet: true },
    mutationFn: async () => (await systemHold({ body: { reason: reason.trim() }, throwOnError: true })).data,
    onSuccess: async () => {
      onClose();
      await changed();
    },
  });
  const failure = apiError(hold.error);
  return (
    <FormDialog
      title="Put everything on hold?"
      hint="No schedule fires and no run starts until somebody releases the hold. Runs that are under way continue. The ledger lists each slot that passes, with your reason."
      verb="Hold everything"
      look="danger"
      failure={failure}
      fields={["/reason"]}
      busy={hold.isPending}
      disabledReason={reason.trim() === "" ? "Enter a reason first." : undefined}
      onSubmit={() => hold.mutate()}
      onClose={onClose}
    >
      <TextField label="Reason" hint="Everybody sees it in a banner." required maxLength={500} value={reason} error={messagesAt(failure, "/reason")} onText={setReason} />
    </FormDialog>
  );
}
