import { Switch as Base } from "@base-ui/react/switch";

/** On or off, at once. */
export function Switch({ label, checked, onChecked, disabled }: { label: string; checked: boolean; onChecked: (on: boolean) => void; disabled?: boolean }) {
  return (
    <Base.Root
      aria-label={label}
      checked={checked}
      onCheckedChange={onChecked}
      disabled={disabled}
      className="inline-flex h-5 w-9 shrink-0 rounded-full border border-line-strong bg-hover p-px transition-colors data-checked:border-transparent data-checked:bg-accent-strong data-disabled:opacity-60"
    >
      <Base.Thumb className="size-4 rounded-full bg-muted transition-transform data-checked:translate-x-4 data-checked:bg-white" />
    </Base.Root>
  );
}
