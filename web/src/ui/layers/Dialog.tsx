import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "@/lib/cx";
import { Button, type ButtonLook, IconButton } from "../Button";

const BACK = "fixed inset-0 z-30 bg-black/45 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0";
const BOX =
  "pop fixed top-[12vh] left-1/2 z-30 flex max-h-[80dvh] w-[min(94vw,34rem)] -translate-x-1/2 flex-col outline-none max-sm:top-auto max-sm:bottom-0 max-sm:w-full max-sm:rounded-b-none";

/** Props of Dialog. */
export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  hint?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** What gets the focus when the dialog opens; by default its first control. */
  initialFocus?: () => HTMLElement | null;
}

/** A dialog with a heading, a body that scrolls and a foot of buttons. */
export function Dialog({ open, onClose, title, hint, children, footer, wide, initialFocus }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={BACK} />
        <Base.Popup
          className={cx(BOX, wide && "sm:w-[min(94vw,52rem)]")}
          // On a touch screen a field with the focus would open the keyboard over the dialog.
          initialFocus={(how) => (how === "touch" ? true : (initialFocus?.() ?? true))}
        >
          <header className={cx("flex gap-3 border-b border-line py-3 pr-3 pl-5", hint ? "items-start" : "items-center")}>
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {hint && <Base.Description className="text-sm text-muted">{hint}</Base.Description>}
            </div>
            <Base.Close render={<IconButton label="Close" icon={<X size={16} />} />} />
          </header>
          {/* The Tab key reaches it, so that the keyboard can scroll a long text without controls. */}
          <div tabIndex={0} className="relative overflow-y-auto px-5 py-4">
            {children}
          </div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A question before something is done. */
export interface Question {
  title: string;
  text: ReactNode;
  /** The verb on the button. */
  verb: string;
  /** What the other button says: what stays as it is. */
  keep: string;
  look?: ButtonLook;
  /** Why it cannot be done now. */
  disabledReason?: string | undefined;
  onYes: () => void | Promise<unknown>;
  children?: ReactNode;
}

/** Asks a question; null asks nothing. */
export function Confirm({ question, onClose }: { question: Question | null; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  // While the dialog fades out it still shows what was asked.
  const [last, setLast] = useState(question);
  if (question && question !== last) setLast(question);
  const shown = question ?? last;
  const yes = async () => {
    if (!question) return;
    setBusy(true);
    try {
      await question.onYes();
      onClose();
    } catch {
      // The failure was shown as a toast; the question stays.
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={question !== null} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACK} />
        <AlertDialog.Popup className={BOX}>
          <div className="relative flex flex-col gap-2 overflow-y-auto px-5 pt-4 pb-3">
            <AlertDialog.Title className="text-lg font-semibold">{shown?.title}</AlertDialog.Title>
            <AlertDialog.Description render={<div />} className="text-sm text-muted">
              {shown?.text}
            </AlertDialog.Description>
            {shown?.children}
          </div>
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
            <AlertDialog.Close render={<Button>{shown?.keep}</Button>} />
            <Button look={shown?.look ?? "danger"} busy={busy} disabledReason={shown?.disabledReason} onClick={() => void yes()}>
              {shown?.verb}
            </Button>
          </footer>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
