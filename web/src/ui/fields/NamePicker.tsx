import { X } from "lucide-react";
import { useId } from "react";
import { IconButton } from "../Button";

/** Props of NamePicker. */
export interface NamePickerProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** What may be chosen. */
  known: readonly string[];
  names: readonly string[];
  onNames: (names: string[]) => void;
  /** What the empty choice says. */
  addLabel: string;
  /** What stands there when nothing can be chosen. */
  nothing?: string;
}

/** Several of many names: a list to choose from, and what was chosen. */
export function NamePicker({ label, hint, error, known, names, onNames, addLabel, nothing }: NamePickerProps) {
  const id = useId();
  const open = known.filter((name) => !names.includes(name));
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {names.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {names.map((name) => (
            <li key={name} className="inline-flex items-center rounded-md border border-line-strong bg-surface pl-2 text-sm">
              <span className={known.length > 0 && !known.includes(name) ? "text-fail" : undefined}>{name}</span>
              <IconButton className="min-h-7! border-0" label={`Remove ${name}`} icon={<X size={13} aria-hidden />} onClick={() => onNames(names.filter((each) => each !== name))} />
            </li>
          ))}
        </ul>
      )}
      <select
        id={id}
        value=""
        disabled={open.length === 0}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-hint` : undefined}
        onChange={(event) => onNames([...names, event.target.value])}
        className="control select-arrow w-full"
      >
        <option value="">{known.length === 0 ? (nothing ?? "There is nothing to choose from.") : open.length === 0 ? "All are chosen." : addLabel}</option>
        {open.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {(error || hint) && (
        <p id={`${id}-hint`} className={error ? "text-xs font-medium text-fail" : "text-xs text-muted"} data-field-error={error ? true : undefined}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
