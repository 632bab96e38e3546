import type { TaskBand } from "@/api/generated";
import { numberFormat } from "@/lib/locale";
import { bytes } from "@/lib/numbers";
import { duration } from "@/lib/time/time";

const plain = numberFormat({ maximumFractionDigits: 3 });

/** The name of a measure for people. */
export function measureWords(measure: string): string {
  if (measure === "duration") return "Duration";
  if (measure === "log") return "Size of the log";
  return measure === "result" ? "Result" : `Result: ${measure.slice("result.".length)}`;
}

/** A value of a measure with its unit. */
export function valueWords(measure: string, value: number): string {
  if (measure === "duration") return duration(value);
  return measure === "log" ? bytes(value) : plain.format(value);
}

/** What the values usually are, in a sentence. */
export function usualWords({ measure, usual, values }: TaskBand, least: number): string {
  if (!usual) return `Orc knows what is usual after ${least} runs that succeeded; there ${values.length === 1 ? "is 1" : `are ${values.length}`} so far.`;
  const [low, high] = [valueWords(measure, usual.low), valueWords(measure, usual.high)];
  return low === high ? `Usually ${low}.` : `Usually ${low} to ${high}.`;
}

/** The lowest and the highest value that the chart shows: all values and the band, with room. */
export function rangeOf({ usual, values }: TaskBand): [number, number] {
  const all = [...values.map(({ value }) => value), ...(usual ? [usual.low, usual.high] : [])];
  const low = Math.min(0, ...all);
  const high = Math.max(...all);
  return high > low ? [low, high + (high - low) * 0.08] : [low, low + 1];
}
