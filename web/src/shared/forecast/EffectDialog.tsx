import type { ReactNode } from "react";
import type { Effect } from "@/api/generated";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/layers/Dialog";
import { EffectList, effectWords } from "./EffectList";

/** Props of EffectDialog. */
export interface EffectDialogProps {
  /** Days that were looked ahead. */
  days: number;
  /** Undefined while it is not known. */
  effect: Effect | undefined;
  /** Whether the tasks are named. */
  named?: boolean;
  /** The word on the button that saves. */
  word?: string;
  /** Why it cannot be saved now. */
  disabledReason?: string | undefined;
  onSave: () => void;
  onClose: () => void;
  /** What is shown in place of an effect. */
  children?: ReactNode;
}

/** What a change does to future slots, and the question whether to save it. */
export function EffectDialog({ days, effect, named = false, word = "Save", disabledReason, onSave, onClose, children }: EffectDialogProps) {
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`What this changes in the next ${days} days`}
      hint={effect ? effectWords(effect) : "Comparing the slots before and after the change."}
      footer={
        <>
          <Button onClick={onClose}>Back to the form</Button>
          <Button look="primary" disabledReason={disabledReason} onClick={onSave}>
            {word}
          </Button>
        </>
      }
    >
      {effect ? <EffectList effect={effect} named={named} /> : children}
    </Dialog>
  );
}
