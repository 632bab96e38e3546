import { type RefObject, useLayoutEffect, useState } from "react";
import { SCROLLER } from "../layout/scroller";

/** Returns how far below the top of the scrolling page an element begins. It measures again when the page changes its size, because only then can what stands above move the element. */
export function usePlace(element: RefObject<HTMLElement | null>): number {
  const [place, setPlace] = useState(0);
  useLayoutEffect(() => {
    const scroller = document.getElementById(SCROLLER);
    if (!scroller) return undefined;
    const look = () => {
      if (!element.current) return;
      const next = Math.round(element.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop);
      setPlace((old) => (Math.abs(old - next) > 1 ? next : old));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    for (const child of scroller.children) observer.observe(child);
    return () => observer.disconnect();
  }, [element]);
  return place;
}
