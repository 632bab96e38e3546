import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/copy";
import { IconButton } from "../Button";

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => setDone(await copyText(text));
  return (
    <IconButton
      label={done ? "Copied" : label}
      onClick={() => void copy()}
      icon={done ? <Check size={14} className="text-ok" aria-hidden /> : <Copy size={14} aria-hidden />}
    />
  );
}
