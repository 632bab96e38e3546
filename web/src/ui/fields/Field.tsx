import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { cx } from "@/lib/cx";

interface Labelled {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Width and place of the whole field. */
  className?: string;
  /** The label is there for screen readers only. */
  hideLabel?: boolean;
}

function useParts({ hint, error }: { hint?: ReactNode; error?: string | undefined }) {
  const id = useId();
  const described = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return { id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined };
}

function Frame({ id, label, hint, error, className, hideLabel, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      {children}
      {error && (
        <p id={`${id}-error`} className="text-xs font-medium text-fail" data-field-error>
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Props of a text field. */
export type TextFieldProps = Labelled & Omit<ComponentProps<"input">, "onChange"> & { onText: (text: string) => void; mono?: boolean };

/** A one-line field with its label, hint and error. */
export function TextField({ label, hint, error, className, hideLabel, onText, mono, ...rest }: TextFieldProps) {
  const parts = useParts({ hint, error });
  return (
    <Frame {...{ label, hint, error, className, hideLabel, id: parts.id }}>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        {...rest}
        {...parts}
        onChange={(event) => onText(event.target.value)}
        className={cx("control w-full", mono && "font-mono")}
      />
    </Frame>
  );
}

/** Props of a text area. */
export type TextAreaProps = Labelled & Omit<ComponentProps<"textarea">, "onChange"> & { onText: (text: string) => void; mono?: boolean };

/** A field of several lines. */
export function TextArea({ label, hint, error, className, hideLabel, onText, mono, ...rest }: TextAreaProps) {
  const parts = useParts({ hint, error });
  return (
    <Frame {...{ label, hint, error, className, hideLabel, id: parts.id }}>
      <textarea
        rows={3}
        spellCheck={!mono}
        {...rest}
        {...parts}
        onChange={(event) => onText(event.target.value)}
        className={cx("control w-full resize-y", mono && "font-mono whitespace-pre")}
      />
    </Frame>
  );
}

/** Props of a select. */
export type SelectFieldProps<V extends string> = Labelled &
  Omit<ComponentProps<"select">, "onChange" | "value"> & {
    value: V;
    options: readonly (readonly [V, string])[];
    onValue: (value: V) => void;
  };

/** A choice from a list. It is the browser's own, because that works best on phones. */
export function SelectField<V extends string>({ label, hint, error, className, hideLabel, value, options, onValue, ...rest }: SelectFieldProps<V>) {
  const parts = useParts({ hint, error });
  return (
    <Frame {...{ label, hint, error, className, hideLabel, id: parts.id }}>
      <select {...rest} {...parts} value={value} onChange={(event) => onValue(event.target.value as V)} className="control select-arrow w-full">
        {options.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** Props of a number field. The field keeps its text while somebody types and reports only complete numbers; `optional` fields also report null. */
export type NumberFieldProps = Labelled &
  Omit<ComponentProps<"input">, "onChange" | "value"> & {
    value: number | null | undefined;
    unit?: string;
  } & ({ optional?: false; onNumber: (value: number) => void } | { optional: true; onNumber: (value: number | null) => void });

/** A field for a number, with its unit. A required field that is left empty returns to its last number. */
export function NumberField({ label, hint, error, className, hideLabel, value, unit, optional, onNumber, onBlur, ...rest }: NumberFieldProps) {
  // The typed text until the field loses the focus, so that the caller's value cannot replace it between two digits.
  const [text, setText] = useState<string | null>(null);
  const missing = text === "" && !optional ? emptyWords(value) : undefined;
  const parts = useParts({ hint, error: missing ?? error });
  const type = (typed: string, broken: boolean) => {
    setText(typed);
    if (typed === "") {
      if (optional && !broken) onNumber(null);
    } else if (Number.isFinite(Number(typed))) onNumber(Number(typed));
  };
  return (
    <Frame {...{ label, hint, className, hideLabel, error: missing ?? error, id: parts.id }}>
      <span className="flex items-center gap-2">
        <input
          type="number"
          inputMode="decimal"
          step="any"
          {...rest}
          {...parts}
          value={text ?? value ?? ""}
          onChange={({ target }) => type(target.value, target.validity.badInput)}
          onBlur={(event) => {
            setText(null);
            onBlur?.(event);
          }}
          className="control w-full min-w-0"
        />
        {unit && <span className="text-sm whitespace-nowrap text-muted">{unit}</span>}
      </span>
    </Frame>
  );
}

function emptyWords(value: number | null | undefined): string {
  return value === null || value === undefined ? "Enter a number." : `Enter a number. If you leave it empty, it stays ${value}.`;
}

/** A box to tick, with its label beside it. */
export function CheckField({ label, hint, checked, onChecked, className, ...rest }: {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  className?: string;
} & Omit<ComponentProps<"input">, "onChange" | "checked">) {
  const id = useId();
  return (
    <div className={cx("flex items-start gap-2", className)}>
      <input
        {...rest}
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChecked(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-(--accent-strong) pointer-coarse:size-5"
      />
      <span className="min-w-0">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {hint && (
          <span id={`${id}-hint`} className="block text-xs text-muted">
            {hint}
          </span>
        )}
      </span>
    </div>
  );
}
