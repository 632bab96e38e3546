/**
 * JSON whose numbers keep every digit. JavaScript rounds numbers to about 16 digits, which changes ids and amounts.
 * A number that would be rounded is an object with its digits instead, and becomes a number again when it is sent.
 */

const KEY = "\u0000digits";

/** A number that JavaScript would round. */
export interface ExactNumber {
  readonly [KEY]: string;
}

/** A number as it is written. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Texts and numbers of a JSON text: numbers inside of texts do not count. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number that may be rounded: it has many digits, or a large exponent. */
const SUSPICIOUS = /\d[\d.]{15}|[eE]\+?\d{3}/;

/** The digits of a number without zeros at their ends, and the place of the point. Equal numbers have equal parts. */
function parts(text: string): string {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().replace("-", "").split("e");
  const [integer = "", fraction = ""] = mantissa.split(".");
  const digits = (integer + fraction).replace(/^0+/, "");
  const point = integer.length + Number(exponent) - (integer + fraction).length + digits.length;
  const significant = digits.replace(/0+$/, "");
  return significant === "" ? "0" : `${significant}@${point}`;
}

function isRounded(text: string): boolean {
  const value = Number(text);
  return !Number.isFinite(value) || parts(String(value)) !== parts(text);
}

/** Whether a value is a number that JavaScript would round. */
export function isExact(value: unknown): value is ExactNumber {
  return typeof value === "object" && value !== null && KEY in value;
}

/** The number that a text spells, with all digits that are written; undefined if it spells none. */
export function exactNumber(text: string): number | ExactNumber | undefined {
  if (!NUMBER.test(text)) return undefined;
  return String(Number(text)) === text ? Number(text) : { [KEY]: text };
}

/** The digits of a number. */
export function digitsOf(value: number | ExactNumber): string {
  return isExact(value) ? value[KEY] : String(value);
}

/** The same JSON text with an object in place of each number that would be rounded. */
export function markNumbers(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text.replace(TOKENS, (token) => (token.startsWith('"') || !isRounded(token) ? token : JSON.stringify({ [KEY]: token })));
}

/** Reads JSON. */
export function parseExact(text: string): unknown {
  return JSON.parse(markNumbers(text));
}

/** Writes JSON with every digit. */
export function stringifyExact(value: unknown, space?: number): string {
  const marked = JSON.stringify(value, (_key, each: unknown) => (isExact(each) ? `${KEY}:${each[KEY]}` : each), space);
  return marked.replace(/"\\u0000digits:(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"/g, "$1");
}
