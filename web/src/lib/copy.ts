/** Copies text. On plain HTTP there is no clipboard API, so it falls back to a hidden field and the old command. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused: try the old way.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "fixed top-0 left-0 opacity-0";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

let counter = 0;

/** A key that is unique among all pages: random where the browser can, without needing HTTPS. */
export function uniqueKey(): string {
  const words = crypto.getRandomValues(new Uint32Array(3));
  counter += 1;
  return `${[...words].map((word) => word.toString(36)).join("")}${counter.toString(36)}`;
}
