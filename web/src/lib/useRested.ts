import { useEffect, useState } from "react";

/** Returns a value with a delay: it changes only after it has stayed the same for a while. */
export function useRested<T>(value: T, wait: number): T {
  const [rested, setRested] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(JSON.parse(text) as T), wait);
    return () => clearTimeout(timer);
  }, [text, wait]);
  return rested;
}
