/** A line with one character marked as wrong. The message beside it says the same to screen readers. */
export function Marked({ text, place }: { text: string; place: number }) {
  const letters = [...text];
  return (
    <p aria-hidden className="overflow-x-auto font-mono text-sm whitespace-pre" data-fault={place}>
      {letters.slice(0, place).join("")}
      <mark className="rounded-sm bg-fail-soft font-bold text-fail underline decoration-wavy underline-offset-4">{letters[place] ?? " "}</mark>
      {letters.slice(place + 1).join("")}
    </p>
  );
}
