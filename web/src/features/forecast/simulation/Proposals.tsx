import { Link } from "@tanstack/react-router";
import { ArrowRight, Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SimulationProposal } from "@/api/generated";
import { count, plural } from "@/lib/numbers";
import { FOCUS_BACK } from "@/shared/core/formHooks";
import { paths } from "@/paths";
import { Badge } from "@/ui/text/Badge";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/layout/Card";
import { ProposalDialog } from "./ProposalDialog";
import { proposalKey } from "./proposed";

/** Better minutes: what each changes is shown first, and applied from there. */
export function Proposals({ proposals, denied }: { proposals: SimulationProposal[]; denied: string | undefined }) {
  const [open, setOpen] = useState<SimulationProposal | null>(null);
  const [applied, setApplied] = useState<ReadonlySet<string>>(new Set());
  return (
    <Card title="Better minutes" hint="Schedules that start together with many others, each with a quieter minute in the same hour. Nothing changes until you apply it." flush>
      {proposals.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-muted">Nothing to propose. No schedule would gain from another minute.</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line" aria-label="Proposals">
          {proposals.map((proposal) => (
            <Row key={proposalKey(proposal)} proposal={proposal} applied={applied.has(proposalKey(proposal))} denied={denied} onOpen={() => setOpen(proposal)} />
          ))}
        </ul>
      )}
      {applied.size > 0 && (
        <p role="status" className="border-t border-line px-4 py-2 text-xs text-muted">
          {plural(applied.size, "proposal")} applied. The figures on this page are from before; simulate again to see the new ones.
        </p>
      )}
      {open && (
        <ProposalDialog
          proposal={open}
          onClose={() => setOpen(null)}
          onApplied={() => {
            setApplied((old) => new Set(old).add(proposalKey(open)));
            setOpen(null);
          }}
        />
      )}
    </Card>
  );
}

function Row({ proposal, applied, denied, onOpen }: { proposal: SimulationProposal; applied: boolean; denied: string | undefined; onOpen: () => void }) {
  const { task, words_before, words_after, collisions_before, collisions_after, reason } = proposal;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm">
      <div className="min-w-0 flex-1 basis-72">
        <Link {...paths.task(task)} className="font-medium break-all underline-offset-2 hover:underline">
          {task}
        </Link>
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="text-muted line-through">{words_before}</span>
          <ArrowRight size={13} className="text-muted" aria-label="to" role="img" />
          <span>{words_after}</span>
        </p>
        <p className="text-xs text-muted">{reason.text}</p>
      </div>
      <p className="tabular-nums">
        {count(collisions_before)} <ArrowRight size={13} className="inline text-muted" aria-label="to" role="img" /> <strong className="text-ok">{count(collisions_after)}</strong>{" "}
        <span className="text-xs text-muted">{collisions_after === 1 ? "collision" : "collisions"}</span>
      </p>
      {applied ? (
        <Applied />
      ) : (
        <Button disabledReason={denied} onClick={onOpen} aria-label={`Show the effect on ${task}`}>
          Show the effect
        </Button>
      )}
    </li>
  );
}

/** Stands where the button was, and takes the focus that the dialog would give back to it. */
function Applied() {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const later = setTimeout(() => mark.current?.focus(), FOCUS_BACK);
    return () => clearTimeout(later);
  }, []);
  return (
    <span ref={mark} tabIndex={-1}>
      <Badge tone="ok">
        <Check size={13} strokeWidth={2.5} aria-hidden /> Applied
      </Badge>
    </span>
  );
}
