import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button, type ButtonLook } from "../Button";
import { Failure } from "../layout/Empty";
import { Dialog } from "./Dialog";

/** What went wrong when the form was sent. */
export interface FormFailure {
  title: string;
  message: string;
  requestId: string | null;
  fields: readonly { pointer: string }[];
}

/** Props of FormDialog. */
export interface FormDialogProps {
  title: string;
  hint?: ReactNode;
  wide?: boolean;
  /** The verb on the button that sends the form. */
  verb: ReactNode;
  look?: ButtonLook;
  icon?: ReactNode;
  /** The word on the button that closes the dialog and changes nothing. */
  cancel?: string;
  busy?: boolean;
  /** Why the form cannot be sent now. */
  disabledReason?: string | undefined;
  failure?: FormFailure | null;
  /** JSON pointers of the fields that show their own faults. The failure line does not repeat these. */
  fields?: readonly string[];
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

const NO_FIELDS: readonly string[] = [];

/** A form in a dialog: a failure line, the fields, and a row of buttons. After a refusal the focus goes to the fault. */
export function FormDialog({ title, hint, wide, verb, look = "primary", icon, cancel = "Cancel", busy = false, disabledReason, failure, fields = NO_FIELDS, onSubmit, onClose, children }: FormDialogProps) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const told = failure && !(failure.fields.length > 0 && failure.fields.every(({ pointer }) => fields.includes(pointer)));
  const refused = Boolean(failure) && !busy;
  useEffect(() => {
    if (!refused) return;
    const fault = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? form.current?.querySelector<HTMLElement>('[role="alert"]');
    if (fault?.role === "alert") fault.tabIndex = -1;
    fault?.focus();
  }, [refused]);
  return (
    <Dialog
      open
      wide={wide}
      onClose={onClose}
      title={title}
      hint={hint}
      initialFocus={() => form.current?.querySelector<HTMLElement>("input:not([hidden]),select,textarea") ?? null}
      footer={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="submit" form={id} look={look} icon={icon} busy={busy} disabledReason={disabledReason}>
            {verb}
          </Button>
        </>
      }
    >
      <form
        id={id}
        ref={form}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !disabledReason) onSubmit();
        }}
      >
        {told && <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} />}
        {children}
      </form>
    </Dialog>
  );
}
