/** Which words stand below the chart: those of the item under the mouse, else those of the focused item. */
import { useMemo, useState } from "react";

/** Handlers of one item, made from its words. */
export type Voice = (words: string) => { onFocus: () => void; onBlur: () => void; onMouseEnter: () => void; onMouseLeave: () => void };

/**
 * Keeps the words of both, because either ends without the other: when the mouse leaves an item (or a redraw moves the
 * item away from it), the words of the focused item come back. A move by key ends what the mouse said.
 */
export function useSaid(): { said: string | null; voice: Voice } {
  const [pointed, setPointed] = useState<string | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const voice = useMemo(
    (): Voice => (words) => ({
      onFocus: () => {
        setFocused(words);
        setPointed(null);
      },
      onBlur: () => setFocused(null),
      onMouseEnter: () => setPointed(words),
      onMouseLeave: () => setPointed(null),
    }),
    [],
  );
  return { said: pointed ?? focused, voice };
}
