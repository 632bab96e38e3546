/** A line with one letter marked: where something is wrong in it. The words beside it say the same for those who hear. */
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
