/** A key of the keyboard. */
export function Kbd({ children }: { children: string }) {
  return <kbd className="inline-block min-w-5 rounded border border-line-strong bg-bg px-1 text-center font-sans text-xs text-muted">{children}</kbd>;
}
