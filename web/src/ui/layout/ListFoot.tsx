import { count } from "@/lib/numbers";
import { Button } from "../Button";

/** Below a list that has more than is loaded: says so, and loads more. */
export function ListFoot({ loaded, busy, onMore }: { loaded: number; busy: boolean; onMore: () => void }) {
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-1 border-t border-line p-2 text-sm text-muted">
      <span role="status">{count(loaded)} loaded, more exist.</span>
      <Button busy={busy} onClick={onMore}>
        Load more
      </Button>
    </div>
  );
}
