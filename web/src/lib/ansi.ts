/**
 * Select Graphic Rendition (ECMA-48 8.3.117) as classes: one line of text in, coloured pieces out, as a terminal shows it.
 * A line that draws over itself goes through `DrawnLine`; sequences that concern other lines are dropped. A style
 * continues on the next line, so the caller passes it in again.
 */
import { type Cell, DrawnLine } from "./drawnLine";

/** Style that the next character has. */
export interface AnsiStyle {
  fg: string | null;
  bg: string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}

/** A stretch of text in one style. */
export interface AnsiPiece {
  text: string;
  style: AnsiStyle;
}

/** The style at the beginning of a log. */
export const PLAIN: AnsiStyle = {
  fg: null,
  bg: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

const PALETTE = [
  "#707a8a", "#ff7b72", "#56d38f", "#e3b341", "#79b8ff", "#d2a8ff", "#5cd6e0", "#d7dce5",
  "#8b95a5", "#ffa198", "#7ee2a8", "#f2cc60", "#a5d0ff", "#e2c5ff", "#8ae6ee", "#ffffff",
];

// CSI sequences, OSC sequences up to BEL or ST, and two-character escapes; an unfinished one at the end is dropped too.
// oxlint-disable-next-line no-control-regex
const ESCAPE = /\u001b(?:\[([0-?]*)([ -/]*[@-~])?|\][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*[0-Z\\^-~]|$)/g;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

// What makes a line draw over itself; a carriage return at its end does not.
// oxlint-disable-next-line no-control-regex
const MOVES = /\u0008|\r(?!\r*$)|\u001b(?:[78]|\[[0-?]*[@C-HJKPX`afsu])/;

/** Splits a line into pieces; also gives the style after its end. */
export function ansiLine(line: string, before: AnsiStyle): { pieces: AnsiPiece[]; after: AnsiStyle } {
  if (MOVES.test(line)) return drawn(line, before);
  if (!line.includes("\u001b")) {
    const text = line.replace(CONTROL, "");
    return { pieces: text === "" ? [] : [{ text, style: before }], after: before };
  }
  const pieces: AnsiPiece[] = [];
  const after = walk(line, before, (text, style) => {
    const clean = text.replace(CONTROL, "");
    if (clean !== "") pieces.push({ text: clean, style });
  });
  return { pieces, after };
}

/** The line without its control sequences, as a terminal shows it, for search and copy. */
export function ansiText(line: string): string {
  if (MOVES.test(line)) return drawn(line, PLAIN).pieces.map(({ text }) => text).join("");
  return line.replace(ESCAPE, "").replace(CONTROL, "");
}

/** Goes through texts and sequences in their order; gives the style after the end. */
function walk(line: string, before: AnsiStyle, write: (text: string, style: AnsiStyle) => void, control?: (final: string, numbers: number[]) => void): AnsiStyle {
  let style = before;
  let from = 0;
  for (const match of line.matchAll(ESCAPE)) {
    write(line.slice(from, match.index), style);
    from = match.index + match[0].length;
    if (match[2] === "m") style = apply(style, match[1] ?? "");
    else if (match[2]) control?.(match[2], (match[1] ?? "").split(";").map((number) => Number.parseInt(number, 10) || 0));
    else if (match[0] === "\u001b7") control?.("s", []);
    else if (match[0] === "\u001b8") control?.("u", []);
  }
  write(line.slice(from), style);
  return style;
}

function drawn(line: string, before: AnsiStyle): { pieces: AnsiPiece[]; after: AnsiStyle } {
  const screen = new DrawnLine<AnsiStyle>(PLAIN);
  const after = walk(line, before, (text, style) => screen.write(text, style), (final, numbers) => screen.control(final, numbers));
  return { pieces: joined(screen.cells), after };
}

function joined(cells: readonly Cell<AnsiStyle>[]): AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  for (const { text, style } of cells) {
    const last = pieces.at(-1);
    if (last?.style === style) last.text += text;
    else pieces.push({ text, style });
  }
  return pieces;
}

function apply(before: AnsiStyle, codes: string): AnsiStyle {
  const list = codes.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let style = { ...before };
  for (let at = 0; at < list.length; at += 1) {
    const code = list[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(list, at + 1);
      if (code === 38) style.fg = colour;
      else style.bg = colour;
      at += used;
    } else {
      style = code === 0 ? PLAIN : { ...style, ...simple(code) };
    }
  }
  return style;
}

function simple(code: number): Partial<AnsiStyle> {
  if (code >= 30 && code <= 37) return { fg: PALETTE[code - 30] };
  if (code >= 90 && code <= 97) return { fg: PALETTE[code - 82] };
  if (code >= 40 && code <= 47) return { bg: PALETTE[code - 40] };
  if (code >= 100 && code <= 107) return { bg: PALETTE[code - 92] };
  return SWITCHES[code] ?? {};
}

const SWITCHES: Record<number, Partial<AnsiStyle>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  39: { fg: null },
  49: { bg: null },
};

function extended(list: number[], at: number): [string | null, number] {
  if (list[at] === 5) return [indexed(list[at + 1] ?? 0), 2];
  if (list[at] === 2) {
    const [r = 0, g = 0, b = 0] = list.slice(at + 1, at + 4).map((part) => Math.min(255, part));
    return [`rgb(${r} ${g} ${b})`, 4];
  }
  return [null, 0];
}

const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40);

function indexed(index: number): string | null {
  if (index < 16) return PALETTE[index] ?? null;
  if (index > 255) return null;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const rest = index - 16;
  return `rgb(${level(Math.floor(rest / 36))} ${level(Math.floor(rest / 6) % 6)} ${level(rest % 6)})`;
}
