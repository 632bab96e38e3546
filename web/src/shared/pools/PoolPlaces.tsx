import type { Pool } from "@/api/generated";
import { count, plural } from "@/lib/numbers";

/** Places taken and free as a bar, and who waits. */
export function PoolPlaces({ pool }: { pool: Pool }) {
  const share = pool.capacity === 0 ? 0 : Math.min(1, pool.used / pool.capacity);
  const full = pool.used >= pool.capacity;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-2 text-sm">
        <span>
          <strong className="text-lg tabular-nums">{count(pool.used)}</strong> of {plural(pool.capacity, "place")} taken
        </span>
        <span className={pool.waiting_count > 0 ? "font-medium text-warn" : "text-muted"}>{pool.waiting_count === 0 ? "nothing waits" : `${plural(pool.waiting_count, "run")} waiting`}</span>
      </div>
      <div role="meter" aria-label={`Places of ${pool.name}`} aria-valuemin={0} aria-valuemax={pool.capacity} aria-valuenow={pool.used} aria-valuetext={`${pool.used} of ${pool.capacity}`} className="h-2 overflow-hidden rounded-full bg-idle-soft">
        <div className={`state-bar h-full rounded-full ${full ? "bg-warn" : "bg-run"}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
