/** The mark: a ring that is run through. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="7" className="fill-accent-strong" />
      <circle cx="16" cy="16" r="8" fill="none" stroke="#fff" strokeWidth="3.2" strokeDasharray="38 12.3" strokeLinecap="round" transform="rotate(-64 16 16)" />
      <path d="M14 12.6v6.8l5.6-3.4z" fill="#fff" />
    </svg>
  );
}
