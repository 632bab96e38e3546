/** Words of the server as a sentence of their own. A first word that is a name or a path keeps its letters. */
export function sentence(text: string): string {
  const first = /^[a-z]+(?=[ ,:;]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
