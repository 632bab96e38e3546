import type { ReactNode } from "react";
import { apiError } from "@/api/errors";
import { Failure } from "@/ui/layout/Empty";
import { Skeleton } from "@/ui/layout/Skeleton";
import { DateTime } from "@/ui/text/Time";

/** What is needed of a query, whether it gives one answer or pages. */
export interface Asked<T> {
  data: T | undefined;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/**
 * Shows what a query returned: grey bars while it loads for the first time, or its failure. Data stays on the screen
 * and is marked as stale when a later refresh fails.
 */
export function Loaded<T>({ query, rows, children }: { query: Asked<T>; rows?: number | undefined; children: (data: T) => ReactNode }) {
  const failure = apiError(query.error);
  if (query.data === undefined) {
    if (!failure) return <Skeleton rows={rows} className="py-2" />;
    return <Failure title={failure.title} detail={failure.message} requestId={failure.requestId} onRetry={() => void query.refetch()} />;
  }
  return (
    <>
      {/* The header says that the server cannot be reached, so that nothing moves here. */}
      {failure && failure.status !== 0 && (
        <p role="status" className="mb-2 rounded-md bg-warn-soft px-3 py-1.5 text-xs">
          {failure.title}. You see the state of <DateTime at={new Date(query.dataUpdatedAt).toISOString()} />.
        </p>
      )}
      {children(query.data)}
    </>
  );
}
