import { Check, X } from "lucide-react";
import type { NetworkRule, NetworkSight } from "@/api/generated";
import { Badge } from "@/ui/text/Badge";
import { DateTime } from "@/ui/text/Time";
import { ruleWords } from "./ruleWords";

/** Each rule, and what Orc sees of it now. */
export function SightList({ rules, sight }: { rules: NetworkRule[]; sight: NetworkSight | undefined }) {
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {rules.map((rule, place) => {
        const seen = sight?.rules[place];
        return (
          // oxlint-disable-next-line react/no-array-index-key -- rules are told apart by their place only
          <li key={place} className="flex min-w-0 gap-2">
            <span className="mt-0.5 w-4 shrink-0">{seen && (seen.met ? <Check size={15} className="text-ok" role="img" aria-label="met" /> : <X size={15} className="text-fail" role="img" aria-label="not met" />)}</span>
            <span className="min-w-0 flex-1">
              <span className="break-words">{ruleWords(rule)}</span>
              {seen && <span className="block text-xs break-words text-muted">{seen.seen.text}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Whether the profile holds now, and when Orc looked. */
export function SightVerdict({ sight }: { sight: NetworkSight }) {
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 text-xs text-muted">
      <Badge tone={sight.holds ? "ok" : "fail"}>{sight.holds ? "holds now" : "does not hold now"}</Badge>
      <span>
        looked <DateTime at={sight.looked_at} plain />
      </span>
    </p>
  );
}
