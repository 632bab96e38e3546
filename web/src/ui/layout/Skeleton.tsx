import { cx } from "@/lib/cx";

/** Grey bars while something loads; they appear after 200 ms. */
export function Skeleton({ rows = 3, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cx("late flex flex-col gap-2.5", className)}>
      {Array.from({ length: rows }, (_, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- bars have no identity
        <div key={at} className={cx("breathing h-4 rounded bg-line", at % 3 === 2 ? "w-1/2" : at % 3 === 1 ? "w-5/6" : "w-full")} />
      ))}
    </div>
  );
}
