import type { TaskBand, TaskBandValue } from "@/api/generated";
import { absoluteTime } from "@/lib/time/time";
import { rangeOf, usualWords, valueWords } from "./measures";

const WIDTH = 320;
const HEIGHT = 96;
const PAD = 4;

/** The values of one measure over the newest runs, on the band of what is usual. The table beside it says the same. */
export function BandChart({ band, least }: { band: TaskBand; least: number }) {
  const { measure, usual, values } = band;
  const [low, high] = rangeOf(band);
  const x = (place: number) => PAD + ((place + 0.5) / values.length) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - ((value - low) / (high - low)) * (HEIGHT - 2 * PAD);
  const line = values.map(({ value }, place) => `${x(place)},${y(value)}`).join(" ");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-24 w-full" preserveAspectRatio="none" role="img" aria-label={`${values.length} runs. ${usualWords(band, least)}`}>
      {usual && <rect x={0} width={WIDTH} y={y(usual.high)} height={Math.max(2, y(usual.low) - y(usual.high))} className="fill-ok-soft" />}
      <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} className="stroke-line" vectorEffect="non-scaling-stroke" />
      <polyline points={line} className="fill-none stroke-line-strong" vectorEffect="non-scaling-stroke" />
      {values.map((value, place) => (
        <Point key={value.run_id} value={value} x={x(place)} y={y(value.value)} text={valueWords(measure, value.value)} wide={WIDTH / values.length} />
      ))}
    </svg>
  );
}

function Point({ value, x, y, text, wide }: { value: TaskBandValue; x: number; y: number; text: string; wide: number }) {
  const colour = value.outside ? "stroke-warn" : "stroke-ok";
  return (
    <g data-tip={`${absoluteTime(value.finished_at)}\n${text}${value.outside ? "\nunusual" : ""}`}>
      <rect x={x - wide / 2} width={wide} y={0} height={HEIGHT} className="fill-transparent" />
      {/* A line of no length with round ends is a dot, whatever the picture's proportions. */}
      <line x1={x} x2={x} y1={y} y2={y} strokeLinecap="round" strokeWidth={value.outside ? 8 : 5} vectorEffect="non-scaling-stroke" className={colour} />
    </g>
  );
}
