import { useId } from "react";
import { cx } from "@/lib/cx";

/** Props of Toggles. */
export interface TogglesProps<V extends string | number> {
  label: string;
  hint?: string;
  error?: string | undefined;
  options: readonly (readonly [V, string])[];
  values: readonly V[];
  /** Gets the chosen ones in the order of the options. */
  onValues: (values: V[]) => void;
  className?: string;
}

/** Several of a few: buttons that stay pressed. */
export function Toggles<V extends string | number>({ label, hint, error, options, values, onValues, className }: TogglesProps<V>) {
  const id = useId();
  const flip = (value: V) => onValues(options.map(([key]) => key).filter((key) => (key === value ? !values.includes(key) : values.includes(key))));
  return (
    <fieldset className={cx("flex min-w-0 flex-col gap-1", className)} aria-describedby={error || hint ? `${id}-hint` : undefined}>
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <div className="flex flex-wrap gap-1">
        {options.map(([value, word]) => (
          <button
            key={value}
            type="button"
            aria-pressed={values.includes(value)}
            onClick={() => flip(value)}
            className="min-h-8 min-w-9 rounded-md border border-line-strong px-2 text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent pointer-coarse:min-h-10"
          >
            {word}
          </button>
        ))}
      </div>
      <p id={`${id}-hint`} className={error ? "text-xs font-medium text-fail" : "text-xs text-muted"} data-field-error={error ? true : undefined}>
        {error ?? hint}
      </p>
    </fieldset>
  );
}
