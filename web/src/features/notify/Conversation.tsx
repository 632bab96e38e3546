import type { ChannelTest } from "@/api/generated";
import { cx } from "@/lib/cx";

/** What became of a test, and what both sides said. */
export function Conversation({ test }: { test: ChannelTest }) {
  return (
    <div role="status" className="flex min-w-0 flex-col gap-2">
      <p className={cx("text-sm font-medium", test.accepted ? "text-ok" : "text-fail")}>{test.accepted ? "The test was accepted. Look whether it arrived." : `The test was not accepted: ${test.problem?.text ?? "no reason is known"}`}</p>
      {test.conversation.length > 0 && (
        <ol aria-label="What both sides said" className="flex max-h-72 flex-col gap-1 overflow-y-auto rounded-md bg-hover p-2 font-mono text-xs">
          {test.conversation.map((line, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines are told apart by their place only
            <li key={place} className="flex gap-2">
              <span className="w-16 shrink-0 text-muted">{line.by === "orc" ? "Orc" : "service"}</span>
              <span className="min-w-0 break-words whitespace-pre-wrap">{line.text}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
