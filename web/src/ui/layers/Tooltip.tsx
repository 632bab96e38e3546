import { cloneElement, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";

/**
 * A short text on hover and focus. The trigger only carries the text; one layer for the whole page shows it, so a
 * table full of times costs nothing.
 */
export function Tooltip({ text, children }: { text: string; children: ReactElement }) {
  const props = children.props as Record<string, unknown>;
  // A name that says the same needs no description.
  const described = props["aria-label"] === text ? {} : { "aria-description": text };
  return cloneElement(children, { "data-tip": text, ...described } as Record<string, unknown>);
}

interface Tip {
  text: string;
  anchor: Element;
}

const DELAY = 350;

/** Shows the tooltips of the page. They can be hovered, Escape hides them, and they never block a click. */
export function TooltipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => listen(setTip, box), []);
  useLayoutEffect(() => {
    if (tip && box.current) place(box.current, tip.anchor);
  }, [tip]);
  if (!tip) return null;
  return (
    <div ref={box} role="tooltip" className="pop fixed top-0 left-0 z-50 max-w-72 px-2.5 py-1.5 text-xs whitespace-pre-line">
      {tip.text}
    </div>
  );
}

const anchorOf = (target: EventTarget | null): Element | null => (target instanceof Element ? target.closest("[data-tip]") : null);

function listen(show: (tip: Tip | null) => void, box: { current: HTMLElement | null }): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: Element | null = null;
  const open = (anchor: Element | null, delay: number) => {
    clearTimeout(timer);
    const wanted = () => {
      const text = anchor?.isConnected ? anchor.getAttribute("data-tip") : null;
      shown = text ? anchor : null;
      show(text && anchor ? { text, anchor } : null);
    };
    timer = setTimeout(wanted, delay);
  };
  const over = (event: PointerEvent) => {
    if (event.pointerType === "touch" || box.current?.contains(event.target as Node)) {
      clearTimeout(timer);
      return;
    }
    const anchor = anchorOf(event.target);
    if (anchor !== shown) open(anchor, anchor ? DELAY : 120);
    else clearTimeout(timer);
  };
  const focus = (event: FocusEvent) => {
    const anchor = anchorOf(event.target);
    // A dialog focuses its first control when it opens; that must not show a tooltip.
    if (anchor?.matches(":focus-visible") && anchor.closest("[role=dialog]") === null) open(anchor, 0);
  };
  const close = () => open(null, 0);
  const key = (event: KeyboardEvent) => event.key === "Escape" && close();
  const events: [string, (event: never) => void][] = [
    ["pointerover", over],
    ["focusin", focus],
    ["focusout", close],
    ["pointerdown", close],
    ["keydown", key],
  ];
  for (const [name, listener] of events) document.addEventListener(name, listener as EventListener);
  document.addEventListener("scroll", close, { capture: true, passive: true });
  return () => {
    clearTimeout(timer);
    for (const [name, listener] of events) document.removeEventListener(name, listener as EventListener);
    document.removeEventListener("scroll", close, { capture: true });
  };
}

/** Below the anchor, or above it where there is no room; never beyond the window. */
function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.max(6, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 6));
  const below = at.bottom + 6;
  const top = below + size.height > innerHeight - 6 ? at.top - size.height - 6 : below;
  box.style.translate = `${Math.round(left)}px ${Math.round(Math.max(6, top))}px`;
}
