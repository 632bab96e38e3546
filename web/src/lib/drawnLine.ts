/**
 * One line as a terminal shows it at its end: carriage returns, backspaces, tabs and the codes that move the cursor or
 * erase (ECMA-48 8.3). Codes that go to other lines are left out, because a log is not a screen.
 */

/** What stands in one column; the second column of a wide character holds an empty text. */
export interface Cell<Style> {
  text: string;
  style: Style;
}

/** A line that is being drawn. */
export class DrawnLine<Style> {
  cells: Cell<Style>[] = [];
  private column = 0;
  private saved = 0;
  private readonly blank: Cell<Style>;

  /** `plain` is the style of columns that nothing was written to. */
  constructor(plain: Style) {
    this.blank = { text: " ", style: plain };
  }

  /** Writes text where the cursor stands. */
  write(text: string, style: Style): void {
    for (const char of text) {
      if (char === "\r") this.column = 0;
      else if (char === "\b") this.column = Math.max(0, this.column - 1);
      else if (char === "\t") this.column = (Math.floor(this.column / 8) + 1) * 8;
      else if (char >= " " && char !== "\u007f") this.put(char, style);
    }
  }

  /** Obeys a control sequence: its last character and its numbers. */
  control(final: string, numbers: readonly number[]): void {
    const first = numbers[0] ?? 0;
    const steps = Math.max(1, first);
    if (final === "C" || final === "a") this.go(this.column + steps);
    else if (final === "D") this.go(this.column - steps);
    else if (final === "G" || final === "`") this.go(steps - 1);
    else if (final === "H" || final === "f") this.go(Math.max(1, numbers[1] ?? 0) - 1);
    else if (final === "E" || final === "F") this.go(0);
    else if (final === "K" || final === "J") this.erase(first);
    else if (final === "P") this.cells.splice(this.column, steps);
    else if (final === "X") this.clear(this.column, Math.min(this.cells.length, this.column + steps));
    else if (final === "@") this.cells.splice(this.column, 0, ...this.blanks(Math.min(steps, MOST_STEPS)));
    else if (final === "s") this.saved = this.column;
    else if (final === "u") this.column = this.saved;
  }

  private go(column: number): void {
    this.column = Math.min(Math.max(0, column), this.cells.length + MOST_STEPS);
  }

  private erase(what: number): void {
    if (what === 0) this.cells.length = Math.min(this.cells.length, this.column);
    else if (what === 1) this.clear(0, Math.min(this.cells.length, this.column + 1));
    else this.cells = [];
  }

  private clear(from: number, until: number): void {
    for (let at = from; at < until; at += 1) this.cells[at] = this.blank;
  }

  private blanks(many: number): Cell<Style>[] {
    return Array.from({ length: many }, () => this.blank);
  }

  private put(char: string, style: Style): void {
    const before = this.cells[this.column - 1];
    if (JOINS.test(char) && before) {
      this.cells[this.column - 1] = { text: before.text + char, style: before.style };
      return;
    }
    if (this.cells.length < this.column) this.cells.push(...this.blanks(this.column - this.cells.length));
    this.halve(this.column);
    this.cells[this.column] = { text: char, style };
    this.column += 1;
    if (!WIDE.test(char)) {
      this.halve(this.column, false);
      return;
    }
    this.halve(this.column);
    this.halve(this.column + 1, false);
    this.cells[this.column] = { text: "", style };
    this.column += 1;
  }

  /** A wide character of which one half is written over is gone. */
  private halve(column: number, whole = true): void {
    if (this.cells[column]?.text !== "") return;
    if (whole && column > 0) this.cells[column - 1] = this.blank;
    this.cells[column] = this.blank;
  }
}

/** How far a code may move beyond the end of a line, in columns. */
const MOST_STEPS = 1000;
const JOINS = /^(?:\p{M}|\u200d)$/u;
// The blocks that a terminal draws in two columns (Unicode, UAX 11).
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
