import { TriangleAlert } from "lucide-react";

/** An amber mark on a run that succeeded and still looks wrong. */
export function SuspiciousMark({ reasons }: { reasons?: string[] }) {
  const text = reasons ? `Suspicious: ${reasons.join("; ")}` : "Suspicious";
  return (
    <span title={text} className="inline-flex align-middle text-warn">
      <TriangleAlert size={14} strokeWidth={2.5} aria-hidden />
      <span className="sr-only">{text}</span>
    </span>
  );
}
