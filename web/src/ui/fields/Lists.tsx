import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../Button";

/** Props of ListEditor. */
export interface ListEditorProps {
  label: string;
  items: string[];
  onItems: (items: string[]) => void;
  addLabel: string;
  placeholder?: string;
  /** Error by place in the list. */
  errorAt?: (at: number) => string | undefined;
}

/** A list of texts, one field each (arguments: never split at blanks). */
export function ListEditor({ label, items, onItems, addLabel, placeholder, errorAt }: ListEditorProps) {
  const set = (at: number, text: string) => onItems(items.map((item, place) => (place === at ? text : item)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {items.map((item, at) => {
        const error = errorAt?.(at);
        return (
          // oxlint-disable-next-line react/no-array-index-key -- entries are told apart by their place only
          <div key={at} className="flex flex-col gap-0.5">
            <div className="flex gap-1">
              <input
                aria-label={`${label} ${at + 1}`}
                aria-invalid={error ? true : undefined}
                value={item}
                placeholder={placeholder}
                spellCheck={false}
                onChange={(event) => set(at, event.target.value)}
                className="control min-w-0 flex-1 font-mono"
              />
              <IconButton label={`Remove ${label.toLowerCase()} ${at + 1}`} icon={<X size={14} />} onClick={() => onItems(items.filter((_, place) => place !== at))} />
            </div>
            {error && <p className="text-xs font-medium text-fail">{error}</p>}
          </div>
        );
      })}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => onItems([...items, ""])}>
        {addLabel}
      </Button>
    </fieldset>
  );
}

/** Pairs while they are edited: in order, with names that may be empty or double. */
export type Pairs = [string, string][];

/** Props of KeyValueEditor. */
export interface KeyValueEditorProps {
  label: string;
  pairs: Pairs;
  onPairs: (pairs: Pairs) => void;
  addLabel: string;
  names?: string;
  values?: string;
  errorAt?: (name: string) => string | undefined;
}

/** Names with values (environment, headers). */
export function KeyValueEditor({ label, pairs, onPairs, addLabel, names = "Name", values = "Value", errorAt }: KeyValueEditorProps) {
  const set = (at: number, pair: [string, string]) => onPairs(pairs.map((old, place) => (place === at ? pair : old)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {pairs.map(([name, value], at) => {
        const double = name !== "" && pairs.some(([other], place) => place < at && other === name);
        const error = double ? `${name} is there twice. The later one is used.` : errorAt?.(name);
        return (
          // oxlint-disable-next-line react/no-array-index-key -- entries are told apart by their place only
          <div key={at} className="flex flex-col gap-0.5">
            <div className="flex gap-1">
              <input
                aria-label={`${label}: ${names} ${at + 1}`}
                value={name}
                placeholder={names}
                spellCheck={false}
                onChange={(event) => set(at, [event.target.value, value])}
                className="control w-2/5 min-w-0 font-mono"
              />
              <input
                aria-label={`${label}: ${values} ${at + 1}`}
                value={value}
                placeholder={values}
                spellCheck={false}
                onChange={(event) => set(at, [name, event.target.value])}
                className="control min-w-0 flex-1 font-mono"
              />
              <IconButton label={`Remove ${name || `pair ${at + 1}`}`} icon={<X size={14} />} onClick={() => onPairs(pairs.filter((_, place) => place !== at))} />
            </div>
            {error && <p className="text-xs font-medium text-fail">{error}</p>}
          </div>
        );
      })}
      <Button className="self-start" icon={<Plus size={14} aria-hidden />} onClick={() => onPairs([...pairs, ["", ""]])}>
        {addLabel}
      </Button>
    </fieldset>
  );
}

/** Words with a box to add one (tags): Enter or comma adds, Backspace in the empty box removes the last. */
export function TagEditor({ label, tags, onTags, hint }: { label: string; tags: string[]; onTags: (tags: string[]) => void; hint?: string }) {
  const [text, setText] = useState("");
  const add = () => {
    const tag = text.trim();
    if (tag !== "" && !tags.includes(tag)) onTags([...tags, tag]);
    setText("");
  };
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-sm font-medium">{label}</span>
      <span className="control flex flex-wrap items-center gap-1 py-1!">
        {tags.map((tag) => (
          <span key={tag} className="inline-flex items-center gap-0.5 rounded bg-idle-soft pl-1.5 text-xs">
            {tag}
            <button type="button" aria-label={`Remove tag ${tag}`} onClick={() => onTags(tags.filter((other) => other !== tag))} className="grid size-6 place-items-center">
              <X size={12} aria-hidden />
            </button>
          </span>
        ))}
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === ",") {
              event.preventDefault();
              add();
            } else if (event.key === "Backspace" && text === "" && tags.length > 0) {
              onTags(tags.slice(0, -1));
            }
          }}
          className="min-w-16 flex-1 bg-transparent text-sm outline-none"
        />
      </span>
      {hint && <span className="text-xs text-muted">{hint}</span>}
    </label>
  );
}
