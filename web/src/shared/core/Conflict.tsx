import { useQuery } from "@tanstack/react-query";
import { GitMerge } from "lucide-react";
import { apiError } from "@/api/errors";
import { Button } from "@/ui/Button";

/** Props of Conflict. */
export interface ConflictProps<T extends { version: number }> {
  /** What is edited, for the memory of the query. */
  what: string;
  /** What is on the server now. */
  current: () => Promise<T>;
  /** Fields that it changed since editing began. */
  changedBy: (theirs: T) => string[];
  onTheirs: (theirs: T) => void;
  onMine: (theirs: T) => void;
}

/** Somebody else saved meanwhile: says what they changed, and lets the reader choose. */
export function Conflict<T extends { version: number }>({ what, current, changedBy, onTheirs, onMine }: ConflictProps<T>) {
  const theirs = useQuery({ queryKey: ["conflict", what], queryFn: current, staleTime: 0, gcTime: 0, refetchInterval: false });
  const fields = theirs.data ? changedBy(theirs.data) : [];
  const failure = apiError(theirs.error);
  const denied = theirs.data ? undefined : (failure?.message ?? "Still loading.");
  if (failure?.status === 404) return <Gone detail={failure.message} />;
  return (
    <div role="alert" className="mb-3 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-warn-soft px-4 py-3">
      <GitMerge size={18} className="shrink-0 text-warn" aria-hidden />
      <div className="min-w-0 flex-1 basis-60 text-sm">
        <p className="font-semibold">Somebody saved {theirs.data ? `version ${theirs.data.version}` : "a newer version"} while you were editing.</p>
        <p>{fields.length > 0 ? `They changed: ${fields.join(", ")}.` : "Your changes are not saved yet."}</p>
      </div>
      <Button disabledReason={denied} onClick={() => theirs.data && onTheirs(theirs.data)}>
        Use theirs and drop mine
      </Button>
      <Button look="primary" disabledReason={denied} onClick={() => theirs.data && onMine(theirs.data)}>
        Overwrite with mine
      </Button>
    </div>
  );
}

/** What was edited is not there any more. */
function Gone({ detail }: { detail: string }) {
  return (
    <div role="alert" className="mb-3 flex items-center gap-3 rounded-lg border border-line bg-warn-soft px-4 py-3 text-sm">
      <GitMerge size={18} className="shrink-0 text-warn" aria-hidden />
      <p>
        <span className="font-semibold">Somebody deleted this while you were editing.</span> {detail}. Your text is still in the form, so you can copy what you need.
      </p>
    </div>
  );
}
